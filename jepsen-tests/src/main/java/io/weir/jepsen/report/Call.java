package io.weir.jepsen.report;

import io.weir.jepsen.history.History;
import io.weir.jepsen.history.Line;
import io.weir.jepsen.history.LineType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * One operation from its invocation to its end.
 *
 * @param invocation the line that began it
 * @param last the line that completed it, or again the one that began it if none did
 * @param lane the row in which it is drawn: that of its process, or of an earlier one whose place it has taken
 */
record Call(Line invocation, Line last, int lane) {
    /** How it ended; without an end it is in doubt. */
    LineType outcome() {
        return hasEnded() ? last.type() : LineType.INFO;
    }

    boolean hasEnded() {
        return last.index() != invocation.index();
    }

    long beganNs() {
        return invocation.timeNs();
    }

    /** Of one that never ended: when it began. */
    long endedNs() {
        return last.timeNs();
    }

    /** What it was and what it was answered, as in the file, without number, time and process. */
    String text() {
        String line = last.toString();
        int from = line.indexOf(":f :");
        return line.substring(from + 4, line.length() - 1);
    }

    /** All of a history, in the order of their invocations. */
    static List<Call> of(History history) {
        List<Call> calls = new ArrayList<>();
        Map<Integer, Integer> lanes = new HashMap<>();
        TreeSet<Integer> free = new TreeSet<>();
        int used = 0;
        for (Line line : history.lines()) {
            if (line.type() == LineType.INVOKE) {
                Integer lane = lanes.get(line.process());
                if (lane == null) {
                    Integer left = free.pollFirst();
                    lane = left == null ? used++ : left;
                    lanes.put(line.process(), lane);
                }
                int partner = history.partner(line.index());
                calls.add(new Call(line, partner == History.NO_LINE ? line : history.line(partner), lane));
            } else if (line.type() == LineType.INFO) {
                // The process does nothing more; its client goes on as another one, in the same row.
                free.add(lanes.get(line.process()));
            }
        }
        return calls;
    }
}
