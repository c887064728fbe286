package io.weir.jepsen.model;

import java.util.List;

/**
 * Who wants what: the transactions, the partitions that they touch, and the reads of one client, one after the
 * other. Log time goes from 0 to {@code sessionEnd + 1}.
 *
 * @param reads the partitions whose stream is read, in this order, each read after the one before has ended
 * @param sessionEnd the last log time at which a partition keeps the sessions, and so the answers
 * @param areStreamsShared whether all transactions mean one stream of the partition, which is also what a read reads; else each
 *     has streams of its own there, and a read reads all of them
 * @param isInSmallSteps whether the driver hears of a vote, and the client of an outcome, later than they are given, and a read
 *     begins before its first snapshot and ends after its last answer. This should make no difference
 */
record Scenario(
        String name,
        int partitions,
        List<Transaction> transactions,
        List<Integer> reads,
        int sessionEnd,
        boolean areStreamsShared,
        boolean isInSmallSteps) {
    static final int A = 0;
    static final int B = 1;
    static final int C = 2;
    private static final int SESSION_END = 1;

    static Scenario of(String name, Transaction... transactions) {
        List<Transaction> all = List.of(transactions);
        return new Scenario(name, all.get(0).parts().size(), all, List.of(), SESSION_END, true, false);
    }

    Scenario withReads(Integer... of) {
        return new Scenario(name, partitions, transactions, List.of(of), sessionEnd, areStreamsShared, isInSmallSteps);
    }

    /** With one more log time, so that transactions can expire at different ones. */
    Scenario withLongerSession() {
        return new Scenario(name, partitions, transactions, reads, sessionEnd + 1, areStreamsShared, isInSmallSteps);
    }

    /** The same, in which no transaction meets another one, but reads meet them all. */
    Scenario withOwnStreams() {
        return new Scenario(name, partitions, transactions, reads, sessionEnd, false, isInSmallSteps);
    }

    /** The same, in which answers take their time. */
    Scenario inSmallSteps() {
        return new Scenario(
                name + ", in small steps", partitions, transactions, reads, sessionEnd, areStreamsShared, true);
    }

    Transaction transaction(int t) {
        return transactions.get(t);
    }

    static String partitionName(int partition) {
        return String.valueOf((char) ('A' + partition));
    }

    @Override
    public String toString() {
        return name;
    }
}
