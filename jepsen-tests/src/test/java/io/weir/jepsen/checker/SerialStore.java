package io.weir.jepsen.checker;

import io.weir.jepsen.history.Header;
import io.weir.jepsen.history.LineType;
import io.weir.jepsen.history.Operation;
import java.util.List;
import java.util.Random;

/** A store in memory that does one thing after another, and what the clients of a workload ask of it. */
interface SerialStore {
    /** The nodes that clients ask. */
    List<String> NODES = List.of("n1", "n2", "n3");

    /**
     * How an operation ended.
     *
     * @param type ok or fail
     * @param operation with what was answered
     */
    record Answer(LineType type, Operation operation) {
        static Answer ok(Operation operation) {
            return new Answer(LineType.OK, operation);
        }
    }

    /** What a client asks next. */
    Operation next(int client, Random random);

    /** Does it, in one moment. */
    Answer apply(Operation operation, String node);

    /** A client has its answer. */
    default void answered(int client, Operation operation) {}

    /** What is read from each node after the last fault. */
    List<Operation> finals();

    /** What the lines do not tell. */
    Header header();
}
