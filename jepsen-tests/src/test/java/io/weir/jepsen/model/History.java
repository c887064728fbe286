package io.weir.jepsen.model;

import io.weir.jepsen.model.Layout.Flag;

/** What clients have seen, and whether one order of all that committed and of all reads explains it. */
final class History {
    private static final int[][] OF_ONE = {{0}};
    private static final int[][] OF_TWO = {{0, 1}, {1, 0}};
    private static final int[][] OF_THREE = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

    private final Scenario scenario;
    private final Layout layout;
    private final int[][] orders;

    History(Scenario scenario, Layout layout) {
        this.scenario = scenario;
        this.layout = layout;
        orders = switch (scenario.transactions().size()) {
            case 1 -> OF_ONE;
            case 2 -> OF_TWO;
            case 3 -> OF_THREE;
            default -> throw new IllegalArgumentException("too many transactions: " + scenario);
        };
    }

    boolean isStrictlySerializable(long s) {
        for (int[] order : orders) {
            if (areTransactionsExplained(s, order) && areReadsExplained(s, order)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a read saw a transaction that a later one misses in another partition: the simplest case of what has no order. */
    boolean isHalfSeen(long s) {
        int seen = 0;
        for (int read = 0; read < layout.readsEnded.of(s); read++) {
            int p = scenario.reads().get(read);
            int here = seenBy(s, read);
            for (int t = 0; t < scenario.transactions().size(); t++) {
                if (Transaction.isIn(seen & ~here, t) && scenario.transaction(t).writes(p)) {
                    return true;
                }
            }
            seen |= here;
        }
        return false;
    }

    private int seenBy(long s, int read) {
        return Stream.setOfFirst(
                layout.seen(s, read), layout.stream(s, scenario.reads().get(read)));
    }

    private boolean areTransactionsExplained(long s, int[] order) {
        for (int p = 0; p < scenario.partitions(); p++) {
            if (!isExplained(s, order, p)) {
                return false;
            }
        }
        for (int i = 0; i < order.length; i++) {
            for (int j = i + 1; j < order.length; j++) {
                if (isOvertaken(s, order[i], order[j])) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The later one of an order must not have been acknowledged before the earlier one began. */
    private boolean isOvertaken(long s, int earlier, int later) {
        return scenario.transaction(earlier).after() == later && isCommitted(s, earlier) && isCommitted(s, later);
    }

    /** Whether the stream has its events in this order, those that are not visible yet last, and the conditions held. */
    private boolean isExplained(long s, int[] order, int p) {
        if (!scenario.areStreamsShared()) {
            return true; // each has its events, and what those are is for other invariants to say
        }
        int stream = layout.stream(s, p);
        int revision = 0;
        for (int t : order) {
            if (isCommitted(s, t)) {
                Transaction.Part part = scenario.transaction(t).parts().get(p);
                if (part.expected() != Transaction.NONE && part.expected() != revision) {
                    return false;
                }
                if (part.writes()) {
                    if (revision < Stream.length(stream) && Stream.writer(stream, revision) != t) {
                        return false;
                    }
                    revision++;
                }
            }
        }
        return Stream.length(stream) <= revision;
    }

    /** Whether each read has a place: behind the one before it and what was acknowledged, and with what it has seen. */
    private boolean areReadsExplained(long s, int[] order) {
        int ended = scenario.reads().isEmpty() ? 0 : layout.readsEnded.of(s);
        int place = 0;
        for (int read = 0; read < ended; read++) {
            place = place(s, order, read, place);
            if (place < 0) {
                return false;
            }
        }
        return true;
    }

    /** The first place, not before another one, behind so many transactions of the order; -1 if there is none. */
    private int place(long s, int[] order, int read, int notBefore) {
        int p = scenario.reads().get(read);
        int first = notBefore;
        for (int i = 0; i < order.length; i++) {
            boolean isDue = Transaction.isIn(layout.duty(s, read), order[i]);
            first = isDue ? Math.max(first, i + 1) : first;
        }
        int seen = seenBy(s, read);
        int visible = 0;
        for (int place = 0; place <= order.length; place++) {
            if (place >= first && visible == seen) {
                return place;
            }
            visible |= place < order.length && isWriter(s, order[place], p) ? Transaction.setOf(order[place]) : 0;
        }
        return -1;
    }

    private boolean isWriter(long s, int t, int p) {
        return isCommitted(s, t) && scenario.transaction(t).writes(p);
    }

    private boolean isCommitted(long s, int t) {
        return layout.is(s, Flag.COMMIT_STORED, t);
    }
}
