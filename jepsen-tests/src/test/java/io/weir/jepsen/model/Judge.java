package io.weir.jepsen.model;

import io.weir.jepsen.model.Layout.Flag;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Says which invariant a state breaks. Some are seen by the step that breaks them, the others in the state. */
final class Judge {
    private final Scenario scenario;
    private final Layout layout;
    private final Set<Invariant> watched;
    private final Model model;
    private final History history;

    Judge(Scenario scenario, Layout layout, Set<Invariant> watched, Model model) {
        this.scenario = scenario;
        this.layout = layout;
        this.watched = watched;
        this.model = model;
        history = new History(scenario, layout);
    }

    /** A watched invariant that does not hold, or null. */
    @Nullable
    Invariant brokenIn(long s) {
        int number = layout.broken.of(s);
        if (number != 0) {
            return Invariant.ofNumber(number);
        }
        for (int t = 0; t < scenario.transactions().size(); t++) {
            Invariant broken = brokenBy(s, t);
            if (broken != null) {
                return broken;
            }
        }
        if (!history.isStrictlySerializable(s)) {
            return history.isHalfSeen(s) ? Invariant.NEVER_HALF : Invariant.SERIALIZABLE;
        }
        return watched.contains(Invariant.LOCKS_CAN_GO) && !canBeUnlocked(s) ? Invariant.LOCKS_CAN_GO : null;
    }

    private @Nullable Invariant brokenBy(long s, int t) {
        boolean isCommitted = layout.is(s, Flag.COMMIT_STORED, t);
        boolean isRefused = layout.is(s, Flag.REFUSED, t);
        if (isTorn(s, t, isCommitted)) {
            return Invariant.NOT_TORN;
        }
        if (watched.contains(Invariant.LOCKS_HAVE_OWNERS) && !haveLocksOwners(s, t)) {
            return Invariant.LOCKS_HAVE_OWNERS;
        }
        if (isRefused && isCommitted) {
            return Invariant.NO_FALSE_NO;
        }
        boolean isAborted = isRefused || layout.is(s, Flag.ABORT_STORED, t);
        return isAborted && layout.is(s, Flag.ACKNOWLEDGED, t) ? Invariant.SAME_ANSWER : null;
    }

    /** Committed: each part is visible, or staged until Resolve comes. Not committed: none is visible. */
    private boolean isTorn(long s, int t, boolean isCommitted) {
        for (int p = 0; p < scenario.partitions(); p++) {
            if (scenario.transaction(t).writes(p)) {
                boolean isVisible = Stream.contains(layout.stream(s, p), t);
                if (isCommitted ? !isVisible && !layout.isStaged(s, t, p) : isVisible) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean haveLocksOwners(long s, int t) {
        for (int p = 0; p < scenario.partitions(); p++) {
            if (layout.isStaged(s, t, p) && isOverIn(s, t, p)) {
                return false;
            }
        }
        return true;
    }

    private boolean isOverIn(long s, int t, int p) {
        boolean isHome = scenario.transaction(t).home() == p;
        boolean isDecided = layout.is(s, Flag.COMMIT_STORED, t) || layout.is(s, Flag.ABORT_STORED, t);
        return isHome ? isDecided : layout.saidResolved(s, t, p);
    }

    private boolean isLocked(long s, int t) {
        for (int p = 0; p < scenario.partitions(); p++) {
            if (layout.isStaged(s, t, p)) {
                return true;
            }
        }
        return false;
    }

    /**
     * What recovery does, with nothing but what home's log has: ask for an abort, and resolve as home says. These are steps of
     * the model, so what they lead to is judged as well.
     */
    private boolean canBeUnlocked(long s) {
        long next = s;
        for (int t = 0; t < scenario.transactions().size(); t++) {
            if (isLocked(next, t)) {
                next = model.recover(next, t);
                if (isLocked(next, t)) {
                    return false;
                }
            }
        }
        return true;
    }
}
