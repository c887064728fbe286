package io.weir.benchmarks;

import java.util.Collections;
import java.util.List;

/**
 * What {@code weir bench read} found out.
 *
 * @param command the command with all of its options, which does the same again
 * @param machine where it ran
 * @param cluster what it ran against
 * @param plan how it was measured
 * @param bytesPerSecond median of {@code rounds}: payload only
 * @param rounds of each round
 */
record ReadReport(
        String command,
        Machine machine,
        String cluster,
        ReadBench.Plan plan,
        double bytesPerSecond,
        List<Double> rounds)
        implements Report {

    @Override
    public String kind() {
        return "read";
    }

    @Override
    public String table() {
        return new ReportTable()
                .line("command", "%s", command)
                .line("machine", "%s", machine)
                .line("cluster", "%s", cluster)
                .line(
                        "read",
                        "%,.1f MB/s, %,.0f events/s of %,d bytes, median of %d rounds from %,.1f to %,.1f MB/s",
                        bytesPerSecond / 1e6,
                        bytesPerSecond / plan.sizeBytes(),
                        plan.sizeBytes(),
                        rounds.size(),
                        Collections.min(rounds) / 1e6,
                        Collections.max(rounds) / 1e6)
                .toString();
    }
}
