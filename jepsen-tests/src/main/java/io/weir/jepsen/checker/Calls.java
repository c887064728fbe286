package io.weir.jepsen.checker;

import io.weir.jepsen.history.History;
import io.weir.jepsen.history.Line;
import io.weir.jepsen.history.LineType;
import io.weir.jepsen.history.Operation;

/**
 * The operations of a history, numbered in the order of their invocations. One that failed never happened; one in doubt
 * happened at any time after its invocation, or never.
 */
class Calls {
    /** Instead of a line: it may happen for ever. */
    static final int NEVER = Integer.MAX_VALUE;

    private final History history;
    private final int count;
    private final int[] invocations;
    private final int[] numbers;

    Calls(History history) {
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

    final History history() {
        return history;
    }

    final int count() {
        return count;
    }

    /** The one of which a line tells. */
    final int at(int line) {
        return numbers[line];
    }

    /** The number of the line that invoked it. */
    final int invocation(int call) {
        return invocations[call];
    }

    /** The number of the line that tells most of it: that completed it, or invoked it if none did. */
    final int place(int call) {
        int completion = history.partner(invocations[call]);
        return completion == History.NO_LINE ? invocations[call] : completion;
    }

    /** The number of the line at which it was over for certain; {@link #NEVER} if it is in doubt. */
    final int end(int call) {
        return isInDoubt(call) ? NEVER : place(call);
    }

    /** The line that tells most of it. */
    final Line line(int call) {
        return history.line(place(call));
    }

    /** What that line holds. */
    final Operation operation(int call) {
        return line(call).operation();
    }

    final boolean isOk(int call) {
        return line(call).type() == LineType.OK;
    }

    final boolean isFailed(int call) {
        return line(call).type() == LineType.FAIL;
    }

    final boolean isInDoubt(int call) {
        return !isOk(call) && !isFailed(call);
    }
}
