package io.weir.logstore.layout;

import static java.nio.ByteOrder.BIG_ENDIAN;

import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Table {@code events}: one row per event, appended in the order of positions. The event's bytes are the client's, as they
 * came.
 *
 * <pre>
 * key
 *   0          8
 *   +----------+
 *   | position |
 *   +----------+
 *
 * value
 *   0        4         5       6          8           16         24      32
 *   +--------+---------+-------+----------+-----------+----------+-------+-------------+
 *   | CRC32C | version | flags | 0        | stream id | revision | stamp | event bytes |
 *   |        | (1)     | (0)   |          |           |          | (ms)  |             |
 *   +--------+---------+-------+----------+-----------+----------+-------+-------------+
 * </pre>
 *
 * <p>A flag will say that more fields follow the stamp; unknown flags are refused.
 */
public final class EventsLayout {
    public static final int KEY_BYTES = Long.BYTES;

    private static final byte VERSION = 1;

    private static final int VERSION_OFFSET = Checksum.END_OFFSET;
    private static final int FLAGS_OFFSET = VERSION_OFFSET + Byte.BYTES;
    private static final int PADDING_OFFSET = FLAGS_OFFSET + Byte.BYTES;
    private static final int STREAM_ID_OFFSET = PADDING_OFFSET + Short.BYTES;
    private static final int REVISION_OFFSET = STREAM_ID_OFFSET + Long.BYTES;
    private static final int STAMP_OFFSET = REVISION_OFFSET + Long.BYTES;

    /** Where the event's bytes begin. */
    public static final int EVENT_OFFSET = STAMP_OFFSET + Long.BYTES;

    private EventsLayout() {}

    public static UnsafeBuffer key(Scratch scratch, long position) {
        UnsafeBuffer key = scratch.ofLength(KEY_BYTES);
        key.putLong(0, position, BIG_ENDIAN);
        return key;
    }

    public static long position(DirectBuffer key) {
        if (key.capacity() != KEY_BYTES) {
            throw Checksum.corrupted(Table.EVENTS, key, "key has " + key.capacity() + " bytes, not " + KEY_BYTES);
        }
        return key.getLong(0, BIG_ENDIAN);
    }

    public static void put(
            Checksum checksum,
            DirectBuffer key,
            MutableDirectBuffer value,
            long streamId,
            long revision,
            long stampMs,
            ByteBuffer event) {
        value.putByte(VERSION_OFFSET, VERSION);
        value.putByte(FLAGS_OFFSET, (byte) 0);
        value.putShort(PADDING_OFFSET, (short) 0, BIG_ENDIAN);
        value.putLong(STREAM_ID_OFFSET, streamId, BIG_ENDIAN);
        value.putLong(REVISION_OFFSET, revision, BIG_ENDIAN);
        value.putLong(STAMP_OFFSET, stampMs, BIG_ENDIAN);
        value.putBytes(EVENT_OFFSET, event, event.position(), event.remaining());
        checksum.seal(Table.EVENTS, key, value);
    }

    /** Must pass before the fields of a row are read. */
    public static void verify(Checksum checksum, DirectBuffer key, DirectBuffer value) {
        checksum.verify(Table.EVENTS, key, value, EVENT_OFFSET);
        if (value.getByte(VERSION_OFFSET) != VERSION || value.getByte(FLAGS_OFFSET) != 0) {
            throw Checksum.corrupted(
                    Table.EVENTS,
                    key,
                    "version " + value.getByte(VERSION_OFFSET) + " and flags " + value.getByte(FLAGS_OFFSET)
                            + " are not known");
        }
    }

    public static long streamId(DirectBuffer value) {
        return value.getLong(STREAM_ID_OFFSET, BIG_ENDIAN);
    }

    public static long revision(DirectBuffer value) {
        return value.getLong(REVISION_OFFSET, BIG_ENDIAN);
    }

    public static long stampMs(DirectBuffer value) {
        return value.getLong(STAMP_OFFSET, BIG_ENDIAN);
    }
}
