package io.weir.benchmarks;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A comparison of {@code weir-peers} as it is kept. That program depends on this module, so its own records are out of reach;
 * a test over there sees to it that both agree.
 */
record ComparisonResult(
        String command, Machine machine, List<Peer> peers, List<Section> sections, List<Skipped> skipped)
        implements Measured {
    record Peer(String name, String versions, String promise) {}

    record Section(String contest, String description, List<Figures> figures) {}

    record Figures(
            String peer,
            double perSecond,
            double least,
            double most,
            Latencies.@Nullable Summary latency,
            @Nullable Double cpuMicros,
            @Nullable Double clientCpuMicros,
            @Nullable Double writtenBytes,
            @Nullable Double residentMib,
            double idleShare,
            @Nullable Ratios weirBy,
            List<Round> rounds) {}

    record Ratios(
            @Nullable Double rate,
            @Nullable Double p50,
            @Nullable Double p99) {}

    record Round(
            long count,
            double perSecond,
            Latencies.@Nullable Summary latency,
            long cpuNanos,
            @Nullable Long clientCpuNanos,
            @Nullable Long writtenBytes,
            double idleShare) {}

    record Skipped(String peer, String contest, String reason, String nextStep, boolean absent) {}
}
