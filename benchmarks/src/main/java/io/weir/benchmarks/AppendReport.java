package io.weir.benchmarks;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What {@code weir bench append} found out.
 *
 * @param command the command with all of its options, which does the same again
 * @param machine where it ran
 * @param cluster what it ran against
 * @param eventBytes payload of an event
 * @param inFlight how many appends were under way at most
 * @param eventsPerSecond median of {@code rounds}
 * @param rounds events a second of each round
 * @param latencyRate appends a second at which the latencies were measured
 * @param latency null if they were not
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record AppendReport(
        String command,
        Machine machine,
        String cluster,
        int eventBytes,
        int inFlight,
        double eventsPerSecond,
        List<Double> rounds,
        long latencyRate,
        Latencies.@Nullable Summary latency)
        implements Report {

    @Override
    public String table() {
        StringBuilder table = new StringBuilder();
        line(table, "command", "%s", command);
        line(table, "machine", "%s", machine);
        line(table, "cluster", "%s", cluster);
        line(
                table,
                "pipelined",
                "%,.0f events/s of %,d bytes (%.1f MB/s), median of %d rounds from %,.0f to %,.0f, %,d in flight",
                eventsPerSecond,
                eventBytes,
                eventsPerSecond * eventBytes / 1e6,
                rounds.size(),
                Collections.min(rounds),
                Collections.max(rounds),
                inFlight);
        if (latency != null) {
            line(
                    table,
                    "latency",
                    "p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, max %.2f ms at %,d/s, counted from when each of %,d was due",
                    latency.p50Ms(),
                    latency.p99Ms(),
                    latency.p999Ms(),
                    latency.maxMs(),
                    latencyRate,
                    latency.count());
        }
        return table.toString();
    }

    private static void line(StringBuilder table, String name, String format, Object... values) {
        table.append(String.format(Locale.ROOT, "%-10s", name))
                .append(String.format(Locale.ROOT, format, values))
                .append(System.lineSeparator());
    }
}
