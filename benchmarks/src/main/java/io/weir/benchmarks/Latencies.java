package io.weir.benchmarks;

import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** Latencies of one measurement, with three significant digits. Safe for several threads. */
public final class Latencies {
    private static final long MAX_NANOS = 3_600_000_000_000L;
    private final Histogram histogram = new ConcurrentHistogram(MAX_NANOS, 3);

    /** Takes one, in nanoseconds; more than an hour counts as an hour. */
    public void record(long nanos) {
        histogram.recordValue(Math.min(MAX_NANOS, Math.max(0, nanos)));
    }

    /** What has been taken so far. */
    public Summary summary() {
        return new Summary(
                histogram.getTotalCount(), millisAt(50), millisAt(99), millisAt(99.9), histogram.getMaxValue() / 1e6);
    }

    /** Takes all that another has taken. */
    public void add(Latencies other) {
        histogram.add(other.histogram);
    }

    private double millisAt(double percentile) {
        return histogram.getValueAtPercentile(percentile) / 1e6;
    }

    /** Latencies in milliseconds. */
    public record Summary(long count, double p50Ms, double p99Ms, double p999Ms, double maxMs) {}
}
