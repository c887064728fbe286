package io.weir.jepsen.checker;

/** Puts cycles into words: of each step from one transaction to the next, on which streams and values it rests. */
final class Explanations {
    private static final int NONE = VersionOrders.NONE;

    private final Transactions transactions;
    private final Appends appends;
    private final Reads reads;
    private final VersionOrders orders;

    Explanations(Transactions transactions, Appends appends, Reads reads, VersionOrders orders) {
        this.transactions = transactions;
        this.appends = appends;
        this.reads = reads;
        this.orders = orders;
    }

    /** The argument: a sentence, and a line for each step. */
    String of(Cycle cycle) {
        StringBuilder text = new StringBuilder("each of these ")
                .append(cycle.length())
                .append(" transactions comes before the next one, and the last one before the first one");
        for (int i = 0; i < cycle.length(); i++) {
            int from = cycle.nodes()[i];
            int to = cycle.after(i);
            text.append("\n  ")
                    .append(line(from))
                    .append(" before ")
                    .append(line(to))
                    .append(": ");
            text.append(reason(from, to, cycle.labels()[i]));
        }
        return text.toString();
    }

    private String reason(int from, int to, int label) {
        return switch (label) {
            case Graph.WW -> appended(from, to) + " (ww)";
            case Graph.WR -> saw(from, to) + " (wr)";
            case Graph.RW -> missed(from, to) + " (rw)";
            case Graph.PROCESS -> "process " + transactions.line(from).process() + " did them in this order (process)";
            case Graph.REALTIME ->
                line(from) + " had completed when " + line(to) + " was invoked in line " + transactions.invocation(to)
                        + " (realtime)";
            default -> throw new IllegalArgumentException("label " + label);
        };
    }

    private String appended(int from, int to) {
        for (int append = appends.first(to); append < appends.first(to + 1); append++) {
            int before = orders.predecessor(append);
            if (before != NONE && appends.transaction(before) == from) {
                return line(to) + " appended " + appends.value(append) + " to " + stream(appends.streamOf(append))
                        + " behind " + appends.value(before) + " of " + line(from) + shownBy(append);
            }
        }
        throw unexplained(from, to);
    }

    private String shownBy(int append) {
        return orders.isSeen(append)
                ? ", as read in " + line(reads.transaction(orders.longest(appends.streamOf(append))))
                : ", the last value that was ever read there";
    }

    private String saw(int from, int to) {
        for (int read = reads.first(to); read < reads.first(to + 1); read++) {
            int last = orders.last(read);
            if (reads.isExternal(read) && last != NONE && appends.transaction(last) == from) {
                return line(to) + " read " + stream(reads.stream(read)) + " up to " + appends.value(last) + ", which "
                        + line(from) + " appended";
            }
        }
        throw unexplained(from, to);
    }

    private String missed(int from, int to) {
        for (int read = reads.first(from); read < reads.first(from + 1); read++) {
            int append = reads.isExternal(read) ? missedAppend(read, to) : NONE;
            if (append != NONE) {
                return line(from) + " read " + stream(reads.stream(read)) + " as " + Text.of(reads.values(read))
                        + ", without " + appends.value(append) + ", which " + line(to) + " appended"
                        + (orders.isSeen(append) ? " there" : "");
            }
        }
        throw unexplained(from, to);
    }

    /** The append of a transaction that a read did not see, though it is the next one or one that nobody saw. */
    private int missedAppend(int read, int writer) {
        int stream = reads.stream(read);
        int next = orders.isBroken(stream)
                ? NONE
                : orders.next(stream, reads.values(read).size());
        if (next != NONE) {
            return appends.transaction(next) == writer ? next : NONE;
        }
        for (int append = appends.first(writer); append < appends.first(writer + 1); append++) {
            if (appends.streamOf(append) == stream && !orders.isSeen(append)) {
                return append;
            }
        }
        return NONE;
    }

    private String line(int transaction) {
        return "line " + transactions.place(transaction);
    }

    private String stream(int stream) {
        return "stream " + appends.streamName(stream);
    }

    private static IllegalStateException unexplained(int from, int to) {
        return new IllegalStateException("no reason why transaction " + from + " comes before " + to);
    }
}
