package io.weir.jepsen.checker;

import io.weir.jepsen.history.History;
import io.weir.jepsen.history.Line;
import io.weir.jepsen.history.LineType;
import io.weir.jepsen.history.Step;
import java.util.List;

/**
 * The transactions of a history, numbered in the order of their invocations. One that failed never happened; one in
 * doubt happened if somebody saw a part of it.
 */
final class Transactions {
    private final History history;
    private final int count;
    private final int[] invocations;
    private final int[] numbers;

    Transactions(History history) {
        this.history = history;
        this.numbers = new int[history.size()];
        int[] found = new int[history.size()];
        int next = 0;
        for (int line = 0; line < history.size(); line++) {
            if (history.line(line).type() == LineType.INVOKE) {
                found[next] = line;
                numbers[line] = next++;
            } else {
                numbers[line] = numbers[history.partner(line)];
            }
        }
        this.invocations = found;
        this.count = next;
    }

    History history() {
        return history;
    }

    int count() {
        return count;
    }

    /** The transaction of which a line tells. */
    int at(int line) {
        return numbers[line];
    }

    /** The number of the line that invoked it. */
    int invocation(int transaction) {
        return invocations[transaction];
    }

    /** The number of the line that tells most of it: that completed it, or invoked it if none did. */
    int place(int transaction) {
        int completion = history.partner(invocations[transaction]);
        return completion == History.NO_LINE ? invocations[transaction] : completion;
    }

    /** The line that tells most of it. */
    Line line(int transaction) {
        return history.line(place(transaction));
    }

    List<Step> steps(int transaction) {
        return line(transaction).steps();
    }

    boolean isOk(int transaction) {
        return line(transaction).type() == LineType.OK;
    }

    boolean isFailed(int transaction) {
        return line(transaction).type() == LineType.FAIL;
    }
}
