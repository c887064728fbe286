package io.weir.jepsen.checker;

import io.weir.jepsen.history.History;

/**
 * Judges whether a history of list-append transactions is strictly serializable. Pure, deterministic, on the caller's
 * thread; time and memory grow with the number of lines times the number of processes.
 *
 * <p>Every append is of a value of its own, and every read returns a whole stream. So a read tells which appends it
 * saw, and in which order they happened; from that follows which transaction comes before which, without any search
 * over orders. A cycle in it is a proof that no serial order exists. The other way holds too: a history without any
 * anomaly is strictly serializable, up to a bound on appends that nobody read (see {@link Dependencies}).
 *
 * <p>Streams begin empty. A transaction that failed must never be seen. One in doubt may have happened: it did if
 * anything of it was seen, and then all of it did. Appends that were acknowledged and never read count too: they stand
 * behind all that was read. So a run should end with reads of every stream on every node, from which nothing can hide.
 *
 * <p>After Kingsbury and Alvaro, <em>Elle: Inferring Isolation Anomalies from Experimental Observations</em>, VLDB
 * 2020, with the names of Adya, <em>Weak Consistency</em>, 1999. {@code docs/internals/checkers.md} tells how to read a
 * verdict.
 */
public final class ListAppendChecker {
    private ListAppendChecker() {}

    /**
     * Judges a history.
     *
     * @throws io.weir.jepsen.history.MalformedHistoryException if a value is appended to a stream more than once
     */
    public static Verdict check(History history) {
        Transactions transactions = new Transactions(history);
        Appends appends = new Appends(transactions);
        Reads reads = new Reads(transactions, appends);
        VersionOrders orders = new VersionOrders(transactions, appends, reads);
        Findings findings = new Findings(transactions);
        new TransactionChecks(transactions, appends, reads, orders, findings).check();
        new StreamChecks(transactions, appends, reads, orders, findings).check();
        new NodeChecks(transactions, appends, reads, orders, findings).check();
        Graph graph = new Dependencies(transactions, appends, reads, orders).graph();
        Explanations explanations = new Explanations(transactions, appends, reads, orders);
        for (Cycle cycle : CycleSearch.cycles(graph)) {
            findings.add(cycle.kind(), () -> explanations.of(cycle), cycle.nodes());
        }
        return findings.verdict();
    }
}
