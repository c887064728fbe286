package io.weir.jepsen.model;

import static io.weir.jepsen.model.Layout.ABORTED;
import static io.weir.jepsen.model.Layout.COMMITTED;
import static io.weir.jepsen.model.Layout.NO;
import static io.weir.jepsen.model.Layout.NOTHING;
import static io.weir.jepsen.model.Layout.STAGED;

import io.weir.jepsen.model.Layout.Flag;

/** What every partition does with a transaction: prepare, resolve, drop; and with a command that touches no other one. */
final class Participant {
    private final Scenario scenario;
    private final Mutant mutant;
    private final Layout layout;

    Participant(Scenario scenario, Mutant mutant, Layout layout) {
        this.scenario = scenario;
        this.mutant = mutant;
        this.layout = layout;
    }

    /** Prepare. The order of the questions matters: what is recorded, the expiry, the locks, and only then the conditions. */
    long prepare(long s, int t, int p) {
        if (!hasBegun(s, t) || isRecorded(layout.part(s, t, p))) {
            return s;
        }
        if (isPastExpiry(s, t, p) && mutant != Mutant.LATER_EXPIRY_ON_RESEND) {
            return toldNo(s, t);
        }
        boolean fails = conditionFails(s, t, p);
        if (isLocked(s, t, p) && !(fails && mutant == Mutant.CONDITIONS_BEFORE_LOCKS)) {
            return locked(s, t, p);
        }
        if (fails) {
            long voted = mutant == Mutant.NO_NOT_RECORDED ? s : layout.withPart(s, t, p, NO);
            return toldNo(judged(voted, t, p), t);
        }
        return stage(s, t, p);
    }

    private boolean isRecorded(int part) {
        boolean isForgotten = part == COMMITTED && mutant == Mutant.YES_NOT_KEPT;
        return part != NOTHING && !isForgotten;
    }

    private long locked(long s, int t, int p) {
        if (mutant == Mutant.LOCKED_IS_A_VOTE) {
            return judged(layout.withPart(s, t, p, NO), t, p);
        }
        return toldNo(s, t);
    }

    private long stage(long s, int t, int p) {
        int revision = ownRevision(s, t, p);
        long next = s;
        if (mutant == Mutant.POSITION_AT_PREPARE) {
            revision = layout.nextPosition(s, p);
            next = layout.withNextPosition(s, p, revision + 1);
        }
        next = layout.withPart(next, t, p, STAGED + revision);
        next = scenario.isInSmallSteps() ? next : layout.withYes(next, t, p);
        if (mutant == Mutant.HOME_QUERY_JOINED && isHome(t, p)) {
            next = layout.with(next, Flag.UNDECIDED_SAID, t);
        }
        if (mutant == Mutant.ANSWER_BEFORE_DECISION && areAllStaged(next, t)) {
            next = layout.with(next, Flag.ACKNOWLEDGED, t);
        }
        return cameAfterAbort(s, t, p) ? layout.broken(next, Invariant.ABORT_KEEPS_OUT) : next;
    }

    /** A driver is told that the vote is YES: by the first Prepare, or by one that came later. */
    long hearYes(long s, int t, int p) {
        boolean isYes = layout.isStaged(s, t, p) || layout.part(s, t, p) == COMMITTED;
        return isYes ? layout.withYes(s, t, p) : s;
    }

    private boolean cameAfterAbort(long s, int t, int p) {
        boolean isAborted = layout.is(s, Flag.ABORT_STORED, t);
        return isAborted && (isHome(t, p) || layout.saidResolved(s, t, p));
    }

    /** Resolve, which anyone proposes who knows the decision. */
    long resolve(long s, int t, int p, boolean isCommit) {
        if (!(isCommit ? isCommitKnown(s, t) : isAbortKnown(s, t))) {
            return s;
        }
        long next = layout.withResolved(s, t, p);
        if (isCommit) {
            return layout.isStaged(s, t, p) ? commit(next, t, p) : next;
        }
        boolean leavesMark = layout.isStaged(s, t, p) || layout.part(s, t, p) == NOTHING;
        return leavesMark ? abort(next, t, p) : next;
    }

