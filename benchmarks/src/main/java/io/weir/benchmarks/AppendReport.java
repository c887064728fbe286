package io.weir.benchmarks;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code weir bench append} found out.
 *
 * @param command the command with all of its options, which does the same again
 * @param machine where it ran
 * @param cluster what it ran against
 * @param partitions of it
 * @param streams over how many the events were spread
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
        int partitions,
        int streams,
        int eventBytes,
        int inFlight,
        double eventsPerSecond,
        List<Double> rounds,
        long latencyRate,
        Latencies.@Nullable Summary latency)
        implements Report {

    @Override
    public String kind() {
        return "append";
    }

    @Override
    public String table() {
        ReportTable table = new ReportTable();
        table.line("command", "%s", command);
        table.line("machine", "%s", machine);
        table.line("cluster", "%s, %d partitions", cluster, partitions);
        table.line(
                "pipelined",
                "%,.0f events/s of %,d bytes (%.1f MB/s), median of %d rounds from %,.0f to %,.0f, %,d in flight, %,d streams",
                eventsPerSecond,
                eventBytes,
                eventsPerSecond * eventBytes / 1e6,
                rounds.size(),
                Collections.min(rounds),
                Collections.max(rounds),
                inFlight,
                streams);
        if (latency != null) {
            table.line(
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
}
