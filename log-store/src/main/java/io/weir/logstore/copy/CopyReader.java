package io.weir.logstore.copy;

import io.weir.logstore.DigestMark;
import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreException;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.TableDigests;
import io.weir.logstore.layout.Checksum;
import io.weir.logstore.layout.DigestsLayout;
import io.weir.logstore.layout.EventsLayout;
import io.weir.logstore.layout.MetaLayout;
import io.weir.logstore.layout.RowCheck;
import io.weir.logstore.layout.Scratch;
import io.weir.logstore.layout.Table;
import io.weir.logstore.support.TableSums;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Takes a row stream apart, chunk by chunk, and trusts none of it: each chunk must be the next one and whole, each row must
 * be sound and in its place in the order, events must have no gap, and the end must say how many rows there were and agree with
 * the running values. Anything else is a {@link StoreException.Corrupted}, or {@link StoreException.Incompatible} if it is of
 * another version; after either, every further chunk is refused.
 *
 * <p>One thread. Holds at most one value in memory, beside the chunk.
 */
public final class CopyReader {
    private enum Phase {
        /** Nothing has come. */
        BEGIN,
        /** Rows, or the end. */
        ROWS,
        /** All of it has come. */
        ENDED,
        /** Something was refused. */
        REFUSED
    }

    private static final Table[] TABLES = Table.values();