    private boolean isCommitKnown(long s, int t) {
        boolean isTooEarly = mutant == Mutant.RESOLVE_BEFORE_DECISION && areAllStaged(s, t);
        return layout.is(s, Flag.COMMIT_STORED, t) || isTooEarly;
    }

    /** Stored, or not to be had: home answers without a decision only when what is still staged was not committed. */
    private boolean isAbortKnown(long s, int t) {
        boolean isForgotten = layout.is(s, Flag.FORGOTTEN_SAID, t) && mutant != Mutant.FORGOTTEN_IS_NO_ANSWER;
        return layout.is(s, Flag.ABORT_STORED, t) || isForgotten;
    }

    /** Makes the staged event visible, and unlocks. */
    long commit(long s, int t, int p) {
        long next = s;
        if (scenario.transaction(t).writes(p)) {
            next = append(s, t, p, layout.part(s, t, p) - STAGED);
        }
        return layout.withPart(next, t, p, COMMITTED);
    }

    /** Drops what is staged, unlocks, and leaves the mark. */
    long abort(long s, int t, int p) {
        boolean isForgotten = mutant == Mutant.ABORT_MARK_FORGOTTEN && !isHome(t, p);
        return layout.withPart(s, t, p, isForgotten ? NOTHING : ABORTED);
    }

    private long append(long s, int t, int p, int revision) {
        int stream = layout.stream(s, p);
        if (Stream.contains(stream, t)) {
            return layout.broken(s, Invariant.SAME_ANSWER);
        }
        long next = layout.withStream(s, p, Stream.append(stream, t));
        return ownRevision(s, t, p) == revision ? next : layout.broken(next, Invariant.DENSE);
    }

    /** The partition drops what it recorded of a transaction that it does not hold staged. */
    long drop(long s, int t, int p) {
        int part = layout.part(s, t, p);
        if (part == NOTHING || part >= STAGED || !mayDrop(s, t, p, part)) {
            return s;
        }
        long next = layout.withPart(s, t, p, NOTHING);
        return isHome(t, p) ? layout.without(next, Flag.SHRUNK, t) : next;
    }

    private boolean mayDrop(long s, int t, int p, int part) {
        boolean isPastSession = layout.time(s, p) > scenario.sessionEnd();
        if (scenario.transaction(t).isSingle()) {
            return isPastSession;
        }
        if (!isHome(t, p)) {
            int whose = mutant == Mutant.DROPPED_BY_ANOTHERS_TIME
                    ? scenario.transaction(t).home()
                    : p;
            return isPastExpiry(s, t, whose) || mutant == Mutant.DROPPED_BEFORE_EXPIRY;
        }
        if (part == NO) {
            return isPastExpiry(s, t, p);
        }
        boolean isTime = switch (mutant) {
            case HOME_DROPS_BEFORE_EXPIRY -> true;
            case HOME_DROPS_AT_EXPIRY -> isPastExpiry(s, t, p);
            case DROPPED_WHEN_ANSWERED -> isAnswered(s, t);
            default -> isPastSession;
        };
        boolean isForgotten = mutant == Mutant.DROPPED_BEFORE_FORGET || mutant == Mutant.DROPPED_WHEN_ANSWERED;
        return isTime && (layout.is(s, Flag.SHRUNK, t) || isForgotten);
    }

    private boolean isAnswered(long s, int t) {
        return layout.is(s, Flag.ACKNOWLEDGED, t) || layout.is(s, Flag.REFUSED, t);
    }

    /** A command of this partition alone. It meets the locks where it is applied, not only where it is proposed. */
    long execute(long s, int t, int p) {
        boolean isOfSession = layout.time(s, p) <= scenario.sessionEnd() || mutant == Mutant.UNKNOWN_SESSION_EXECUTES;
        if (!hasBegun(s, t) || layout.part(s, t, p) != NOTHING || !isOfSession || isLocked(s, t, p)) {
            return s;
        }
        if (conditionFails(s, t, p)) {
            return layout.with(judged(layout.withPart(s, t, p, NO), t, p), Flag.REFUSED, t);
        }
        long next = layout.withPart(s, t, p, COMMITTED);
        next = layout.with(layout.with(next, Flag.COMMIT_STORED, t), Flag.ACKNOWLEDGED, t);
        boolean writes = scenario.transaction(t).writes(p);
        return writes ? append(next, t, p, ownRevision(s, t, p)) : next;
    }

