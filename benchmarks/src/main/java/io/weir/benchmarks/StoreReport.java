package io.weir.benchmarks;

import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * What {@code weir bench store} found out.
 *
 * @param command the command with all of its options, which does the same again
 * @param machine where it ran
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
        double eventsPerSecond,
        List<Double> rounds,
        StoreBench.Result last,
        long payloadBytes,
        long fileBytes,
        double closeMs,
        double openMs) {

    String table() {
        StringBuilder table = new StringBuilder();
        line(table, "command", "%s", command);
        line(table, "machine", "%s", machine);
        line(
                table,
                "events",
                "%,.0f/s, median of %d rounds from %,.0f to %,.0f",
                eventsPerSecond,
                rounds.size(),
                Collections.min(rounds),
                Collections.max(rounds));
        latencies(table, "commit", last.commits());
        latencies(table, "  beside", last.commitsBeside());
        latencies(table, "begin", last.begins());
        latencies(table, "complete", last.completions());
        line(
                table,
                "file",
                "%,d MiB for %,d MiB of events: %.2f",
                fileBytes >> 20,
                payloadBytes >> 20,
                (double) fileBytes / payloadBytes);
        line(table, "close", "%,.0f ms", closeMs);
        line(table, "open", "%,.0f ms", openMs);
        return table.toString();
    }

    private static void latencies(StringBuilder table, String name, Latencies.Summary of) {
        line(
                table,
                name,
                "p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, max %.2f ms, of %,d",
                of.p50Ms(),
                of.p99Ms(),
                of.p999Ms(),
                of.maxMs(),
                of.count());
    }

    private static void line(StringBuilder table, String name, String format, Object... values) {
        table.append(String.format(Locale.ROOT, "%-10s", name))
                .append(String.format(Locale.ROOT, format, values))
                .append(System.lineSeparator());
    }
}
