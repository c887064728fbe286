package io.weir.benchmarks;

import java.util.Collections;

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
    public String kind() {
        return "tx";
    }

    @Override
    public String table() {
        ReportTable table = new ReportTable();
        table.line("command", "%s", command);
        table.line("machine", "%s", machine);
        table.line("cluster", "%s", cluster);
        table.latencies("append", result.appends());
        table.latencies("tx", result.transactions());
        table.line(
                "ratio",
                "%.2f of p50, median of %d rounds from %.2f to %.2f, one call at a time",
                ratio,
                result.ratios().size(),
                Collections.min(result.ratios()),
                Collections.max(result.ratios()));
        table.line(
                "rate",
                "%,.0f transactions/s of 2 x %,d bytes, median of %d rounds from %,.0f to %,.0f; %d clients, %,d streams",
                transactionsPerSecond,
                eventBytes,
                result.rates().size(),
                Collections.min(result.rates()),
                Collections.max(result.rates()),
                clients,
                streams);
        table.latencies("  each", result.loaded());
        table.line("  aborted", "%,d", result.aborted());
        return table.toString();
    }
}
