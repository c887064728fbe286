package io.weir.logstore.layout;

import static java.nio.ByteOrder.BIG_ENDIAN;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Tables {@code heads} and {@code runs}: where the events of a stream are, as {@link RunBlock blocks} of runs. The last block of
 * a stream, whose end is the stream's end, is its row of {@code heads}. A block that is full goes to {@code runs}, where
 * it stays as it is. So an append writes one short row, among others that are written often.
 *
 * <pre>
 * heads: key                       runs: key
 *   0      2           10            0      2           10               18
 *   +------+-----------+             +------+-----------+----------------+
 *   | slot | stream id |             | slot | stream id | first revision |
 *   +------+-----------+             +------+-----------+----------------+
 *
 * value of both
 *   0        4          12         20         28         36       44
 *   +--------+----------+----------+----------+----------+--------+-------------------+
 *   | CRC32C | first    | first    | revision | position | events | length of and gap |
 *   |        | revision | position | of the last run     |        | after each other  |
 *   +--------+----------+----------+----------+----------+--------+-------------------+
 * </pre>
 */
public final class RunsLayout {
    private static final int SLOT_OFFSET = 0;
    private static final int STREAM_ID_OFFSET = SLOT_OFFSET + Short.BYTES;
    private static final int HEAD_KEY_BYTES = STREAM_ID_OFFSET + Long.BYTES;
    private static final int KEY_BYTES = HEAD_KEY_BYTES + Long.BYTES;

    private static final int FIRST_REVISION_OFFSET = Checksum.END_OFFSET;
    private static final int FIRST_POSITION_OFFSET = FIRST_REVISION_OFFSET + Long.BYTES;
    private static final int LAST_REVISION_OFFSET = FIRST_POSITION_OFFSET + Long.BYTES;
    private static final int LAST_POSITION_OFFSET = LAST_REVISION_OFFSET + Long.BYTES;
    private static final int LAST_COUNT_OFFSET = LAST_POSITION_OFFSET + Long.BYTES;
    private static final int PACKED_OFFSET = LAST_COUNT_OFFSET + Long.BYTES;

    private RunsLayout() {}

    /** The key of a stream's last block. */
    public static UnsafeBuffer headKey(Scratch scratch, int slot, long streamId) {
        return key(scratch, HEAD_KEY_BYTES, slot, streamId);
    }

    /** The key of a block that is full. */
    public static UnsafeBuffer key(Scratch scratch, int slot, long streamId, long firstRevision) {
        UnsafeBuffer key = key(scratch, KEY_BYTES, slot, streamId);
        key.putLong(HEAD_KEY_BYTES, firstRevision, BIG_ENDIAN);
        return key;
    }

    private static UnsafeBuffer key(Scratch scratch, int bytes, int slot, long streamId) {
        UnsafeBuffer key = scratch.ofLength(bytes);
        key.putShort(SLOT_OFFSET, (short) slot, BIG_ENDIAN);
        key.putLong(STREAM_ID_OFFSET, streamId, BIG_ENDIAN);
        return key;
    }

    /** Whether a row of {@code runs} belongs to a stream. */
    public static boolean isOf(DirectBuffer key, int slot, long streamId) {
        return key.capacity() == KEY_BYTES && slot(key) == slot && streamId(key) == streamId;
    }

    /** The slot that a key of either table names; the key's length is checked by {@link #get}. */
    public static int slot(DirectBuffer key) {
        return Short.toUnsignedInt(key.getShort(SLOT_OFFSET, BIG_ENDIAN));
    }

    /** The stream that a key names; likewise. */
    public static long streamId(DirectBuffer key) {
        return key.getLong(STREAM_ID_OFFSET, BIG_ENDIAN);
    }

    /** Length of a block's value. */
    public static int valueBytes(RunBlock block) {
        return PACKED_OFFSET + block.packedBytes();
    }

    /** Writes a block into a row of {@code heads} or {@code runs}. */
    public static void put(
            Checksum checksum, Table table, DirectBuffer key, MutableDirectBuffer value, RunBlock block) {
        value.putLong(FIRST_REVISION_OFFSET, block.firstRevision(), BIG_ENDIAN);
        value.putLong(FIRST_POSITION_OFFSET, block.firstPosition(), BIG_ENDIAN);
        value.putLong(LAST_REVISION_OFFSET, block.lastRunRevision(), BIG_ENDIAN);
        value.putLong(LAST_POSITION_OFFSET, block.lastRunPosition(), BIG_ENDIAN);
        value.putLong(LAST_COUNT_OFFSET, block.lastRunCount(), BIG_ENDIAN);
        block.putPacked(value, PACKED_OFFSET);
        checksum.seal(table, key, value);
    }

    /** Reads a row of {@code heads} or {@code runs} into {@code block}. */
    public static void get(Checksum checksum, Table table, DirectBuffer key, DirectBuffer value, RunBlock block) {
        getEnd(checksum, table, key, value, block);
        String contradiction = block.contradiction();
        if (contradiction != null) {
            throw Checksum.corrupted(table, key, contradiction);
        }
    }

    /** As {@link #get}, for who needs its end only: whether the runs lead there is not looked at. */
    public static void getEnd(Checksum checksum, Table table, DirectBuffer key, DirectBuffer value, RunBlock block) {
        checksum.verify(table, key, value, PACKED_OFFSET);
        int packedBytes = value.capacity() - PACKED_OFFSET;
        int keyBytes = table == Table.HEADS ? HEAD_KEY_BYTES : KEY_BYTES;
        if (key.capacity() != keyBytes || packedBytes > RunBlock.MAX_PACKED_BYTES) {
            throw Checksum.corrupted(
                    table, key, "key has " + key.capacity() + " bytes, the packed runs " + packedBytes);
        }
        block.set(
                value.getLong(FIRST_REVISION_OFFSET, BIG_ENDIAN),
                value.getLong(FIRST_POSITION_OFFSET, BIG_ENDIAN),
                value.getLong(LAST_REVISION_OFFSET, BIG_ENDIAN),
                value.getLong(LAST_POSITION_OFFSET, BIG_ENDIAN),
                value.getLong(LAST_COUNT_OFFSET, BIG_ENDIAN),
                packedBytes);
        block.getPacked(value, PACKED_OFFSET, packedBytes);
        if (block.firstRevision() < 0
                || block.firstPosition() < 0
                || block.lastRunRevision() < block.firstRevision()
                || block.lastRunPosition() < block.firstPosition()
                || block.lastRunCount() < 1
                || block.lastRevision() < 0
                || block.lastPosition() < 0
                || block.lastPosition() == Long.MAX_VALUE) {
            throw Checksum.corrupted(table, key, "a revision, position or count is out of range");
        }
        if (table == Table.RUNS && key.getLong(HEAD_KEY_BYTES, BIG_ENDIAN) != block.firstRevision()) {
            throw Checksum.corrupted(table, key, "begins at revision " + block.firstRevision());
        }
    }
}
