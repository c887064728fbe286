package io.weir.jepsen.checker;

import io.weir.jepsen.history.History;
import io.weir.jepsen.history.Line;
import io.weir.jepsen.history.LineType;
import io.weir.jepsen.history.Step;
import io.weir.jepsen.history.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The definition of strict serializability, word for word: tries every order of the transactions of a tiny history that
 * real time allows, with and without those in doubt, and does them one after another. Shares nothing with the checker.
 */
final class SerialOrders {
    private final List<Line> invocations = new ArrayList<>();
    private final List<Line> endings = new ArrayList<>();
    private final boolean[] isDone;

    private SerialOrders(History history) {
        for (Line line : history.lines()) {
            if (line.type() == LineType.INVOKE) {
                int partner = history.partner(line.index());
                Line ending = partner == History.NO_LINE ? line : history.line(partner);
                if (ending.type() != LineType.FAIL) {
                    invocations.add(line);
                    endings.add(ending);
                }
            }
        }
        isDone = new boolean[invocations.size()];
    }

    /** Whether there is an order in which every read that is known sees exactly what it saw. */
    static boolean exists(History history) {
        return new SerialOrders(history).canGoOn(Map.of());
    }

    private boolean canGoOn(Map<Integer, Values> streams) {
        boolean isComplete = true;
        for (int next = 0; next < isDone.length; next++) {
            isComplete &= isDone[next] || !isOk(next);
            if (!isDone[next] && mayBeNext(next)) {
                Map<Integer, Values> after = new HashMap<>(streams);
                if (fits(endings.get(next).steps(), after)) {
                    isDone[next] = true;
                    boolean isFound = canGoOn(after);
                    isDone[next] = false;
                    if (isFound) {
                        return true;
                    }
                }
            }
        }
        return isComplete;
    }

    private boolean isOk(int transaction) {
        return endings.get(transaction).type() == LineType.OK;
    }

    /** Nothing that is still to come had completed before this one was invoked. */
    private boolean mayBeNext(int next) {
        for (int other = 0; other < isDone.length; other++) {
            if (!isDone[other]
                    && isOk(other)
                    && endings.get(other).index() < invocations.get(next).index()) {
                return false;
            }
        }
        return true;
    }

    private static boolean fits(List<Step> steps, Map<Integer, Values> streams) {
        for (Step step : steps) {
            Values state = streams.getOrDefault(step.stream(), Values.NONE);
            if (step instanceof Step.Append append) {
                streams.put(step.stream(), state.plus(append.value()));
            } else if (step instanceof Step.Read read
                    && read.values() != null
                    && !read.values().equals(state)) {
                return false;
            }
        }
        return true;
    }
}
