package io.weir.jepsen.checker;

import java.util.Arrays;

/**
 * The places of one stream, filled one after the other, and when: what an append or a read tells of the moment at which
 * a place was filled is a line that it was not before, or not after.
 *
 * <p>With {@code p(r)} the moment at which place r was filled, an append at r that took from line i to line j says i <
 * p(r) < j; a read of the state with last place e says p(e) < j and i < p(e + 1), which is just what it needs in order
 * to have a moment of its own between the two. Such moments, in the order of the places, exist if and only if no place
 * was empty at a line at which it, or a later one, was filled; so bounds tell all, and no order has to be searched for.
 * Linear in the number of places and of what is told.
 */
final class Chain {
    private static final int NONE = -1;

    private final int[] after;
    private final int[] afterBy;
    private final int[] before;
    private final int[] beforeBy;

    /** Of so many places. */
    Chain(int places) {
        after = new int[places];
        afterBy = new int[places];
        before = new int[places];
        beforeBy = new int[places];
        Arrays.fill(after, NONE);
        Arrays.fill(afterBy, NONE);
        Arrays.fill(before, Calls.NEVER);
        Arrays.fill(beforeBy, NONE);
    }

    int places() {
        return after.length;
    }

    /** A call that began on a line says that a place had not been filled there. */
    void notBefore(int place, int line, int call) {
        if (place < after.length && line > after[place]) {
            after[place] = line;
            afterBy[place] = call;
        }
    }

    /** A call that was over on a line says that a place had been filled there. */
    void notAfter(int place, int line, int call) {
        if (place >= 0 && line < before[place]) {
            before[place] = line;
            beforeBy[place] = call;
        }
    }

    /** For each place the last line at which it can have been filled, since later places were. */
    int[] deadlines() {
        int[] deadlines = before.clone();
        for (int place = deadlines.length - 2; place >= 0; place--) {
            deadlines[place] = Math.min(deadlines[place], deadlines[place + 1]);
        }
        return deadlines;
    }

    /** Takes contradictions. */
    @FunctionalInterface
    interface Sink {
        /**
         * A call says that a place was still empty on a line, another one that a place as far or farther was filled
         * before that line.
         */
        void contradiction(int emptyPlace, int emptyCall, int filledPlace, int filledCall);
    }

    /** Finds them, each call that says a place was empty once at most. */
    void contradictions(Sink sink) {
        int latest = NONE;
        int reported = NONE;
        for (int place = 0; place < after.length; place++) {
            if (latest == NONE || after[place] > after[latest]) {
                latest = place;
            }
            if (after[latest] >= before[place] && latest != reported) {
                sink.contradiction(latest, afterBy[latest], place, beforeBy[place]);
                reported = latest;
            }
        }
    }
}
