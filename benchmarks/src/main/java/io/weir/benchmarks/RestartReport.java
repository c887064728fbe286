package io.weir.benchmarks;

import java.util.Collections;
import java.util.List;

/**
 * What {@code weir bench restart} found out.
 *
 * @param command the command with all of its options, which does the same again
 * @param machine where it ran
 * @param storeBytes of the one partition's store
 * @param eventBytes payload of an event
 * @param heapMib heap of the node, in MiB
 * @param stoppedSeconds median of {@code stopped}
 * @param killedSeconds median of {@code killed}
 * @param stopped seconds from the start of the process until it served, of each round, after it was stopped in order
 * @param killed the same after it was killed
 */
record RestartReport(
        String command,
        Machine machine,
        long storeBytes,
        int eventBytes,
        int heapMib,
        double stoppedSeconds,
        double killedSeconds,
        List<Double> stopped,
        List<Double> killed)
        implements Report {
    @Override
    public String kind() {
        return "restart";
    }

    @Override
    public String table() {
        ReportTable table = new ReportTable()
                .line("command", "%s", command)
                .line("machine", "%s", machine)
                .line("store", "%,d MiB", storeBytes >> 20);
        rounds(table, "stopped", stoppedSeconds, stopped);
        rounds(table, "killed", killedSeconds, killed);
        return table.toString();
    }

    private static void rounds(ReportTable table, String name, double median, List<Double> rounds) {
        table.line(
                name,
                "ready after %.1f s, median of %d rounds from %.1f to %.1f",
                median,
                rounds.size(),
                Collections.min(rounds),
                Collections.max(rounds));
    }
}
