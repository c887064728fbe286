package io.weir.logstore.layout;

import static java.nio.ByteOrder.BIG_ENDIAN;

import io.weir.logstore.StoreException;
import io.weir.logstore.StreamKey;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Tables {@code streams} and {@code names}: from a stream's name to its number, and back.
 *
 * <pre>
 * streams: key                     value
 *   0      2                       0        4           12      13
 *   +------+--------------+        +--------+-----------+-------+
 *   | slot | name (UTF-8) |        | CRC32C | stream id | state |
 *   +------+--------------+        +--------+-----------+-------+
 *
 * names: key                       value
 *   0           8                  0        4      6
 *   +-----------+                  +--------+------+--------------+
 *   | stream id |                  | CRC32C | slot | name (UTF-8) |
 *   +-----------+                  +--------+------+--------------+
 * </pre>
 */
public final class StreamsLayout {
    /** State of a stream that can be read and appended to, the only one so far. */
    private static final byte LIVE = 0;

    private static final int KEY_SLOT_OFFSET = 0;
    private static final int KEY_NAME_OFFSET = KEY_SLOT_OFFSET + Short.BYTES;

    private static final int STREAM_ID_OFFSET = Checksum.END_OFFSET;
    private static final int STATE_OFFSET = STREAM_ID_OFFSET + Long.BYTES;
    public static final int STREAM_VALUE_BYTES = STATE_OFFSET + Byte.BYTES;

    public static final int NAME_KEY_BYTES = Long.BYTES;
    private static final int VALUE_SLOT_OFFSET = Checksum.END_OFFSET;
    private static final int VALUE_NAME_OFFSET = VALUE_SLOT_OFFSET + Short.BYTES;

    static {
        if (KEY_NAME_OFFSET + StreamKey.MAX_NAME_BYTES > Scratch.MAX_KEY_BYTES || StreamKey.SLOTS > 1 << Short.SIZE) {
            throw new AssertionError("a stream's name or slot does not fit a key");
        }
    }

    private StreamsLayout() {}

    public static UnsafeBuffer streamKey(Scratch scratch, StreamKey stream) {
        UnsafeBuffer key = scratch.ofLength(KEY_NAME_OFFSET + stream.name().length);
        key.putShort(KEY_SLOT_OFFSET, (short) stream.slot(), BIG_ENDIAN);
        key.putBytes(KEY_NAME_OFFSET, stream.name());
        return key;
    }

    /** The stream that a row of {@code streams} is about. */
    public static StreamKey stream(DirectBuffer key) {
        return stream(Table.STREAMS, key, key, KEY_SLOT_OFFSET, KEY_NAME_OFFSET);
    }

    public static void putStream(Checksum checksum, DirectBuffer key, MutableDirectBuffer value, long streamId) {
        value.putLong(STREAM_ID_OFFSET, streamId, BIG_ENDIAN);
        value.putByte(STATE_OFFSET, LIVE);
        checksum.seal(Table.STREAMS, key, value);
    }

    public static long streamId(Checksum checksum, DirectBuffer key, DirectBuffer value) {
        checksum.verifyExact(Table.STREAMS, key, value, STREAM_VALUE_BYTES);
        long streamId = value.getLong(STREAM_ID_OFFSET, BIG_ENDIAN);
        if (streamId < 0 || value.getByte(STATE_OFFSET) != LIVE) {
            throw Checksum.corrupted(
                    Table.STREAMS,
                    key,
                    "stream id " + streamId + " or state " + value.getByte(STATE_OFFSET) + " is not known");
        }
        return streamId;
    }

    public static UnsafeBuffer nameKey(Scratch scratch, long streamId) {
        UnsafeBuffer key = scratch.ofLength(NAME_KEY_BYTES);
        key.putLong(0, streamId, BIG_ENDIAN);
        return key;
    }

    /** The id that a key of {@code names} holds. */
    public static long namedId(DirectBuffer key) {
        if (key.capacity() != NAME_KEY_BYTES) {
            throw Checksum.corrupted(Table.NAMES, key, "key has " + key.capacity() + " bytes, not " + NAME_KEY_BYTES);
        }
        return key.getLong(0, BIG_ENDIAN);
    }

    /** Length of a value of {@code names}. */
    public static int nameBytes(StreamKey stream) {
        return VALUE_NAME_OFFSET + stream.name().length;
    }

    public static void putName(Checksum checksum, DirectBuffer key, MutableDirectBuffer value, StreamKey stream) {
        value.putShort(VALUE_SLOT_OFFSET, (short) stream.slot(), BIG_ENDIAN);
        value.putBytes(VALUE_NAME_OFFSET, stream.name());
        checksum.seal(Table.NAMES, key, value);
    }

    /** The stream that a row of {@code names} names. */
    public static StreamKey name(Checksum checksum, DirectBuffer key, DirectBuffer value) {
        checksum.verify(Table.NAMES, key, value, VALUE_NAME_OFFSET);
        return stream(Table.NAMES, key, value, VALUE_SLOT_OFFSET, VALUE_NAME_OFFSET);
    }

    private static StreamKey stream(Table table, DirectBuffer key, DirectBuffer from, int slotOffset, int nameOffset) {
        if (from.capacity() < nameOffset) {
            throw Checksum.corrupted(table, key, "too short for a slot");
        }
        byte[] name = new byte[from.capacity() - nameOffset];
        from.getBytes(nameOffset, name);
        try {
            return new StreamKey(Short.toUnsignedInt(from.getShort(slotOffset, BIG_ENDIAN)), name);
        } catch (StoreException.LimitExceeded e) {
            throw Checksum.corrupted(table, key, e.toString());
        }
    }
}
