package io.weir.benchmarks;

import io.weir.client.EventStore;
import io.weir.client.EventStoreException;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.consensus.local.LocalCluster;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The course of one failover benchmark: the leader of a partition is killed under load, and what counts is when an append to
 * that partition is acknowledged that was sent after the kill. Nothing that was sent before may fail.
 */
final class FailoverBench {
    /** Beyond this something else is wrong than an election. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /**
     * How to measure.
     *
     * @param rate appends a second, to one stream
     * @param before how long to append before a leader is killed
     * @param rounds how many are killed, one after the other
     */
    record Plan(long rate, Duration before, int rounds) {}

    private final LocalCluster cluster;
    private final EventStore store;
    private final Plan plan;
    private final PrintWriter progress;
    private final String stream = "bench-" + UUID.randomUUID();

    FailoverBench(LocalCluster cluster, EventStore store, Plan plan, PrintWriter progress) {
        this.cluster = cluster;
        this.store = store;
        this.plan = plan;
        this.progress = progress;
    }

    /** Milliseconds from each kill to the first append that was sent after it and acknowledged. */
    List<Double> run() throws InterruptedException {
        List<Double> resumed = new ArrayList<>();
        int partition = store.partitionOf(stream);
        for (int round = 1; round <= plan.rounds(); round++) {
            String leader = store.cluster().join().getLeaders(partition);
            resumed.add(measure(leader));
            progress.printf(
                    Locale.ROOT,
                    "round %d of %d: node %s killed, appends after %,.0f ms%n",
                    round,
                    plan.rounds(),
                    leader,
                    resumed.get(round - 1));
            progress.flush();
            cluster.restart(leader);
            cluster.awaitReady(PATIENCE);
        }
        return resumed;
    }

    private double measure(String leader) throws InterruptedException {
        List<CompletableFuture<?>> appends = new ArrayList<>();
        AtomicLong resumedAt = new AtomicLong();
        long interval = 1_000_000_000L / plan.rate();
        long start = System.nanoTime();
        long killedAt = 0;
        for (long i = 0; resumedAt.get() == 0; i++) {
            Time.Real.INSTANCE.awaitTime(start + i * interval);
            if (killedAt == 0 && System.nanoTime() - start >= plan.before().toNanos()) {
                killedAt = System.nanoTime();
                cluster.kill(leader);
            }
            if (killedAt != 0 && System.nanoTime() - killedAt > PATIENCE.toNanos()) {
                throw new EventStoreException.Unavailable(
                        "no append was acknowledged within " + PATIENCE.toSeconds() + " s after node " + leader
                                + " was killed",
                        null);
            }
            CompletableFuture<?> append = append();
            appends.add(killedAt == 0 ? append : append.thenRun(() -> resumedAt.compareAndSet(0, System.nanoTime())));
        }
        requireNoneFailed(appends);
        return (resumedAt.get() - killedAt) / 1e6;
    }

    private CompletableFuture<?> append() {
        NewEvent event = NewEvent.of("Measured", "application/octet-stream", new byte[100]);
        return store.append(stream, Expected.any(), List.of(event));
    }

    private static void requireNoneFailed(List<CompletableFuture<?>> appends) {
        try {
            appends.forEach(CompletableFuture::join);
        } catch (CompletionException e) {
            throw e.getCause() instanceof EventStoreException known
                    ? known
                    : new IllegalStateException("an append failed, which ends the measurement", e.getCause());
        }
    }
}
