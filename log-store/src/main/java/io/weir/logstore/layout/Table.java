package io.weir.logstore.layout;

import java.util.List;
import java.util.Locale;

/** The tables of a partition. The number is part of every row's checksum and never changes. */
public enum Table {
    META(1),
    EVENTS(2),
    RUNS(3),
    STREAMS(4),
    NAMES(5),
    SESSIONS(6),
    ANSWERS(7),
    EXPIRY(8),
    HEADS(9),
    TRANSACTIONS(10),
    STAGED(11),
    LOCKS(12);

    /** All but {@link #META}, in the order of their numbers. */
    public static final List<Table> OF_ROWS =
            List.of(EVENTS, RUNS, STREAMS, NAMES, SESSIONS, ANSWERS, EXPIRY, HEADS, TRANSACTIONS, STAGED, LOCKS);

    private final int number;

    Table(int number) {
        this.number = number;
    }

    /** What stands for the table in stored bytes. */
    public int number() {
        return number;
    }

    /** The name on disk. */
    public String tableName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
