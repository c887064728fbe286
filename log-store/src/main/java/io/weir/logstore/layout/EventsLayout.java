package io.weir.logstore.layout;

import static java.nio.ByteOrder.BIG_ENDIAN;

import io.weir.logstore.RowEvent;
import java.nio.ByteBuffer;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Table {@code events}: rows of one or several events, appended in the order of positions. The events of a row follow one
 * another and have the same stamp; {@link EventPacking} says how many they are. An event's bytes are the client's, as they came.
 *
 * <pre>
 * key
 *   0                8
 *   +----------------+
 *   | first position |
 *   +----------------+
 *
 * value
 *   0        4         5       6       8       16           16 + 24 n
 *   +--------+---------+-------+-------+-------+-------------+--------------+
 *   | CRC32C | version | flags | n     | stamp | n items     | bytes of the |
 *   |        | (2)     | (0)   |       | (ms)  |             | n events     |
 *   +--------+---------+-------+-------+-------+-------------+--------------+
 *
 * item
 *   0        4     8           16         24
 *   +--------+-----+-----------+----------+     end: of the event's bytes, counted from the first event's
 *   | CRC32C | end | stream id | revision |     CRC32C: of the event's bytes alone
 *   +--------+-----+-----------+----------+
 * </pre>
 *
 * <p>The checksum of the row covers its head, which ends with the items; theirs cover the events. So one event can be read and
 * checked without its neighbours. A flag will say that more fields follow the stamp; unknown flags are refused.
 */
public final class EventsLayout {
    public static final int KEY_BYTES = Long.BYTES;

    /** Most events of a row: what must be read beside an event stays short. */
    public static final int MAX_EVENTS = 64;

    private static final byte VERSION = 2;

    private static final int VERSION_OFFSET = Checksum.END_OFFSET;
    private static final int FLAGS_OFFSET = VERSION_OFFSET + Byte.BYTES;
    private static final int COUNT_OFFSET = FLAGS_OFFSET + Byte.BYTES;
    private static final int STAMP_OFFSET = COUNT_OFFSET + Short.BYTES;
    private static final int ITEMS_OFFSET = STAMP_OFFSET + Long.BYTES;

    private static final int CRC_OFFSET = 0;
    private static final int END_OFFSET = CRC_OFFSET + Integer.BYTES;
    private static final int STREAM_ID_OFFSET = END_OFFSET + Integer.BYTES;
    private static final int REVISION_OFFSET = STREAM_ID_OFFSET + Long.BYTES;
    private static final int ITEM_BYTES = REVISION_OFFSET + Long.BYTES;

    private EventsLayout() {}

    public static UnsafeBuffer key(Scratch scratch, long firstPosition) {
        UnsafeBuffer key = scratch.ofLength(KEY_BYTES);
        key.putLong(0, firstPosition, BIG_ENDIAN);
        return key;
    }

    /** The position of a row's first event. */
    public static long firstPosition(DirectBuffer key) {
        if (key.capacity() != KEY_BYTES) {
            throw Checksum.corrupted(Table.EVENTS, key, "key has " + key.capacity() + " bytes, not " + KEY_BYTES);
        }
        return key.getLong(0, BIG_ENDIAN);
    }

    /** Length of the value of a row. */
    public static int rowBytes(int events, int eventBytes) {
        return bytesOffset(events) + eventBytes;
    }

    /** Length of the value of a row of these events. */
    public static int rowBytes(List<RowEvent> events) {
        int eventBytes = 0;
        for (RowEvent event : events) {
            eventBytes += event.bytes().remaining();
        }
        return rowBytes(events.size(), eventBytes);
    }

    /**
     * Writes a row.
     *
     * @param events 1 to {@link #MAX_EVENTS}, all with the same stamp
     */
    public static void put(Checksum checksum, DirectBuffer key, MutableDirectBuffer value, List<RowEvent> events) {
        value.putByte(VERSION_OFFSET, VERSION);
        value.putByte(FLAGS_OFFSET, (byte) 0);
        value.putShort(COUNT_OFFSET, (short) events.size(), BIG_ENDIAN);
        value.putLong(STAMP_OFFSET, events.get(0).stampMs(), BIG_ENDIAN);
        int first = bytesOffset(events.size());
        int at = first;
        for (int i = 0; i < events.size(); i++) {
            RowEvent event = events.get(i);
            ByteBuffer bytes = event.bytes();
            value.putBytes(at, bytes, bytes.position(), bytes.remaining());
            int end = at + bytes.remaining();
            int item = itemOffset(i);
            value.putInt(item + CRC_OFFSET, checksum.ofBytes(value, at, end), BIG_ENDIAN);
            value.putInt(item + END_OFFSET, end - first, BIG_ENDIAN);
            value.putLong(item + STREAM_ID_OFFSET, event.streamId(), BIG_ENDIAN);
            value.putLong(item + REVISION_OFFSET, event.revision(), BIG_ENDIAN);
            at = end;
        }
        checksum.sealHead(Table.EVENTS, key, value, first);
    }

