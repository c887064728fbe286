package io.weir.logstore.support;

import io.weir.logstore.RowVisitor;
import io.weir.logstore.StoreException;
import io.weir.logstore.TableDigests;
import io.weir.logstore.layout.Checksum;
import io.weir.logstore.layout.Table;
import org.agrona.DirectBuffer;

/**
 * {@link TableDigests} while they change. A row counts as the mixed 64 bits of its value's length and its checksum, which
 * covers table, key and value and stands in the value already: keeping the sums costs a few multiplications per row, not a
 * second pass over its bytes. Without the mixing, two checksums that changed by the same amount in opposite directions
 * would cancel out.
 *
 * <p>As a visitor it adds every row that it is shown. Not thread-safe.
 */
public final class TableSums implements RowVisitor {
    /** Numbers begin at 1. */
    private static final int TABLES = Table.values().length + 1;

    private static final long CHECKSUM_MASK = 0xFFFF_FFFFL;

    private final long[] sums = new long[TABLES];
    private final long[] rows = new long[TABLES];

    /** Of no rows. */
    public TableSums() {}

    /** Goes on from known digests. */
    public TableSums(TableDigests from) {
        for (Table table : Table.OF_ROWS) {
            sums[table.number()] = from.sum(table);
            rows[table.number()] = from.rows(table);
        }
    }

    /** Counts a row; its checksum must be in place. Rows of {@code meta} go nowhere. */
    public void add(Table table, DirectBuffer value) {
        sums[table.number()] += hash(value);
        rows[table.number()]++;
    }

    /**
     * Takes back a row that was counted.
     *
     * @throws StoreException.Corrupted if none is left: what was counted and what there is differ
     */
    public void remove(Table table, DirectBuffer value) {
        if (rows[table.number()] == 0) {
            throw new StoreException.Corrupted(
                    "table " + table.tableName() + " has a row, but by its digest it has none");
        }
        sums[table.number()] -= hash(value);
        rows[table.number()]--;
    }

    @Override
    public boolean onRow(Table table, DirectBuffer key, DirectBuffer value) {
        add(table, value);
        return true;
    }

    /** How many rows of a table are counted now. */
    public long rows(Table table) {
        return rows[table.number()];
    }

    /** The digests as they are now. */
    public TableDigests digests() {
        return TableDigests.of(table -> sums[table.number()], table -> rows[table.number()]);
    }

    private static long hash(DirectBuffer value) {
        return mix64(((long) value.capacity() << Integer.SIZE) | (Checksum.stored(value) & CHECKSUM_MASK));
    }

    /** The finalizer of SplitMix64 (Steele, Lea, Flood 2014), after David Stafford's variant 13; a bijection. */
    private static long mix64(long bits) {
        long mixed = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
