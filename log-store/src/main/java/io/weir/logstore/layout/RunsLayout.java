package io.weir.logstore.layout;

import static java.nio.ByteOrder.BIG_ENDIAN;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Table {@code runs}: one row per append, that is for events of a stream whose positions follow one another. The last row
 * of a stream is its head: there is no second table to disagree with.
 *
 * <pre>
 * key
 *   0      2           10               18
 *   +------+-----------+----------------+
 *   | slot | stream id | first revision |
 *   +------+-----------+----------------+
 *
 * value
 *   0        4       8                16
 *   +--------+-------+----------------+
 *   | CRC32C | count | first position |
 *   +--------+-------+----------------+
 * </pre>
 */
public final class RunsLayout {
    private static final int SLOT_OFFSET = 0;
    private static final int STREAM_ID_OFFSET = SLOT_OFFSET + Short.BYTES;
    private static final int FIRST_REVISION_OFFSET = STREAM_ID_OFFSET + Long.BYTES;
    public static final int KEY_BYTES = FIRST_REVISION_OFFSET + Long.BYTES;

    private static final int COUNT_OFFSET = Checksum.END_OFFSET;
    private static final int FIRST_POSITION_OFFSET = COUNT_OFFSET + Integer.BYTES;
    public static final int VALUE_BYTES = FIRST_POSITION_OFFSET + Long.BYTES;

    private RunsLayout() {}

    /**
     * One append.
     *
     * @param firstRevision revision of its first event
     * @param firstPosition position of its first event
     * @param count events, at least 1
     */
    public record Run(long firstRevision, long firstPosition, int count) {
        public long lastRevision() {
            return firstRevision + count - 1;
        }

        public long lastPosition() {
            return firstPosition + count - 1;
        }
    }

    public static UnsafeBuffer key(Scratch scratch, int slot, long streamId, long firstRevision) {
        UnsafeBuffer key = scratch.ofLength(KEY_BYTES);
        key.putShort(SLOT_OFFSET, (short) slot, BIG_ENDIAN);
        key.putLong(STREAM_ID_OFFSET, streamId, BIG_ENDIAN);
        key.putLong(FIRST_REVISION_OFFSET, firstRevision, BIG_ENDIAN);
        return key;
    }

    /** Whether the row belongs to a stream. */
    public static boolean isOf(DirectBuffer key, int slot, long streamId) {
        return key.capacity() == KEY_BYTES
                && key.getShort(SLOT_OFFSET, BIG_ENDIAN) == (short) slot
                && key.getLong(STREAM_ID_OFFSET, BIG_ENDIAN) == streamId;
    }

    /** The slot that a key names; the key's length is checked by {@link #run}. */
    public static int slot(DirectBuffer key) {
        return Short.toUnsignedInt(key.getShort(SLOT_OFFSET, BIG_ENDIAN));
    }

    /** The stream that a key names; likewise. */
    public static long streamId(DirectBuffer key) {
        return key.getLong(STREAM_ID_OFFSET, BIG_ENDIAN);
    }

    public static void put(
            Checksum checksum, DirectBuffer key, MutableDirectBuffer value, long firstPosition, int count) {
        value.putInt(COUNT_OFFSET, count, BIG_ENDIAN);
        value.putLong(FIRST_POSITION_OFFSET, firstPosition, BIG_ENDIAN);
        checksum.seal(Table.RUNS, key, value);
    }

    public static Run run(Checksum checksum, DirectBuffer key, DirectBuffer value) {
        checksum.verifyExact(Table.RUNS, key, value, VALUE_BYTES);
        if (key.capacity() != KEY_BYTES) {
            throw Checksum.corrupted(Table.RUNS, key, "key has " + key.capacity() + " bytes, not " + KEY_BYTES);
        }
        Run run = new Run(
                key.getLong(FIRST_REVISION_OFFSET, BIG_ENDIAN),
                value.getLong(FIRST_POSITION_OFFSET, BIG_ENDIAN),
                value.getInt(COUNT_OFFSET, BIG_ENDIAN));
        if (run.count < 1 || run.firstRevision < 0 || run.firstPosition < 0) {
            throw Checksum.corrupted(Table.RUNS, key, "out of range: " + run);
        }
        return run;
    }
}
