package io.weir.jepsen.run;

import io.weir.jepsen.history.History;
import io.weir.jepsen.history.LineType;
import java.time.Duration;
import java.util.List;

/**
 * What a run was, besides its history: what is needed to make it again, and what was done to the cluster.
 *
 * @param activity name of what the clients did, as it is chosen
 * @param nemeses names of the kinds of faults of which chance chose, in their order
 * @param skipped kinds of faults that were wanted and cannot be made on this machine, each with the reason
 * @param seed of all choices
 * @param time how long clients worked
 * @param timeout of each of their operations
 * @param clients that worked at once
 * @param nodes names of all nodes
 * @param faults in their order
 * @param recoveryMs from the last healing until all nodes served
 * @param weir version of the product, with the commit if it is known
 * @param machine Java, operating system, processors, in one line
 * @param command what to type to run it again
 */
public record RunRecord(
        String activity,
        List<String> nemeses,
        List<String> skipped,
        long seed,
        Duration time,
        Duration timeout,
        int clients,
        List<String> nodes,
        List<FaultWindow> faults,
        long recoveryMs,
        String weir,
        String machine,
        String command) {
    /** Copies its lists. */
    public RunRecord {
        nemeses = List.copyOf(nemeses);
        skipped = List.copyOf(skipped);
        nodes = List.copyOf(nodes);
        faults = List.copyOf(faults);
    }

    /** Operations that took effect, a second, while clients worked and nothing was hurt; 0 if something was all the time. */
    public double okPerSecondUnhurt(History history) {
        long unhurtNs = time.toNanos();
        for (FaultWindow fault : faults) {
            unhurtNs -= Math.max(0, Math.min(fault.healedNs(), time.toNanos()) - fault.beganNs());
        }
        long ok = history.lines().stream()
                .filter(line -> line.type() == LineType.OK && isUnhurt(line.timeNs()))
                .count();
        return unhurtNs <= 0 ? 0 : ok * 1e9 / unhurtNs;
    }

    private boolean isUnhurt(long ns) {
        return ns <= time.toNanos()
                && faults.stream().noneMatch(fault -> fault.beganNs() <= ns && ns <= fault.healedNs());
    }
}
