package io.weir.jepsen.model;

import static io.weir.jepsen.model.Layout.COMMITTED;
import static io.weir.jepsen.model.Layout.NOTHING;

import io.weir.jepsen.model.Layout.Flag;

/** The client that reads: one linearizable read after the other, each of one partition. */
final class Reader {
    /** No read has begun since the last one. */
    static final int IDLE = 0;
    /** It has begun, and needs a new snapshot. */
    static final int AGAIN = 1;
    /** Its snapshot has exclusive locks: the homes of their holders are asked. */
    static final int ASKING = 2;
    /** What the snapshot has is the answer, on its way to the client. */
    static final int ANSWERED = 3;

    private final Scenario scenario;
    private final Mutant mutant;
    private final Layout layout;

    Reader(Scenario scenario, Mutant mutant, Layout layout) {
        this.scenario = scenario;
        this.mutant = mutant;
        this.layout = layout;
    }

    /** Begins a read, which has to see what is acknowledged by now. */
    long begin(long s) {
        boolean isIdle = !areAllEnded(s) && layout.phase.of(s) == IDLE;
        return isIdle ? layout.phase.with(layout.duty.with(s, acknowledged(s)), AGAIN) : s;
    }

    /** Takes a snapshot; the first one of a read is its beginning, but for small steps. */
    long takeSnapshot(long state) {
        long s = scenario.isInSmallSteps() ? state : begin(state);
        if (areAllEnded(s) || layout.phase.of(s) != AGAIN) {
            return state;
        }
        int p = partition(s);
        int holders = exclusiveHolders(s, p);
        int count = Stream.length(layout.stream(s, p));
        if (holders == 0 || mutant == Mutant.NO_HOME_QUERY) {
            return answer(s, count);
        }
        if (mutant == Mutant.STAGED_IS_VISIBLE) {
            return layout.broken(state, Invariant.DENSE);
        }
        return layout.phase.with(layout.holders.with(layout.snapshot.with(s, count), holders), ASKING);
    }

    /** Home answers a question about one holder, which was sent after the snapshot was taken. */
    long askHome(long s, int t) {
        if (!isInTheWay(s, t)) {
            return s;
        }
        return switch (layout.part(s, t, scenario.transaction(t).home())) {
            case COMMITTED -> again(s);
            case NOTHING -> mutant == Mutant.NO_RECORD_IS_UNDECIDED ? clear(s, t) : doubt(s, t);
            default -> clear(s, t); // undecided or aborted
        };
    }

    /** Uses what somebody else was told by home, at any time. */
    long useCache(long s, int t) {
        if (!isInTheWay(s, t)) {
            return s;
        }
        boolean isForgotten = layout.is(s, Flag.FORGOTTEN_SAID, t) && mutant == Mutant.FORGOTTEN_CACHED_AS_ABORTED;
        if (layout.is(s, Flag.ABORT_STORED, t) || isForgotten || layout.is(s, Flag.UNDECIDED_SAID, t)) {
            return clear(s, t);
        }
        return layout.is(s, Flag.COMMIT_STORED, t) ? again(s) : s;
    }

    /** Looks again, in a new snapshot, because home had no record. */
    long lookAgain(long s, int t) {
        if (!Transaction.isIn(layout.withoutRecord.of(s), t)) {
            return s;
        }
        return layout.isStaged(s, t, partition(s)) ? clear(s, t) : again(s);
    }

    private boolean isInTheWay(long s, int t) {
        return Transaction.isIn(layout.holders.of(s) & ~layout.withoutRecord.of(s), t);
    }

    private long doubt(long s, int t) {
        return layout.withoutRecord.with(s, layout.withoutRecord.of(s) | Transaction.setOf(t));
    }

    /** This holder was not committed when the snapshot was taken. */
    private long clear(long s, int t) {
        int left = layout.holders.of(s) & ~Transaction.setOf(t);
        long next = layout.withoutRecord.with(s, layout.withoutRecord.of(s) & ~Transaction.setOf(t));
        next = layout.holders.with(next, left);
        return left == 0 ? answer(next, layout.snapshot.of(next)) : next;
    }

    private long again(long s) {
        return layout.phase.with(layout.snapshot.with(withoutHolders(s), 0), AGAIN);
    }

    private long withoutHolders(long s) {
        return layout.withoutRecord.with(layout.holders.with(s, 0), 0);
    }

    private long answer(long s, int count) {
        long answered = layout.phase.with(layout.snapshot.with(s, count), ANSWERED);
        return scenario.isInSmallSteps() ? answered : end(answered);
    }

    /** The answer comes to the client. */
    long end(long s) {
        if (layout.phase.of(s) != ANSWERED) {
            return s;
        }
        int read = layout.readsEnded.of(s);
        int count = layout.snapshot.of(s);
        int duty = layout.duty.of(s);
        long next = layout.withSeen(s, read, count, duty);
        next = layout.readsEnded.with(layout.duty.with(next, 0), read + 1);
        next = layout.phase.with(layout.snapshot.with(next, 0), IDLE);
        return missesAny(s, duty, count) ? layout.broken(next, Invariant.NOTHING_MISSED) : next;
    }

    private boolean missesAny(long s, int duty, int count) {
        int p = partition(s);
        for (int t = 0; t < scenario.transactions().size(); t++) {
            boolean isDue = Transaction.isIn(duty, t) && scenario.transaction(t).writes(p);
            if (isDue && !Stream.isAmongFirst(count, layout.stream(s, p), t)) {
                return true;
            }
        }
        return false;
    }

    private int exclusiveHolders(long s, int p) {
        int holders = 0;
        for (int t = 0; t < scenario.transactions().size(); t++) {
            boolean isHolder = scenario.transaction(t).writes(p) && layout.isStaged(s, t, p);
            holders |= isHolder ? Transaction.setOf(t) : 0;
        }
        return holders;
    }

    private int acknowledged(long s) {
        int all = 0;
        for (int t = 0; t < scenario.transactions().size(); t++) {
            all |= layout.is(s, Flag.ACKNOWLEDGED, t) ? Transaction.setOf(t) : 0;
        }
        return all;
    }

    private boolean areAllEnded(long s) {
        return layout.readsEnded.of(s) == scenario.reads().size();
    }

    private int partition(long s) {
        return scenario.reads().get(layout.readsEnded.of(s));
    }
}