    /** Only in mutants: what is staged is dropped because of this partition's own idea of time, or of who decides. */
    long abortAlone(long s, int t, int p) {
        boolean isOver = mutant == Mutant.DECIDED_BY_LOCAL_CLOCK && isPastExpiry(s, t, p);
        boolean isSecondHome = mutant == Mutant.HOME_NOT_IN_THE_ID;
        return layout.isStaged(s, t, p) && (isOver || isSecondHome) ? abort(s, t, p) : s;
    }

    boolean isPastExpiry(long s, int t, int p) {
        return layout.time(s, p) > scenario.transaction(t).expiry();
    }

    boolean isHome(int t, int p) {
        return scenario.transaction(t).home() == p;
    }

    /** Whether a transaction is under way, or may be: one that follows another begins when the client knows of that. */
    boolean hasBegun(long s, int t) {
        int after = scenario.transaction(t).after();
        return after == Transaction.NONE || layout.is(s, Flag.ACKNOWLEDGED, after);
    }

    private boolean areAllStaged(long s, int t) {
        for (int p = 0; p < scenario.partitions(); p++) {
            if (scenario.transaction(t).touches(p) && !layout.isStaged(s, t, p)) {
                return false;
            }
        }
        return true;
    }

    private boolean conditionFails(long s, int t, int p) {
        int expected = scenario.transaction(t).parts().get(p).expected();
        return expected != Transaction.NONE && expected != ownRevision(s, t, p);
    }

    /** The number of events in the stream that this transaction means. */
    private int ownRevision(long s, int t, int p) {
        int stream = layout.stream(s, p);
        return scenario.areStreamsShared() ? Stream.length(stream) : Stream.contains(stream, t) ? 1 : 0;
    }

    /** Whether another transaction's lock is in the way: of writers against all, of conditions against writers. */
    private boolean isLocked(long s, int t, int p) {
        for (int other = 0; other < scenario.transactions().size(); other++) {
            if (other != t && layout.isStaged(s, other, p) && excludes(s, other, t, p)) {
                return true;
            }
        }
        return false;
    }

    private boolean excludes(long s, int holder, int t, int p) {
        if (!scenario.areStreamsShared()) {
            return false;
        }
        boolean isExclusive = scenario.transaction(holder).writes(p);
        boolean writes = scenario.transaction(t).writes(p);
        boolean isSingle = scenario.transaction(t).isSingle();
        boolean isIgnored = switch (mutant) {
            case NO_SHARED_LOCK -> !isExclusive;
            case NO_EXCLUSIVE_LOCK -> isExclusive && writes;
            case CONDITIONS_IGNORE_LOCKS -> !writes;
            case COMMAND_IGNORES_LOCKS -> isSingle && writes && isExclusive;
            case COMMAND_IGNORES_SHARED_LOCKS -> isSingle && !isExclusive;
            case COMMAND_CONDITIONS_IGNORE_LOCKS -> isSingle && !writes;
            case COMMAND_PASSES_DECIDED -> isSingle && layout.is(s, Flag.COMMIT_STORED, holder);
            default -> false;
        };
        return (isExclusive || writes) && !isIgnored;
    }

    private long toldNo(long s, int t) {
        return mutant == Mutant.NO_WITHOUT_DECISION ? layout.with(s, Flag.REFUSED, t) : s;
    }

    /** A rejection must name what was there: with everything that the client knew before. */
    private long judged(long s, int t, int p) {
        int after = scenario.transaction(t).after();
        boolean misses = after != Transaction.NONE
                && scenario.transaction(after).writes(p)
                && !Stream.contains(layout.stream(s, p), after);
        boolean isTrue = conditionFails(s, t, p) && !misses;
        return isTrue ? s : layout.broken(s, Invariant.REJECTED_FOR_A_REASON);
    }
}
