package io.weir.logstore;

import io.weir.logstore.layout.Table;
import java.util.Arrays;
import java.util.function.ToLongFunction;

/**
 * One hash and one count over the live rows of each table but {@code meta}. The hash is a sum, so it depends on which rows
 * there are and not on the order in which they came, went or were overwritten: two replicas with equal rows have equal
 * digests, whatever their files look like.
 *
 * <p>Kept beside the rows, it tells what was written; summed up anew over the rows, what is still there. A row is
 * represented by its length and its 32-bit checksum: chance is found out, an adversary is not. Immutable.
 */
public final class TableDigests {
    /** Of a store without rows. */
    public static final TableDigests EMPTY = of(table -> 0, table -> 0);

    private final long[] sums;
    private final long[] rows;

    private TableDigests(long[] sums, long[] rows) {
        this.sums = sums;
        this.rows = rows;
    }

    /**
     * Digests from their parts, which are asked for once for every table but {@code meta}.
     *
     * @throws IllegalArgumentException for a negative count
     */
    public static TableDigests of(ToLongFunction<Table> sums, ToLongFunction<Table> rows) {
        TableDigests digests = new TableDigests(
                Table.OF_ROWS.stream().mapToLong(sums).toArray(),
                Table.OF_ROWS.stream().mapToLong(rows).toArray());
        if (Arrays.stream(digests.rows).anyMatch(count -> count < 0)) {
            throw new IllegalArgumentException("a negative count: " + digests);
        }
        return digests;
    }

    /** The sum of the hashes of a table's rows, modulo 2^64; {@code meta} has none. */
    public long sum(Table table) {
        return sums[index(table)];
    }

    /** How many rows a table has; {@code meta} is not counted. */
    public long rows(Table table) {
        return rows[index(table)];
    }

    /** All sums and counts, table by table, in the order of their numbers. */
    public long[] toLongs() {
        long[] all = new long[2 * sums.length];
        for (int i = 0; i < sums.length; i++) {
            all[2 * i] = sums[i];
            all[2 * i + 1] = rows[i];
        }
        return all;
    }

    private static int index(Table table) {
        if (table == Table.META) {
            throw new IllegalArgumentException("table meta has no digest");
        }
        return table.number() - Table.EVENTS.number();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TableDigests that && Arrays.equals(sums, that.sums) && Arrays.equals(rows, that.rows);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(sums) + Arrays.hashCode(rows);
    }

    /** {@code events 3 rows 0123456789abcdef, runs ...}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Table table : Table.OF_ROWS) {
            text.append(text.isEmpty() ? "" : ", ")
                    .append(String.format("%s %d rows %016x", table.tableName(), rows(table), sum(table)));
        }
        return text.toString();
    }
}
