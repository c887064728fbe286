package io.weir.jepsen.history;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that the clients of one run did and saw, line by line, in the order of real time. Immutable, and well formed: a
 * process does one thing at a time, each completion answers what was invoked, and a process whose operation is in doubt
 * does nothing more. An operation without a completion is in doubt too.
 */
public final class History {
    /** Instead of a line's number: there is none. */
    public static final int NO_LINE = -1;

    private static final int RETIRED = -2;

    private final List<Line> lines;
    private final int[] partners;

    private History(List<Line> lines, int[] partners) {
        this.lines = lines;
        this.partners = partners;
    }

    /**
     * A history of these lines.
     *
     * @throws MalformedHistoryException if they are none
     */
    public static History of(List<Line> lines) {
        List<Line> copy = List.copyOf(lines);
        int[] partners = new int[copy.size()];
        Arrays.fill(partners, NO_LINE);
        Map<Integer, Integer> open = new HashMap<>();
        long timeNs = Long.MIN_VALUE;
        for (int i = 0; i < partners.length; i++) {
            Line line = copy.get(i);
            require(line.index() == i, i, "has index " + line.index());
            require(line.timeNs() >= timeNs, i, "was before the line above it");
            timeNs = line.timeNs();
            if (line.type() == LineType.INVOKE) {
                Integer before = open.put(line.process(), i);
                require(
                        before == null || before == NO_LINE,
                        i,
                        "process " + line.process() + " cannot begin anything now");
            } else {
                int after = line.type() == LineType.INFO ? RETIRED : NO_LINE;
                Integer invoked = open.put(line.process(), after);
                require(invoked != null && invoked >= 0, i, "process " + line.process() + " has nothing to complete");
                partners[i] = invoked;
                partners[invoked] = i;
                requireAnswer(copy.get(invoked), line);
            }
        }
        return new History(copy, partners);
    }

    private static void requireAnswer(Line invocation, Line completion) {
        require(
                completion.operation().isAnswerTo(invocation.operation()),
                completion.index(),
                "does other things than line " + invocation.index() + " that it completes");
    }

    private static void require(boolean isSo, int index, String otherwise) {
        if (!isSo) {
            throw new MalformedHistoryException("line " + index + ": " + otherwise);
        }
    }

    /** How many lines. */
    public int size() {
        return partners.length;
    }

    /** The line with this number, from 0. */
    public Line line(int index) {
        return lines.get(index);
    }

    /** All of them. */
    public List<Line> lines() {
        return lines;
    }

    /**
     * The line that completes the one invoked here, or invoked the one completed here; {@link #NO_LINE} if none does.
     */
    public int partner(int index) {
        return partners[index];
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof History that && lines.equals(that.lines);
    }

    @Override
    public int hashCode() {
        return lines.hashCode();
    }

    /** As in the file. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }
}
