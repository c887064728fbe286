package io.weir.jepsen.checker;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What can be wrong with a history. The names of what transactions show are those of Adya (<em>Weak Consistency: A
 * Generalized Theory and Optimistic Implementations for Distributed Transactions</em>, 1999) and of Kingsbury and
 * Alvaro (<em>Elle: Inferring Isolation Anomalies from Experimental Observations</em>, VLDB 2020). None of them may
 * happen in a store that keeps its promises.
 *
 * <p>The first ones are seen in one operation, stream, account or subscription. The others are cycles: each transaction in it must come
 * before the next one, and so before itself. {@code -process} means that a cycle needs the order in which one client
 * did things, {@code -realtime} that it needs the order of the clock: without that order the history would be
 * serializable.
 */
public enum AnomalyKind {
    /** A transaction disagrees with itself: with what it read or appended before. */
    INTERNAL("internal"),
    /** A read saw an append that failed. */
    G1A("G1a"),
    /** A read ended in the middle of another transaction. */
    G1B("G1b"),
    /** A read saw a value that nobody appended. */
    PHANTOM("phantom"),
    /** A read saw a value twice. */
    DUPLICATE("duplicate"),
    /** An append that took effect stands behind one that failed. */
    DIRTY_UPDATE("dirty-update"),
    /** Two transactions read the same state of a stream, and both appended to it. */
    LOST_UPDATE("lost-update"),
    /** Two reads of a stream of which neither begins with the other. */
    INCOMPATIBLE_ORDER("incompatible-order"),
    /** An append was acknowledged; a read that began later does not hold it, and no other read does. */
    LOST("lost"),
    /** The revision that the store returned is not the place in which reads find the value. */
    WRONG_REVISION("wrong-revision"),

    /** Two appends to a stream were told the same revision. */
    DOUBLE_SUCCESS("double-success"),
    /** An append took effect although its condition did not hold at its place. */
    UNMET_CONDITION("unmet-condition"),
    /** An append was rejected because of a state in which its condition holds. */
    FALSE_REJECTION("false-rejection"),
    /** A revision was there, and nothing that was done can have made it. */
    REVISION_GAP("revision-gap"),
    /** An append was over before another began, and stands behind it. */
    REVISION_ORDER("revision-order"),
    /** A read that promised to be linearizable missed what had been there before it began. */
    STALE_READ("stale-read"),
    /** A read saw what nobody had begun when it was over. */
    FUTURE_READ("future-read"),
    /** No order of the operations on a stream explains their answers. */
    NOT_LINEARIZABLE("not-linearizable"),

    /** The accounts together hold more or less than they should, or are other ones. */
    WRONG_TOTAL("wrong-total"),
    /** An account owes, where none may. */
    NEGATIVE_BALANCE("negative-balance"),
    /** No choice of the transfers that may have happened gives a balance that was read. */
    IMPOSSIBLE_BALANCE("impossible-balance"),
    /** No choice of the transfers in doubt gives the last balances: one that was acknowledged is missing. */
    LOST_TRANSFER("lost-transfer"),

    /** An append that failed was seen. */
    RESURRECTED("resurrected"),
    /** Nodes hold different things at the same place. */
    DIVERGENT("divergent"),
    /** The same request, sent again, was answered differently. */
    CHANGED_ANSWER("changed-answer"),
    /** A process saw less of a stream on a node than it had seen there before. */
    BACK_IN_TIME("back-in-time"),
    /** A read did not see what its token stands for. */
    BELOW_TOKEN("below-token"),

    /** A subscription left an event out. */
    SKIPPED("skipped"),
    /** A subscription delivered an event again. */
    REDELIVERED("redelivered"),
    /** A subscription delivered an event behind one that comes later. */
    REORDERED("reordered"),
    /** Positions in a partition contradict the revisions of a stream, or the clock. */
    POSITION_ORDER("position-order"),

    /** A cycle of appends alone. */
    G0("G0", Shape.G0, Order.DATA),
    G0_PROCESS("G0-process", Shape.G0, Order.PROCESS),
    G0_REALTIME("G0-realtime", Shape.G0, Order.REALTIME),
    /** A cycle of appends and of reads that saw them. */
    G1C("G1c", Shape.G1C, Order.DATA),
    G1C_PROCESS("G1c-process", Shape.G1C, Order.PROCESS),
    G1C_REALTIME("G1c-realtime", Shape.G1C, Order.REALTIME),
    /** A cycle in which one read missed an append: read skew, a stale or torn read, a lost update. */
    G_SINGLE("G-single", Shape.SINGLE, Order.DATA),
    G_SINGLE_PROCESS("G-single-process", Shape.SINGLE, Order.PROCESS),
    G_SINGLE_REALTIME("G-single-realtime", Shape.SINGLE, Order.REALTIME),
    /** A cycle in which several reads missed an append, never two in a row: snapshot isolation forbids it too. */
    G_NONADJACENT("G-nonadjacent", Shape.NONADJACENT, Order.DATA),
    G_NONADJACENT_PROCESS("G-nonadjacent-process", Shape.NONADJACENT, Order.PROCESS),
    G_NONADJACENT_REALTIME("G-nonadjacent-realtime", Shape.NONADJACENT, Order.REALTIME),
    /** A cycle in which two reads in a row missed an append: write skew, which snapshot isolation allows. */
    G2("G2", Shape.G2, Order.DATA),
    G2_PROCESS("G2-process", Shape.G2, Order.PROCESS),
    G2_REALTIME("G2-realtime", Shape.G2, Order.REALTIME);

    private final String label;
    private final @Nullable Shape shape;
    private final @Nullable Order order;

    AnomalyKind(String label) {
        this(label, null, null);
    }

    AnomalyKind(String label, @Nullable Shape shape, @Nullable Order order) {
        this.label = label;
        this.shape = shape;
        this.order = order;
    }

    /** A cycle of this shape that needs this order. */
    static AnomalyKind cycle(Shape shape, Order order) {
        return Arrays.stream(values())
                .filter(kind -> kind.shape == shape && kind.order == order)
                .findFirst()
                .orElseThrow();
    }

    /** As in the literature. */
    public String label() {
        return label;
    }

    /** Whether it is a cycle of several transactions. */
    public boolean isCycle() {
        return shape != null;
    }

    /** Whether it is a cycle only because one client did things in an order. */
    public boolean isOfProcess() {
        return order == Order.PROCESS;
    }

    /** Whether it is a cycle only because of the clock: without it the transactions would be serializable. */
    public boolean isOfRealTime() {
        return order == Order.REALTIME;
    }

    /** The shape of a cycle, the worst first. */
    enum Shape {
        G0,
        G1C,
        SINGLE,
        NONADJACENT,
        G2
    }

    /** What a cycle needs beside the data to be one, the least first. */
    enum Order {
        DATA(0),
        PROCESS(Graph.PROCESS),
        REALTIME(Graph.REALTIME);

        private final int mask;

        Order(int mask) {
            this.mask = mask;
        }

        /** Labels of the edges that it adds to those of the data. */
        int mask() {
            return mask;
        }
    }
}
