package io.weir.peers;

import io.weir.benchmarks.Latencies;
import io.weir.benchmarks.Pipeline;
import io.weir.benchmarks.Time;
import java.time.Duration;

/** Appends at a fixed rate, each timed from when it was due. */
final class LatencyTrial implements Trial {
    private final Appender appender;
    private final Pipeline pipeline;
    private final long intervalNanos;
    private final Duration roundDuration;

    LatencyTrial(Appender appender, int inFlight, long rate, Duration roundDuration) {
        this.appender = appender;
        this.pipeline = new Pipeline(appender, inFlight, Time.Real.INSTANCE);
        this.intervalNanos = 1_000_000_000L / rate;
        this.roundDuration = roundDuration;
    }

    /** Mostly at full speed, which compilers need; then at the rate, so that no backlog is left when it counts. */
    @Override
    public void warmUp(Duration duration) throws InterruptedException {
        Duration quarter = duration.dividedBy(4);
        pipeline.measureRate(Long.MAX_VALUE, duration.minus(quarter).toNanos());
        atRate(quarter, new Latencies());
    }

    @Override
    public Round round() throws InterruptedException {
        Latencies latencies = new Latencies();
        long begun = System.nanoTime();
        long events = atRate(roundDuration, latencies);
        return new Round(events, events * 1e9 / Math.max(1, System.nanoTime() - begun), latencies);
    }

    private long atRate(Duration duration, Latencies latencies) throws InterruptedException {
        long events = duration.toNanos() / intervalNanos;
        pipeline.measureLatency(events, intervalNanos, latencies);
        return events;
    }

    @Override
    public void close() {
        appender.close();
    }
}