    private final CopyTarget target;
    private final Checksum checksum = new Checksum();
    private final RowCheck check = new RowCheck();
    private final UnsafeBuffer chunk = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[0]);
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[0]);
    private final Scratch scratch = new Scratch();
    private final TableSums sums = new TableSums();
    private Phase phase = Phase.BEGIN;
    private PartitionState state = PartitionState.EMPTY;
    private long nextPosition;
    private int sequence;
    private volatile long bytes;
    private long taken;
    private volatile long rows;

    /** Where the next row must come after. */
    private Table lastTable = Table.META;

    private final byte[] lastKey = new byte[Scratch.MAX_KEY_BYTES];
    private int lastKeyBytes;

    /** A value of which a part has come, for the key in {@code lastKey}; its missing bytes. */
    private byte[] partial = new byte[0];

    private int missing;

    public CopyReader(CopyTarget target) {
        this.target = target;
    }

    /**
     * Takes the next chunk, from the buffer's position to its limit, which stay.
     *
     * @throws StoreException.Corrupted if it is not the next chunk of a sound stream
     * @throws StoreException.Incompatible if the stream has another version, or holds rows of another format
     */
    public void accept(ByteBuffer next) {
        if (phase == Phase.REFUSED) {
            throw ChunkLayout.damaged(sequence, "an earlier one was refused");
        }
        Phase before = phase;
        phase = Phase.REFUSED;
        chunk.wrap(next, next.position(), next.remaining());
        byte kind = ChunkLayout.verify(chunk, sequence);
        if (before == Phase.BEGIN && kind == ChunkLayout.BEGIN) {
            begin();
            phase = Phase.ROWS;
        } else if (before == Phase.ROWS && kind == ChunkLayout.ROWS) {
            takeRows();
            phase = Phase.ROWS;
        } else if (before == Phase.ROWS && kind == ChunkLayout.END) {
            end();
            phase = Phase.ENDED;
        } else {
            throw ChunkLayout.damaged(sequence, "kind " + kind + " is out of place");
        }
        sequence++;
        publish(bytes + next.remaining());
    }

    /** Whether all of the stream has come. */
    public boolean isComplete() {
        return phase == Phase.ENDED;
    }

    private void publish(long bytesNow) {
        bytes = bytesNow;
        rows = taken;
    }

    /** Bytes of all chunks so far. Any thread. */
    public long bytes() {
        return bytes;
    }

    /** Rows of all tables so far. Any thread. */
    public long rows() {
        return rows;
    }

    private void begin() {
        int at = metaRow(ChunkLayout.BODY_OFFSET, MetaLayout.identityKey(scratch));
        StoreIdentity identity = MetaLayout.identity(checksum, key, value);
        at = metaRow(at, MetaLayout.stateKey(scratch));
        state = MetaLayout.state(checksum, key, value);
        at = metaRow(at, DigestsLayout.markKey(scratch));
        DigestMark mark = DigestsLayout.mark(checksum, key, value);
        requireEnd(at);
        target.begin(identity, state, mark);
    }

    /** Reads a row of {@code meta} that must have this key; returns where it ends. */
    private int metaRow(int at, DirectBuffer expected) {
        int end = rowHead(at);
        if (missing > 0 || ChunkLayout.rowTable(chunk, at) != Table.META.number() || !key.equals(expected)) {
            throw ChunkLayout.damaged(sequence, "not the row of table meta that must stand here");
        }
        return end;
    }

    private void takeRows() {
        int at = missing > 0 ? goOn() : ChunkLayout.BODY_OFFSET;
        while (at < chunk.capacity()) {
            int start = at;
            at = rowHead(start);
            checkOrder(table(ChunkLayout.rowTable(chunk, start)));
            if (missing == 0) {
                deliver();
            }
        }
    }

    /**
     * Points {@code key} and {@code value} at the row that begins at {@code at}, or keeps what there is of its value.
     *
     * @return where the row, or the chunk, ends
     */
    private int rowHead(int at) {
        int left = chunk.capacity() - at - ChunkLayout.ROW_KEY_OFFSET;
        int keyBytes = left < 0 ? 0 : ChunkLayout.rowKeyBytes(chunk, at);
        int valueBytes = left < 0 ? 0 : ChunkLayout.rowValueBytes(chunk, at);
        if (keyBytes == 0
                || keyBytes > Math.min(left, Scratch.MAX_KEY_BYTES)
                || valueBytes < Checksum.END_OFFSET
                || valueBytes > ChunkLayout.MAX_VALUE_BYTES) {
            throw ChunkLayout.damaged(sequence, "no row at byte " + at);
        }
        int keyAt = at + ChunkLayout.ROW_KEY_OFFSET;
        int valueAt = keyAt + keyBytes;
        key.wrap(chunk, keyAt, keyBytes);
        if (valueBytes <= chunk.capacity() - valueAt) {
            value.wrap(chunk, valueAt, valueBytes);
            return valueAt + valueBytes;
        }
        partial = new byte[valueBytes];
        missing = valueBytes - (chunk.capacity() - valueAt);
        chunk.getBytes(valueAt, partial, 0, valueBytes - missing);
        return chunk.capacity();
    }

    /** Takes the rest of a value that an earlier chunk began; returns where the next row begins. */
    private int goOn() {
        int taken = Math.min(missing, chunk.capacity() - ChunkLayout.BODY_OFFSET);
        chunk.getBytes(ChunkLayout.BODY_OFFSET, partial, partial.length - missing, taken);
        missing -= taken;
        if (missing == 0) {
            key.wrap(lastKey, 0, lastKeyBytes);
            value.wrap(partial);
            deliver();
        }
        return ChunkLayout.BODY_OFFSET + taken;
    }

    private Table table(int number) {
        for (Table table : TABLES) {
            if (table.number() == number && table != Table.META) {
                return table;
            }
        }
        throw ChunkLayout.damaged(sequence, "no table has number " + number);
    }

    private void checkOrder(Table table) {
        int order = table.compareTo(lastTable);
        if (order < 0 || (order == 0 && compareWithLast() <= 0)) {
            throw Checksum.corrupted(table, key, "the row is out of order in the copy");
        }
        lastTable = table;
        lastKeyBytes = key.capacity();
        key.getBytes(0, lastKey, 0, lastKeyBytes);
    }

    private int compareWithLast() {
        int common = Math.min(key.capacity(), lastKeyBytes);
        for (int i = 0; i < common; i++) {
            int order = Byte.compareUnsigned(key.getByte(i), lastKey[i]);
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(key.capacity(), lastKeyBytes);
    }

    private void deliver() {
        check.verify(lastTable, key, value);
        if (lastTable == Table.EVENTS) {
            if (EventsLayout.firstPosition(key) != nextPosition) {
                throw Checksum.corrupted(lastTable, key, "the next position of the copy is " + nextPosition);
            }
            nextPosition += EventsLayout.count(value);
        }
        taken++;
        sums.add(lastTable, value);
        target.row(lastTable, key, value);
    }

    private void end() {
        if (missing > 0) {
            throw ChunkLayout.damaged(sequence, "the last value is cut off");
        }
        int at = metaRow(ChunkLayout.BODY_OFFSET, DigestsLayout.tablesKey(scratch));
        TableDigests sent = DigestsLayout.tables(checksum, key, value);
        requireEnd(at);
        TableDigests found = sums.digests();
        if (!sent.equals(found)) {
            throw ChunkLayout.damaged(sequence, "the rows add up to " + found + ", the sender had " + sent);
        }
        requireCounters(found);
        target.end(found);
    }

    /** What the running values count must have come: dense, and up to the last. */
    private void requireCounters(TableDigests found) {
        boolean streamsAreWhole = found.rows(Table.STREAMS) == state.nextStreamId()
                && found.rows(Table.NAMES) == state.nextStreamId()
                && found.rows(Table.HEADS) == state.nextStreamId();
        if (nextPosition != state.nextPosition() || !streamsAreWhole) {
            throw ChunkLayout.damaged(
                    sequence, "the rows are not what " + state + " says: next position " + nextPosition + ", " + found);
        }
    }

    private void requireEnd(int at) {
        if (at != chunk.capacity()) {
            throw ChunkLayout.damaged(sequence, "bytes after the last row");
        }
    }
}
