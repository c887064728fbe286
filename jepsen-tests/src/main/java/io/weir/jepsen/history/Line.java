package io.weir.jepsen.history;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One line of a history: a process invokes an operation, or learns how it ended.
 *
 * @param index the line's number, from 0
 * @param timeNs of one monotonic clock, nanoseconds since whenever
 * @param type what this line says
 * @param process a client that does one thing after another; its number is never used again after an {@link
 *     LineType#INFO}
 * @param operation what it does; with what was answered on an {@link LineType#OK} line, and on a {@link LineType#FAIL}
 *     line with why
 * @param node that was asked, if it is known
 * @param error why it failed or is in doubt, for a reader's eyes
 */
public record Line(
        int index,
        long timeNs,
        LineType type,
        int process,
        Operation operation,
        @Nullable String node,
        @Nullable String error) {
    public Line {
        if (index < 0 || process < 0) {
            throw new MalformedHistoryException("line " + index + ": process " + process);
        }
        String contradiction = operation.contradiction(type);
        if (contradiction != null) {
            throw new MalformedHistoryException("line " + index + ": " + contradiction);
        }
    }

    /** One of a transaction. */
    public Line(
            int index,
            long timeNs,
            LineType type,
            int process,
            List<Step> steps,
            @Nullable String node,
            @Nullable String error) {
        this(index, timeNs, type, process, new Transaction(steps), node, error);
    }

    /**
     * What its transaction does, in order.
     *
     * @throws MalformedHistoryException if its operation is no transaction
     */
    public List<Step> steps() {
        if (operation instanceof Transaction transaction) {
            return transaction.steps();
        }
        throw new MalformedHistoryException("line " + index + ": :" + operation.name() + " is no transaction");
    }

    /** The same with another operation. */
    public Line with(Operation other) {
        return new Line(index, timeNs, type, process, other, node, error);
    }

    /** As in the file. */
    @Override
    public String toString() {
        return HistoryWriter.text(this);
    }
}
