package io.weir.jepsen.checker;

import io.weir.jepsen.history.Line;
import io.weir.jepsen.history.LineType;
import java.util.Arrays;

/**
 * Which transaction comes before which, as edges between those that took effect. Every edge is one that any serial
 * order must keep, so that a cycle is an anomaly; and without a cycle, a serial order is any that keeps the edges.
 */
final class Dependencies {
    /**
     * Of a stream's appends that no read shows, how many get an edge from each read of the stream's end. All of them
     * would be readers times writers, where a run ended without final reads.
     */
    private static final int MAX_UNSEEN = 64;

    private static final int NONE = VersionOrders.NONE;

    private final Transactions transactions;
    private final Appends appends;
    private final Reads reads;
    private final VersionOrders orders;

    Dependencies(Transactions transactions, Appends appends, Reads reads, VersionOrders orders) {
        this.transactions = transactions;
        this.appends = appends;
        this.reads = reads;
        this.orders = orders;
    }

    /** The graph with all of them. */
    Graph graph() {
        return Graph.of(transactions.count(), sink -> {
            appends(sink);
            reads(sink);
            processes(sink);
            realTime(sink);
        });
    }

    private void appends(Graph.Sink sink) {
        for (int append = 0; append < appends.count(); append++) {
            int before = orders.tookEffect(append) ? orders.predecessor(append) : NONE;
            if (before != NONE) {
                add(sink, appends.transaction(before), appends.transaction(append), Graph.WW);
            }
        }
    }

    private void reads(Graph.Sink sink) {
        for (int read = 0; read < reads.count(); read++) {
            if (!reads.isExternal(read)) {
                continue;
            }
            int last = orders.last(read);
            if (last != NONE && orders.tookEffect(last)) {
                add(sink, appends.transaction(last), reads.transaction(read), Graph.WR);
            }
            if (!orders.isBroken(reads.stream(read))) {
                missed(sink, read);
            }
        }
    }

    /** To what a read did not see: what follows there, and what stands nobody knows where, but not in what was read. */
    private void missed(Graph.Sink sink, int read) {
        int reader = reads.transaction(read);
        int next = orders.next(reads.stream(read), reads.values(read).size());
        if (next != NONE) {
            add(sink, reader, appends.transaction(next), Graph.RW);
            return;
        }
        int unseen = orders.firstUnseen(reads.stream(read));
        for (int i = 0; i < MAX_UNSEEN && unseen != NONE; i++) {
            add(sink, reader, appends.transaction(unseen), Graph.RW);
            unseen = orders.nextUnseen(unseen);
        }
    }

    private void processes(Graph.Sink sink) {
        DenseIndex processes = new DenseIndex();
        int[] latest = new int[transactions.count()];
        for (int transaction = 0; transaction < transactions.count(); transaction++) {
            if (orders.isCommitted(transaction)) {
                int known = processes.size();
                int process = processes.add(transactions.line(transaction).process());
                if (process < known) {
                    sink.edge(latest[process], transaction, Graph.PROCESS);
                }
                latest[process] = transaction;
            }
        }
    }

    /**
     * What was over when something began. The frontier holds what is over and not yet implied: when a transaction
     * completes, it replaces all that had completed before it was invoked. So it is as large as the number of processes
     * at most.
     */
    private void realTime(Graph.Sink sink) {
        int[] frontier = new int[16];
        int size = 0;
        for (Line line : transactions.history().lines()) {
            int transaction = transactions.at(line.index());
            if (line.type() == LineType.INVOKE && orders.isCommitted(transaction)) {
                for (int i = 0; i < size; i++) {
                    sink.edge(frontier[i], transaction, Graph.REALTIME);
                }
            } else if (line.type() == LineType.OK) {
                size = withoutImplied(frontier, size, transactions.invocation(transaction));
                frontier = size == frontier.length ? Arrays.copyOf(frontier, size * 2) : frontier;
                frontier[size++] = transaction;
            }
        }
    }

    private int withoutImplied(int[] frontier, int size, int invocation) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (transactions.place(frontier[i]) > invocation) {
                frontier[kept++] = frontier[i];
            }
        }
        return kept;
    }

    private static void add(Graph.Sink sink, int from, int to, int label) {
        if (from != to) {
            sink.edge(from, to, label);
        }
    }
}
