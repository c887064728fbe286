package io.weir.jepsen.history;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What the clients of a run do, and so what is judged. */
public enum Workload {
    /** Transactions that append to streams and read them: strict serializability. */
    LIST_APPEND("list-append"),
    /** Appends that expect a revision, and ends of streams: linearizability of each stream. */
    CONDITIONAL("conditional"),
    /** Transfers between accounts, and reads of all of them. */
    BANK("bank"),
    /** Values of their own, sent once or several times, and reads at all levels. */
    SET("set"),
    /** The same, and subscriptions that follow. */
    LOG("log");

    private final String label;

    Workload(String label) {
        this.label = label;
    }

    /** As in files and options. */
    public String label() {
        return label;
    }

    /** The one of this name. */
    public static Optional<Workload> of(String label) {
        return Arrays.stream(values())
                .filter(workload -> workload.label.equals(label))
                .findFirst();
    }

    /** Whether operations of this kind are part of it. */
    public boolean has(Operation operation) {
        return switch (this) {
            case LIST_APPEND -> operation instanceof Transaction;
            case CONDITIONAL ->
                operation instanceof ConditionalAppend
                        || operation instanceof EndOfStream
                        || operation instanceof StreamRead;
            case BANK -> operation instanceof Transfer || operation instanceof Balances;
            case SET -> operation instanceof Addition || operation instanceof StreamRead;
            case LOG -> operation instanceof Addition || operation instanceof StreamRead || operation instanceof Poll;
        };
    }

    /** The first one that has all operations of a history; empty if none has, or nothing was done. */
    public static Optional<Workload> of(History history) {
        List<Workload> fitting = Arrays.stream(values())
                .filter(workload -> history.lines().stream().allMatch(line -> workload.has(line.operation())))
                .toList();
        return history.size() == 0 ? Optional.empty() : fitting.stream().findFirst();
    }
}
