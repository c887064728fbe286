package io.weir.peers;

import io.weir.benchmarks.Latencies;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One peer in one contest: the clients that work on it. For one thread; a failure leaves it unusable but for closing. */
interface Trial extends AutoCloseable {
    /**
     * What one round has shown.
     *
     * @param count events or transactions that were acknowledged
     * @param perSecond of them
     * @param latencies null if none were taken
     */
    record Round(long count, double perSecond, @Nullable Latencies latencies) {}

    /** Works without measuring. */
    void warmUp(Duration duration) throws InterruptedException;

    /** Works for as long as the plan says. */
    Round round() throws InterruptedException;

    @Override
    void close();

    /** Opens the clients that a contest wants. */
    static Trial open(Contest contest, Peer peer, Setup setup, Plan plan) {
        return switch (contest.workload()) {
            case append -> new AppendTrial(peer.appender(Workload.append), setup.inFlight(), plan.roundDuration());
            case latency ->
                new LatencyTrial(
                        peer.appender(Workload.latency), setup.inFlight(), plan.latencyRate(), plan.latencyDuration());
            case tx -> new TransactionTrial(peer, contest.clients(), plan.roundDuration());
        };
    }
}
