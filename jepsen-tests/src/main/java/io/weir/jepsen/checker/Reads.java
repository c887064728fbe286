package io.weir.jepsen.checker;

import io.weir.jepsen.history.Step;
import io.weir.jepsen.history.Values;
import java.util.Arrays;
import java.util.List;

/** Every read whose result is known: those of the transactions that were acknowledged, numbered in their order. */
final class Reads {
    private final int[] firsts;
    private int count;
    private int[] transactions = new int[64];
    private int[] streams = new int[64];
    private boolean[] isExternal = new boolean[64];
    private Values[] values = new Values[64];

    Reads(Transactions all, Appends appends) {
        firsts = new int[all.count() + 1];
        int[] touchedBy = new int[appends.streams()];
        Arrays.fill(touchedBy, -1);
        for (int transaction = 0; transaction < all.count(); transaction++) {
            firsts[transaction] = count;
            if (all.isOk(transaction)) {
                addAll(transaction, all.steps(transaction), appends, touchedBy);
            }
        }
        firsts[all.count()] = count;
    }

    private void addAll(int transaction, List<Step> steps, Appends appends, int[] touchedBy) {
        for (Step step : steps) {
            int stream = appends.stream(step.stream());
            if (step instanceof Step.Read read && read.values() != null) {
                add(transaction, stream, touchedBy[stream] != transaction, read.values());
            }
            touchedBy[stream] = transaction;
        }
    }

    private void add(int transaction, int stream, boolean isFirst, Values seen) {
        if (count == transactions.length) {
            transactions = Arrays.copyOf(transactions, count * 2);
            streams = Arrays.copyOf(streams, count * 2);
            isExternal = Arrays.copyOf(isExternal, count * 2);
            values = Arrays.copyOf(values, count * 2);
        }
        transactions[count] = transaction;
        streams[count] = stream;
        isExternal[count] = isFirst;
        values[count++] = seen;
    }

    int count() {
        return count;
    }

    /** The first read of a transaction; its last one comes before the first one of the next transaction. */
    int first(int transaction) {
        return firsts[transaction];
    }

    /** Whose read it is. */
    int transaction(int read) {
        return transactions[read];
    }

    /** The stream, as {@link Appends} numbers it. */
    int stream(int read) {
        return streams[read];
    }

    /**
     * Whether it is its transaction's first step on the stream, so that it saw what others had done and nothing else.
     */
    boolean isExternal(int read) {
        return isExternal[read];
    }

    /** What it saw. */
    Values values(int read) {
        return values[read];
    }
}
