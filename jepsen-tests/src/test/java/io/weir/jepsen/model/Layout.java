package io.weir.jepsen.model;

import java.util.Set;

/**
 * The bits of a state, which is one {@code long}, by name. What a scenario does not need takes none.
 *
 * <pre>
 *   each participant of each transaction   part: NOTHING, NO, ABORTED, COMMITTED, or STAGED at a revision    3
 *     but home                             said YES, said that Resolve is applied                            1 1
 *   each transaction                       the flags                                                         1 each
 *   each partition                         log time, stream                                                  2 3
 *   the reader                             reads ended, phase, length in its snapshot                        2 2 2
 *                                          transactions: holders of locks, those without a record at home,
 *                                          those that were acknowledged before the read began                2 2 2
 *   each read that has ended               length that it saw, what was acknowledged before it began         2 2
 *   the invariant that a step has broken                                                                     4
 * </pre>
 */
final class Layout {
    /** A part of a transaction of which the partition knows nothing. */
    static final int NOTHING = 0;
    /** It voted NO, and keeps that. */
    static final int NO = 1;
    /** Aborted, or not to be prepared any more. At home: decided so. */
    static final int ABORTED = 2;
    /** Committed and visible. At home: decided so. */
    static final int COMMITTED = 3;
    /** It voted YES, holds the locks and the payload. Plus the revision that its event will get. */
    static final int STAGED = 4;

    /** What is known of a transaction for ever, or not at all. */
    enum Flag {
        /** Home has stored this decision once: anyone may know. */
        COMMIT_STORED(0),
        ABORT_STORED(1),
        /** Home has answered FORGOTTEN_OR_NEVER, or NEVER, once. */
        FORGOTTEN_SAID(2),
        /** Home has applied Forget, and still has the answer. */
        SHRUNK(3),
        /** The client was told that it is committed. */
        ACKNOWLEDGED(4),
        /** The client was told that it is not executed. */
        REFUSED(5),
        /** Home's leader has answered a read that it is undecided. Only a mutant uses that later. */
        UNDECIDED_SAID(6);

        private final int place;

        Flag(int place) {
            this.place = place;
        }
    }

    private final Field[][] parts;
    private final Field[][] yes;
    private final Field[][] resolved;
    private final Field[][] flags;
    private final Field[] times;
    private final Field[] streams;
    private final Field[] nextPositions;
    private final Field[] seen;
    private final Field[] duties;
    final Field readsEnded;
    final Field phase;
    final Field holders;
    final Field withoutRecord;
    final Field snapshot;
    final Field duty;
    final Field broken;
    private final Set<Invariant> watched;
    private int used;

    Layout(Scenario scenario, Mutant mutant, Set<Invariant> watched) {
        this.watched = watched;
        int transactions = scenario.transactions().size();
        parts = new Field[transactions][scenario.partitions()];
        yes = new Field[transactions][scenario.partitions()];
        resolved = new Field[transactions][scenario.partitions()];
        flags = new Field[transactions][Flag.values().length];
        for (int t = 0; t < transactions; t++) {
            Transaction transaction = scenario.transaction(t);
            for (int p = 0; p < scenario.partitions(); p++) {
                boolean votes = transaction.touches(p) && transaction.home() != p;
                parts[t][p] = next(transaction.touches(p), 3);
                yes[t][p] = next(votes, 1);
                resolved[t][p] = next(votes, 1);
            }
            for (Flag flag : Flag.values()) {
                boolean isUsed = flag != Flag.UNDECIDED_SAID || mutant == Mutant.HOME_QUERY_JOINED;
                flags[t][flag.place] = next(isUsed, 1);
            }
        }
        times = nextOf(scenario.partitions(), true, 2);
        streams = nextOf(scenario.partitions(), true, Stream.bits(transactions));
        nextPositions = nextOf(scenario.partitions(), mutant == Mutant.POSITION_AT_PREPARE, 2);
        boolean areReads = !scenario.reads().isEmpty();
        readsEnded = next(areReads, 2);
        phase = next(areReads, 2);
        holders = next(areReads, transactions);
        withoutRecord = next(areReads, transactions);
        snapshot = next(areReads, 2);
        duty = next(areReads, transactions);
        seen = nextOf(scenario.reads().size(), true, 2);
        duties = nextOf(scenario.reads().size(), true, transactions);
        broken = next(true, 4);
    }

    private Field[] nextOf(int count, boolean isUsed, int bits) {
        Field[] fields = new Field[count];
        for (int i = 0; i < count; i++) {
            fields[i] = next(isUsed, bits);
        }
        return fields;
    }

    private Field next(boolean isUsed, int bits) {
        if (!isUsed) {
            return new Field(0, 0);
        }
        Field field = new Field(used, bits);
        used += bits;
        if (used > Long.SIZE) {
            throw new IllegalStateException("a state of this scenario does not fit into " + Long.SIZE + " bits");
        }
        return field;
    }

    int part(long s, int t, int p) {
        return parts[t][p].of(s);
    }

    long withPart(long s, int t, int p, int part) {
        return parts[t][p].with(s, part);
    }

    boolean isStaged(long s, int t, int p) {
        return part(s, t, p) >= STAGED;
    }

    boolean saidYes(long s, int t, int p) {
        return yes[t][p].of(s) != 0;
    }

    long withYes(long s, int t, int p) {
        return yes[t][p].bits() == 0 ? s : yes[t][p].with(s, 1);
    }

    boolean saidResolved(long s, int t, int p) {
        return resolved[t][p].of(s) != 0;
    }

    long withResolved(long s, int t, int p) {
        return resolved[t][p].with(s, 1);
    }

    boolean is(long s, Flag flag, int t) {
        return flags[t][flag.place].of(s) != 0;
    }

    long with(long s, Flag flag, int t) {
        return flags[t][flag.place].with(s, 1);
    }

    long without(long s, Flag flag, int t) {
        return flags[t][flag.place].with(s, 0);
    }

    int time(long s, int p) {
        return times[p].of(s);
    }

    long withTime(long s, int p, int time) {
        return times[p].with(s, time);
    }

    int stream(long s, int p) {
        return streams[p].of(s);
    }

    long withStream(long s, int p, int stream) {
        return streams[p].with(s, stream);
    }

    int nextPosition(long s, int p) {
        return nextPositions[p].of(s);
    }

    long withNextPosition(long s, int p, int position) {
        return nextPositions[p].with(s, position);
    }

    /** The number of events that a read that has ended saw. */
    int seen(long s, int read) {
        return seen[read].of(s);
    }

    /** The set of transactions, a bit each, that were acknowledged before the read began. */
    int duty(long s, int read) {
        return duties[read].of(s);
    }

    long withSeen(long s, int read, int count, int duty) {
        return duties[read].with(seen[read].with(s, count), duty);
    }

    /** The state in which an invariant is broken, if it is watched; the first one counts. */
    long broken(long s, Invariant invariant) {
        return broken.of(s) == 0 && watched.contains(invariant) ? broken.with(s, invariant.number()) : s;
    }
}
