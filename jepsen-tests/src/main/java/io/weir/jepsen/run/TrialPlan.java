package io.weir.jepsen.run;

import io.weir.jepsen.nemesis.Nemesis;
import java.time.Duration;
import java.util.List;

/**
 * What a run does. The same plan makes the same choices; when they meet what, is left to the machine.
 *
 * @param nemeses kinds of faults of which chance chooses
 * @param time how long clients work
 * @param seed of all choices
 * @param clients that work at once
 * @param timeout of each of their operations
 * @param pace of faults
 */
public record TrialPlan(List<Nemesis> nemeses, Duration time, long seed, int clients, Duration timeout, Pace pace) {
    public TrialPlan {
        nemeses = List.copyOf(nemeses);
    }

    /** At the usual pace. */
    public TrialPlan(List<Nemesis> nemeses, Duration time, long seed, int clients, Duration timeout) {
        this(nemeses, time, seed, clients, timeout, Pace.DEFAULT);
    }
}
