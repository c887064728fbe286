package io.weir.jepsen.checker;

import io.weir.jepsen.history.MalformedHistoryException;
import io.weir.jepsen.history.Step;
import java.util.Arrays;

/**
 * Every append of a history, also of transactions that failed or are in doubt, numbered in the order of invocation, and
 * the streams, numbered as they first come. A value is appended to a stream once at most in a history, and so a value
 * that is read tells who wrote it.
 */
final class Appends {
    private final DenseIndex streams = new DenseIndex();
    private final DenseIndex values = new DenseIndex();
    private final int[] firsts;
    private int[] transactions = new int[64];
    private int[] streamOf = new int[64];
    private long[] revisions = new long[64];

    Appends(Transactions all) {
        firsts = new int[all.count() + 1];
        for (int transaction = 0; transaction < all.count(); transaction++) {
            firsts[transaction] = values.size();
            for (Step step : all.steps(transaction)) {
                int stream = streams.add(step.stream());
                if (step instanceof Step.Append append) {
                    add(all, transaction, stream, append);
                }
            }
        }
        firsts[all.count()] = values.size();
    }

    private void add(Transactions all, int transaction, int stream, Step.Append append) {
        int number = values.size();
        if (values.add(DenseIndex.key(append.stream(), append.value())) != number) {
            int other = transactions[find(append.stream(), append.value())];
            throw new MalformedHistoryException(
                    "lines " + all.place(other) + " and " + all.place(transaction) + " both append " + append.value()
                            + " to stream " + append.stream() + ": no read can tell them apart");
        }
        if (number == transactions.length) {
            transactions = Arrays.copyOf(transactions, number * 2);
            streamOf = Arrays.copyOf(streamOf, number * 2);
            revisions = Arrays.copyOf(revisions, number * 2);
        }
        transactions[number] = transaction;
        streamOf[number] = stream;
        revisions[number] = append.revision();
    }

    int count() {
        return values.size();
    }

    int streams() {
        return streams.size();
    }

    /** A stream's number in the history. */
    int streamName(int stream) {
        return (int) streams.key(stream);
    }

    /** The number here of the stream with this number in the history. */
    int stream(int streamName) {
        return streams.find(streamName);
    }

    /** The append of a value to a stream, both as in the history; {@link DenseIndex#ABSENT} if nobody appended it. */
    int find(int streamName, int value) {
        return values.find(DenseIndex.key(streamName, value));
    }

    /** The first append of a transaction; its last one comes before the first one of the next transaction. */
    int first(int transaction) {
        return firsts[transaction];
    }

    /** Whose append it is. */
    int transaction(int append) {
        return transactions[append];
    }

    /** The stream, as numbered here. */
    int streamOf(int append) {
        return streamOf[append];
    }

    int value(int append) {
        return (int) values.key(append);
    }

    /** That the store returned, or {@link Step.Append#NO_REVISION}. */
    long revision(int append) {
        return revisions[append];
    }

    /** Whether its transaction appends nothing more to that stream. */
    boolean isLastOfItsTransaction(int append) {
        for (int later = append + 1; later < firsts[transactions[append] + 1]; later++) {
            if (streamOf[later] == streamOf[append]) {
                return false;
            }
        }
        return true;
    }
}
