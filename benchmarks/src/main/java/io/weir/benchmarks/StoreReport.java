package io.weir.benchmarks;

import java.util.Collections;
import java.util.List;

/**
 * What {@code weir bench store} found out.
 *
 * @param command the command with all of its options, which does the same again
 * @param machine where it ran
 * @param plan how it was measured
 * @param eventsPerSecond median of {@code rounds}
 * @param rounds of each round, in a store of its own
 * @param last figures of the last round
 * @param payloadBytes of the last round
 * @param fileBytes length of the last round's file
 * @param closeMs how long its close took, with the last checkpoint
 * @param openMs how long it took to open it again
 */
record StoreReport(
        String command,
        Machine machine,
        StoreBench.Plan plan,
        double eventsPerSecond,
        List<Double> rounds,
        StoreBench.Result last,
        long payloadBytes,
        long fileBytes,
        double closeMs,
        double openMs)
        implements Report {

    @Override
    public String kind() {
        return "store";
    }

    @Override
    public String table() {
        ReportTable table = new ReportTable();
        table.line("command", "%s", command);
        table.line("machine", "%s", machine);
        table.line(
                "events",
                "%,.0f/s, median of %d rounds from %,.0f to %,.0f",
                eventsPerSecond,
                rounds.size(),
                Collections.min(rounds),
                Collections.max(rounds));
        table.latencies("commit", last.commits());
        table.latencies("  beside", last.commitsBeside());
        table.latencies("begin", last.begins());
        table.latencies("complete", last.completions());
        table.line(
                "file",
                "%,d MiB for %,d MiB of events: %.2f",
                fileBytes >> 20,
                payloadBytes >> 20,
                (double) fileBytes / payloadBytes);
        table.line("close", "%,.0f ms", closeMs);
        table.line("open", "%,.0f ms", openMs);
        return table.toString();
    }
}
