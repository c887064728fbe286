package io.weir.benchmarks;

import java.util.Collections;
import java.util.List;

/**
 * What {@code weir bench streams} found out.
 *
 * @param command the command with all of its options, which does the same again
 * @param machine where it ran
 * @param cluster what it ran against
 * @param eventBytes payload of an event
 * @param few streams to compare with
 * @param many streams
 * @param ratio median rate of the many by that of the few
 * @param result all figures
 */
record StreamsReport(
        String command,
        Machine machine,
        String cluster,
        int eventBytes,
        int few,
        int many,
        double ratio,
        StreamsBench.Result result)
        implements Report {

    @Override
    public String kind() {
        return "streams";
    }

    @Override
    public String table() {
        ReportTable table = new ReportTable();
        table.line("command", "%s", command);
        table.line("machine", "%s", machine);
        table.line("cluster", "%s", cluster);
        rates(table, few, result.fewRates());
        rates(table, many, result.manyRates());
        table.line("ratio", "%.2f", ratio);
        table.line("filled", "%,.0f new streams a second", result.fillRate());
        for (int node = 0; node < result.memory().size(); node++) {
            NodeMemory memory = result.memory().get(node);
            table.line(
                    "node n" + (node + 1),
                    "%,d MiB of its own, and %,d MiB of mapped files",
                    memory.ownBytes() >> 20,
                    memory.mappedBytes() >> 20);
        }
        return table.toString();
    }

    private void rates(ReportTable table, int streams, List<Double> rates) {
        table.line(
                "appends",
                "%,.0f events/s of %,d bytes to any of %,d streams, median of %d rounds from %,.0f to %,.0f",
                Pipeline.median(rates),
                eventBytes,
                streams,
                rates.size(),
                Collections.min(rates),
                Collections.max(rates));
    }
}
