package io.weir.benchmarks;

import java.util.Collections;
import java.util.Locale;

/**
 * What {@code weir bench tx} found out.
 *
 * @param command the command with all of its options, which does the same again
 * @param machine where it ran
 * @param cluster what it ran against
 * @param eventBytes payload of an event
 * @param streams over how many streams the events were spread
 * @param clients how many committed at once while the throughput was measured
 * @param ratio median of the rounds' ratios: p50 of a transaction by p50 of a single append
 * @param transactionsPerSecond median of the rounds' rates
 * @param result all figures
 */
record TransactionReport(
        String command,
        Machine machine,
        String cluster,
        int eventBytes,
        int streams,
        int clients,
        double ratio,
        double transactionsPerSecond,
        TransactionBench.Result result)
        implements Report {

    @Override
    public String table() {
        StringBuilder table = new StringBuilder();
        line(table, "command", "%s", command);
        line(table, "machine", "%s", machine);
        line(table, "cluster", "%s", cluster);
        latencies(table, "append", result.appends());
        latencies(table, "tx", result.transactions());
        line(
                table,
                "ratio",
                "%.2f of p50, median of %d rounds from %.2f to %.2f, one call at a time",
                ratio,
                result.ratios().size(),
                Collections.min(result.ratios()),
                Collections.max(result.ratios()));
        line(
                table,
                "rate",
                "%,.0f transactions/s of 2 x %,d bytes, median of %d rounds from %,.0f to %,.0f; %d clients, %,d streams",
                transactionsPerSecond,
                eventBytes,
                result.rates().size(),
                Collections.min(result.rates()),
                Collections.max(result.rates()),
                clients,
                streams);
        latencies(table, "  each", result.loaded());
        line(table, "  aborted", "%,d", result.aborted());
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
