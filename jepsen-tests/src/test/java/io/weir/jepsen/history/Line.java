package io.weir.jepsen.history;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One line of a history: a process invokes a transaction, or learns how it ended.
 *
 * @param index the line's number, from 0
 * @param timeNs of one monotonic clock, nanoseconds since whenever
 * @param type what this line says
 * @param process a client that does one thing after another; its number is never used again after an {@link
 *     LineType#INFO}
 * @param steps what the transaction does, in order; reads hold values on an {@link LineType#OK} line and on no other
 * @param node that was asked, if it is known
 * @param error why it failed or is in doubt, for a reader's eyes
 */
public record Line(
        int index,
        long timeNs,
        LineType type,
        int process,
        List<Step> steps,
        @Nullable String node,
        @Nullable String error) {
    public Line {
        steps = List.copyOf(steps);
        if (index < 0 || process < 0) {
            throw new MalformedHistoryException("line " + index + ": process " + process);
        }
        for (Step step : steps) {
            requireKnown(index, type, step);
        }
    }

    private static void requireKnown(int index, LineType type, Step step) {
        boolean isOk = type == LineType.OK;
        if (step instanceof Step.Read read && (read.values() != null) != isOk) {
            throw new MalformedHistoryException(
                    "line " + index + ": " + type.keyword() + " with " + read + ", but :ok alone knows what was read");
        }
        if (step instanceof Step.Append append && append.revision() != Step.Append.NO_REVISION && !isOk) {
            throw new MalformedHistoryException(
                    "line " + index + ": " + type.keyword() + " with revision " + append.revision() + " of " + append);
        }
    }

    /** As in the file. */
    @Override
    public String toString() {
        return HistoryWriter.text(this);
    }
}
