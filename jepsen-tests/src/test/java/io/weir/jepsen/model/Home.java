package io.weir.jepsen.model;

import static io.weir.jepsen.model.Layout.ABORTED;
import static io.weir.jepsen.model.Layout.COMMITTED;
import static io.weir.jepsen.model.Layout.NOTHING;

import io.weir.jepsen.model.Layout.Flag;

/** What a transaction's home does besides: it decides, remembers the decision, and forgets it. */
final class Home {
    private final Scenario scenario;
    private final Mutant mutant;
    private final Layout layout;
    private final Participant participant;

    Home(Scenario scenario, Mutant mutant, Layout layout, Participant participant) {
        this.scenario = scenario;
        this.mutant = mutant;
        this.layout = layout;
        this.participant = participant;
    }

    /**
     * Decide(COMMIT), which may be proposed when all the others have voted YES. Whether home itself has is for home to say: a
     * driver may send it behind home's Prepare without waiting.
     */
    long decideCommit(long s, int t) {
        int home = home(t);
        if (!haveOthersVotedYes(s, t)) {
            return s;
        }
        boolean isStaged = layout.isStaged(s, t, home);
        boolean isUndecided = layout.part(s, t, home) < ABORTED;
        if (!isStaged && !(isUndecided && mutant == Mutant.COMMIT_WITHOUT_HOMES_YES)) {
            return s;
        }
        long next = isStaged
                ? participant.commit(s, t, home)
                : layout.withPart(s, t, home, COMMITTED); // and what was to be written here is lost
        next = tellCommitted(layout.with(next, Flag.COMMIT_STORED, t), t);
        boolean isChange = layout.is(s, Flag.COMMIT_STORED, t) || layout.is(s, Flag.ABORT_STORED, t);
        return isChange ? layout.broken(next, Invariant.DECIDED_ONCE) : next;
    }

    /** Decide(ABORT), which anyone may propose at any time, for any reason. */
    long decideAbort(long s, int t) {
        int home = home(t);
        int part = layout.part(s, t, home);
        boolean isDecided = part == ABORTED || part == COMMITTED;
        boolean isKept = isDecided && mutant != Mutant.SECOND_DECISION_OVERWRITES;
        if (!participant.hasBegun(s, t) || isKept) {
            return s;
        }
        if (part == NOTHING && isTooLate(s, t, home)) {
            return withoutRecord(s, t, home);
        }
        long next = participant.abort(s, t, home);
        next = tellAborted(layout.with(next, Flag.ABORT_STORED, t), t);
        return layout.is(s, Flag.COMMIT_STORED, t) ? layout.broken(next, Invariant.DECIDED_ONCE) : next;
    }

    /**
     * Home stores nothing, and whatever is still staged is to be aborted. As long as the session lives, home would have a
     * decision that it once made: then this is NEVER, which a client may be told.
     */
    private long withoutRecord(long s, int t, int home) {
        boolean isNever = layout.time(s, home) <= scenario.sessionEnd() || mutant == Mutant.FORGOTTEN_IS_NEVER;
        long next = layout.with(s, Flag.FORGOTTEN_SAID, t);
        return isNever ? layout.with(next, Flag.REFUSED, t) : next;
    }

    /** The client is told what is stored, at once; in small steps this is a step of its own. */
    private long tellCommitted(long s, int t) {
        return scenario.isInSmallSteps() ? s : hearCommitted(s, t);
    }

    private long tellAborted(long s, int t) {
        return scenario.isInSmallSteps() ? s : hearAborted(s, t);
    }

    long hearCommitted(long s, int t) {
        return layout.is(s, Flag.COMMIT_STORED, t) ? layout.with(s, Flag.ACKNOWLEDGED, t) : s;
    }

    long hearAborted(long s, int t) {
        return layout.is(s, Flag.ABORT_STORED, t) ? layout.with(s, Flag.REFUSED, t) : s;
    }

    private boolean isTooLate(long s, int t, int home) {
        return switch (mutant) {
            case DECIDED_AFTER_DROP -> false;
            case FORGOTTEN_BEFORE_EXPIRY -> true;
            default -> participant.isPastExpiry(s, t, home);
        };
    }

    /** Forget, which home's leader proposes when all the others have answered that Resolve is applied. */
    long forget(long s, int t) {
        int part = layout.part(s, t, home(t));
        boolean isDecided = part == ABORTED || part == COMMITTED;
        return isDecided && mayForget(s, t) ? layout.with(s, Flag.SHRUNK, t) : s;
    }

    private boolean mayForget(long s, int t) {
        int others = 0;
        int resolved = 0;
        for (int p = 0; p < scenario.partitions(); p++) {
            if (isOther(t, p)) {
                others++;
                resolved += layout.saidResolved(s, t, p) ? 1 : 0;
            }
        }
        return switch (mutant) {
            case EARLY_FORGET -> true;
            case ABORT_FORGOTTEN_EARLY -> resolved == others || layout.part(s, t, home(t)) == ABORTED;
            case FORGET_AFTER_THE_FIRST -> resolved > 0;
            default -> resolved == others;
        };
    }

    private boolean haveOthersVotedYes(long s, int t) {
        for (int p = 0; p < scenario.partitions(); p++) {
            if (isOther(t, p) && !layout.saidYes(s, t, p)) {
                return false;
            }
        }
        return true;
    }

    private boolean isOther(int t, int p) {
        return scenario.transaction(t).touches(p) && home(t) != p;
    }

    private int home(int t) {
        return scenario.transaction(t).home();
    }
}