    /** Must pass before anything of a row is read. */
    public static void verifyHead(Checksum checksum, DirectBuffer key, DirectBuffer value) {
        int count = value.capacity() < ITEMS_OFFSET ? 0 : count(value);
        if (count < 1 || count > MAX_EVENTS || value.capacity() < bytesOffset(count)) {
            throw Checksum.corrupted(
                    Table.EVENTS, key, "value has " + value.capacity() + " bytes and says " + count + " events");
        }
        checksum.verifyHead(Table.EVENTS, key, value, bytesOffset(count));
        if (value.getByte(VERSION_OFFSET) != VERSION || value.getByte(FLAGS_OFFSET) != 0) {
            throw Checksum.corrupted(
                    Table.EVENTS,
                    key,
                    "version " + value.getByte(VERSION_OFFSET) + " and flags " + value.getByte(FLAGS_OFFSET)
                            + " are not known");
        }
        int last = 0;
        for (int i = 0; i < count; i++) {
            int end = value.getInt(itemOffset(i) + END_OFFSET, BIG_ENDIAN);
            if (end < last) {
                throw Checksum.corrupted(Table.EVENTS, key, "event " + i + " ends before it begins");
            }
            last = end;
        }
        if (last != value.capacity() - bytesOffset(count)) {
            throw Checksum.corrupted(Table.EVENTS, key, "the events do not end with the row");
        }
    }

    /** Must pass before the bytes of a row's event {@code i} are read, after {@link #verifyHead}. */
    public static void verifyEvent(Checksum checksum, DirectBuffer key, DirectBuffer value, int i) {
        int stored = value.getInt(itemOffset(i) + CRC_OFFSET, BIG_ENDIAN);
        int computed = checksum.ofBytes(value, offset(value, i), end(value, i));
        if (stored != computed) {
            throw Checksum.corrupted(
                    Table.EVENTS,
                    key,
                    String.format("event %d: checksum is %08x, the bytes have %08x", i, stored, computed));
        }
    }

    /** Checks all of a row. */
    public static void verify(Checksum checksum, DirectBuffer key, DirectBuffer value) {
        verifyHead(checksum, key, value);
        for (int i = 0; i < count(value); i++) {
            verifyEvent(checksum, key, value, i);
        }
    }

    /** How many events a row has. */
    public static int count(DirectBuffer value) {
        return Short.toUnsignedInt(value.getShort(COUNT_OFFSET, BIG_ENDIAN));
    }

    public static long stampMs(DirectBuffer value) {
        return value.getLong(STAMP_OFFSET, BIG_ENDIAN);
    }

    public static long streamId(DirectBuffer value, int i) {
        return value.getLong(itemOffset(i) + STREAM_ID_OFFSET, BIG_ENDIAN);
    }

    public static long revision(DirectBuffer value, int i) {
        return value.getLong(itemOffset(i) + REVISION_OFFSET, BIG_ENDIAN);
    }

    /** Where the bytes of event {@code i} begin. */
    public static int offset(DirectBuffer value, int i) {
        return i == 0 ? bytesOffset(count(value)) : end(value, i - 1);
    }

    /** How many bytes event {@code i} has. */
    public static int length(DirectBuffer value, int i) {
        return end(value, i) - offset(value, i);
    }

    private static int end(DirectBuffer value, int i) {
        return bytesOffset(count(value)) + value.getInt(itemOffset(i) + END_OFFSET, BIG_ENDIAN);
    }

    private static int itemOffset(int i) {
        return ITEMS_OFFSET + i * ITEM_BYTES;
    }

    /** Where the bytes of events begin, in a row of so many. */
    private static int bytesOffset(int events) {
        return itemOffset(events);
    }
}
