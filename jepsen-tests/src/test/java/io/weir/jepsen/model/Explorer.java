package io.weir.jepsen.model;

import io.weir.jepsen.model.Model.Step;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Visits every state that can be reached, breadth first, so that the first violation has the shortest schedule. */
final class Explorer {
    /**
     * What came of it.
     *
     * @param states how many were visited
     * @param broken the invariant that does not hold in the last state of the schedule, or null
     * @param schedule the steps to it
     */
    record Result(int states, @Nullable Invariant broken, List<String> schedule) {
        /** The number of the broken invariant, or 0. */
        int brokenNumber() {
            return broken == null ? 0 : broken.number();
        }

        @Override
        public String toString() {
            return states + " states, "
                    + (broken == null ? "no violation" : broken + ", broken by: " + String.join("; ", schedule));
        }
    }

    private final Model model;
    private final Step[] steps;
    private final StateTable visited = new StateTable();

    private Explorer(Model model) {
        this.model = model;
        steps = model.steps().toArray(Step[]::new);
    }

    /** Until everything is visited, or an invariant is broken. */
    static Result explore(Scenario scenario, Mutant mutant) {
        return explore(scenario, mutant, Invariant.ALL);
    }

    /** Until everything is visited, or one of these invariants is broken. */
    static Result explore(Scenario scenario, Mutant mutant, Set<Invariant> watched) {
        return new Explorer(new Model(scenario, mutant, watched)).run();
    }

    private Result run() {
        visited.add(Model.START, 0);
        for (int i = 0; i < visited.size(); i++) {
            long state = visited.state(i);
            for (Step step : steps) {
                long next = step.effect().applyAsLong(state);
                if (next != state && visited.add(next, i)) {
                    Invariant broken = model.brokenIn(next);
                    if (broken != null) {
                        return new Result(visited.size(), broken, schedule(visited.size() - 1));
                    }
                }
            }
        }
        return new Result(visited.size(), null, List.of());
    }

    private List<String> schedule(int last) {
        Deque<String> texts = new ArrayDeque<>();
        for (int i = last; i != 0; i = visited.parent(i)) {
            texts.addFirst(text(visited.state(visited.parent(i)), visited.state(i)));
        }
        return List.copyOf(texts);
    }

    private String text(long from, long to) {
        for (Step step : steps) {
            if (step.effect().applyAsLong(from) == to) {
                return step.text() + step.result().apply(to);
            }
        }
        throw new IllegalStateException("no step leads from " + from + " to " + to);
    }
}
