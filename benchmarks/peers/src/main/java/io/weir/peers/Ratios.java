package io.weir.peers;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.weir.benchmarks.Latencies;
import org.jspecify.annotations.Nullable;

/**
 * Weir's figures divided by those of another peer: of rates, more is better for Weir; of latencies, less.
 *
 * @param rate null if the rate was given
 * @param p50 null if one of the two has no latencies
 * @param p99 likewise
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Ratios(
        @Nullable Double rate,
        @Nullable Double p50,
        @Nullable Double p99) {
    static Ratios of(Workload workload, Figures weir, Figures other) {
        Double rate = workload == Workload.latency ? null : divided(weir.perSecond(), other.perSecond());
        Latencies.Summary ours = weir.latency();
        Latencies.Summary theirs = other.latency();
        if (ours == null || theirs == null) {
            return new Ratios(rate, null, null);
        }
        return new Ratios(rate, divided(ours.p50Ms(), theirs.p50Ms()), divided(ours.p99Ms(), theirs.p99Ms()));
    }

    /** Null if there is nothing to divide by. */
    private static @Nullable Double divided(double ours, double theirs) {
        return theirs == 0 ? null : ours / theirs;
    }
}
