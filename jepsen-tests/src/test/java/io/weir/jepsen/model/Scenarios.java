package io.weir.jepsen.model;

import static io.weir.jepsen.model.Scenario.A;
import static io.weir.jepsen.model.Scenario.B;
import static io.weir.jepsen.model.Scenario.C;

import java.util.ArrayList;
import java.util.List;

/** The scenarios that are explored: together they exercise every rule of the protocol. */
final class Scenarios {
    private static final String APPEND = "append";
    private static final String NOTHING = "";
    private static final List<String> WISHES = List.of(NOTHING, APPEND, "if 0", "if 1", "if 0 append", "if 1 append");
    private static final Transaction AT_A = Transaction.of(A, APPEND, APPEND);
    private static final Transaction AT_B = Transaction.of(B, APPEND, APPEND);

    /** The main one: two transactions, two partitions, two reads. */
    static final Scenario OPPOSITE_HOMES =
            Scenario.of("two writers, opposite homes", AT_A, AT_B).withReads(A, B);

    static final Scenario SAME_HOME =
            Scenario.of("two writers, same home", AT_A, AT_A).withReads(A, B);
    static final Scenario SAME_HOME_BACKWARDS =
            Scenario.of("two writers, same home, read last", AT_A, AT_A).withReads(B, A);
    static final Scenario READ_TWICE =
            Scenario.of("two writers, one stream read twice", AT_A, AT_B).withReads(B, B);
    static final Scenario PARTITION_READ = Scenario.of(
                    "two writers of streams of their own, whole partitions read", AT_A, AT_B)
            .withReads(A, B)
            .withOwnStreams();
    static final Scenario PARTITION_READ_SAME_HOME = Scenario.of(
                    "two writers of streams of their own, whole partitions read, same home", AT_A, AT_A)
            .withReads(A, B)
            .withOwnStreams();
    static final Scenario DIFFERENT_EXPIRY = Scenario.of(
                    "two writers that expire at different log times", AT_A, AT_B.expiringAt(1))
            .withReads(A, B)
            .withLongerSession();
    static final Scenario WRITE_SKEW = Scenario.of(
                    "write skew: each expects empty what the other writes",
                    Transaction.of(A, APPEND, "if 0"),
                    Transaction.of(B, "if 0", APPEND))
            .withReads(A, B);
    static final Scenario CONDITION_ON_WRITTEN = Scenario.of(
                    "a writer, and a condition on what it writes", AT_A, Transaction.of(B, "if 0", APPEND))
            .withReads(A, B);
    static final Scenario READ_ONLY = Scenario.of(
            "a writer, and a read-only transaction that expects half of it", AT_A, Transaction.of(B, "if 0", "if 1"));
    static final Scenario READ_ONLY_OTHER_HALF = Scenario.of(
            "a writer, and a read-only transaction that expects the other half",
            AT_A,
            Transaction.of(B, "if 1", "if 0"));
    static final Scenario SEQUEL = Scenario.of(
                    "a writer, and another that begins when the first is acknowledged",
                    AT_A,
                    Transaction.of(B, "if 1 append", "if 1 append").startedAfter(0))
            .withReads(A, B);
    static final Scenario COMMAND_WRITES = Scenario.of(
                    "a writer, and a command that writes the same", AT_A, Transaction.of(B, NOTHING, APPEND))
            .withReads(A, B);
    static final Scenario COMMAND_WRITES_CONDITION = Scenario.of(
                    "a transaction, and a command that writes what it only names",
                    Transaction.of(A, APPEND, "if 0"),
                    Transaction.of(B, NOTHING, APPEND))
            .withReads(B, A);
    static final Scenario COMMAND_CONDITION_AFTERWARDS = Scenario.of(
            "a writer, and afterwards a command with an outdated condition",
            AT_A,
            Transaction.of(B, NOTHING, "if 0").startedAfter(0));
    static final Scenario COMMAND_AFTERWARDS = Scenario.of(
            "a writer, and afterwards a command with a true condition",
            AT_A,
            Transaction.of(B, NOTHING, "if 1 append").startedAfter(0));
    static final Scenario THREE_PARTITIONS = Scenario.of(
                    "one writer of three partitions", Transaction.of(A, APPEND, APPEND, APPEND))
            .withReads(B, C);
    static final Scenario TWO_OVER_THREE = Scenario.of(
            "two writers of three partitions, no reads",
            Transaction.of(A, APPEND, APPEND, APPEND),
            Transaction.of(B, APPEND, APPEND, APPEND));
    static final Scenario THREE_WRITERS = Scenario.of("three writers, no reads", AT_A, AT_B, AT_A);
    static final Scenario TWO_AND_A_READER = Scenario.of(
            "two writers, and a read-only transaction that expects half",
            AT_A,
            AT_B,
            Transaction.of(A, "if 1", "if 0"));
    static final Scenario SKEW_AND_A_WRITER = Scenario.of(
            "write skew, and a writer, no reads",
            Transaction.of(A, APPEND, "if 0"),
            Transaction.of(B, "if 0", APPEND),
            AT_A);

    private Scenarios() {}

    /** Those of every build. */
    static List<Scenario> all() {
        return List.of(
                OPPOSITE_HOMES,
                OPPOSITE_HOMES.inSmallSteps(),
                SAME_HOME,
                SAME_HOME_BACKWARDS,
                READ_TWICE,
                PARTITION_READ,
                PARTITION_READ.inSmallSteps(),
                PARTITION_READ_SAME_HOME,
                DIFFERENT_EXPIRY,
                DIFFERENT_EXPIRY.inSmallSteps(),
                WRITE_SKEW,
                WRITE_SKEW.inSmallSteps(),
                CONDITION_ON_WRITTEN,
                READ_ONLY,
                READ_ONLY_OTHER_HALF,
                SEQUEL,
                COMMAND_WRITES,
                COMMAND_WRITES_CONDITION,
                COMMAND_CONDITION_AFTERWARDS,
                COMMAND_AFTERWARDS,
                THREE_PARTITIONS,
                TWO_OVER_THREE,
                THREE_WRITERS,
                TWO_AND_A_READER,
                SKEW_AND_A_WRITER);
    }

    /**
     * Any two transactions over two partitions, the second at any time or after the first, and a read of each partition or one
     * read twice. To read them in the other order is another pair, with the partitions' names exchanged.
     */
    static List<Scenario> everyPair() {
        List<Scenario> pairs = new ArrayList<>();
        List<Transaction> each = everyTransaction();
        for (int i = 0; i < each.size(); i++) {
            for (int j = 0; j < each.size(); j++) {
                Transaction first = each.get(i);
                Transaction second = each.get(j);
                pairs.addAll(withReads(Scenario.of("pair", first, second.startedAfter(0))));
                if (i <= j) {
                    pairs.addAll(withReads(Scenario.of("pair", first, second)));
                }
            }
        }
        return pairs;
    }

    private static List<Scenario> withReads(Scenario scenario) {
        return List.of(scenario.withReads(A, B), scenario.withReads(B, B));
    }

    private static List<Transaction> everyTransaction() {
        List<Transaction> each = new ArrayList<>();
        for (String atA : WISHES) {
            for (String atB : WISHES) {
                if (!atA.isEmpty()) {
                    each.add(Transaction.of(A, atA, atB));
                }
                if (!atB.isEmpty()) {
                    each.add(Transaction.of(B, atA, atB));
                }
            }
        }
        return each;
    }
}
