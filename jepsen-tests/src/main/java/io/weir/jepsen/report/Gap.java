package io.weir.jepsen.report;

import io.weir.jepsen.history.History;
import io.weir.jepsen.history.Line;
import io.weir.jepsen.history.LineType;
import io.weir.jepsen.run.FaultWindow;
import java.util.ArrayList;
import java.util.List;

/**
 * A time in which clients asked, and nothing took effect: from one operation that did to the next one.
 *
 * @param fromNs when the last one had taken effect, or clients began to ask
 * @param toNs when the next one took effect, or clients no longer asked
 */
record Gap(long fromNs, long toNs) {
    long lengthNs() {
        return toNs - fromNs;
    }

    /** Whether a part of it is in the time of a fault. */
    boolean touches(FaultWindow fault) {
        return fromNs < fault.healedNs() && toNs > fault.beganNs();
    }

    /**
     * All of a history, in their order. Nobody asks between the work and the final reads, while the cluster recovers: that
     * is no gap, and the run's record says how long it took.
     *
     * @param workedToNs when clients began nothing new: who still waits then, waits for the end of a timeout
     */
    static List<Gap> of(History history, long workedToNs) {
        List<Gap> gaps = new ArrayList<>();
        long sinceNs = history.size() == 0 ? 0 : history.line(0).timeNs();
        long lastNs = sinceNs;
        boolean isWork = true;
        for (Line line : history.lines()) {
            if (isWork && line.operation().isFinal()) {
                isWork = false;
                add(gaps, sinceNs, Math.min(lastNs, workedToNs));
                sinceNs = line.timeNs();
            }
            lastNs = line.timeNs();
            if (line.type() == LineType.OK) {
                add(gaps, sinceNs, lastNs);
                sinceNs = lastNs;
            }
        }
        add(gaps, sinceNs, isWork ? Math.min(lastNs, workedToNs) : lastNs);
        return gaps;
    }

    private static void add(List<Gap> gaps, long fromNs, long toNs) {
        if (toNs > fromNs) {
            gaps.add(new Gap(fromNs, toNs));
        }
    }
}
