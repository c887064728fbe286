package io.weir.benchmarks;

import java.util.Collections;
import java.util.List;

/**
 * What {@code weir bench failover} found out.
 *
 * @param command the command with all of its options, which does the same again
 * @param machine where it ran
 * @param cluster what it ran against
 * @param rate appends a second that were sent
 * @param resumedMs median of {@code rounds}
 * @param rounds milliseconds from each kill to the first append that was sent after it and acknowledged
 * @param maxElectionMs how long a follower waits for a silent leader at most, before it stands for election
 * @param timelines of what was acknowledged around each kill
 */
record FailoverReport(
        String command,
        Machine machine,
        String cluster,
        long rate,
        double resumedMs,
        List<Double> rounds,
        long maxElectionMs,
        List<AckTimeline> timelines)
        implements Report {

    @Override
    public String kind() {
        return "failover";
    }

    @Override
    public String table() {
        return new ReportTable()
                .line("command", "%s", command)
                .line("machine", "%s", machine)
                .line("cluster", "%s", cluster)
                .line(
                        "failover",
                        "an append after %,.0f ms, median of %d rounds from %,.0f to %,.0f; %.1f x the longest election"
                                + " timeout, %,d ms",
                        resumedMs,
                        rounds.size(),
                        Collections.min(rounds),
                        Collections.max(rounds),
                        resumedMs / maxElectionMs,
                        maxElectionMs)
                .toString();
    }
}
