package io.weir.logstore.copy;

import static java.nio.ByteOrder.BIG_ENDIAN;

import io.weir.logstore.LogStore;
import io.weir.logstore.StoreException;
import io.weir.logstore.layout.Checksum;
import io.weir.logstore.layout.EventsLayout;
import io.weir.logstore.layout.Scratch;
import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The row stream: chunks of at most {@value #MAX_CHUNK_BYTES} bytes. One of kind {@code BEGIN}, any number of kind
 * {@code ROWS}, one of kind {@code END}; each may be a message of its own, or they stand in a file one behind the other.
 *
 * <pre>
 * chunk
 *   0       4         5      6       8          12       16       20
 *   +-------+---------+------+-------+----------+--------+--------+------+
 *   | magic | version | kind | 0     | sequence | body   | CRC32C | body |
 *   |       | (3)     |      |       | (from 0) | bytes  |        |      |
 *   +-------+---------+------+-------+----------+--------+--------+------+
 *
 * row, in a body
 *   0       1       3       7
 *   +-------+-------+-------+-----+--------------------------+
 *   | table | key   | value | key | value, as in the store,  |
 *   |       | bytes | bytes |     | with its own checksum    |
 *   +-------+-------+-------+-----+--------------------------+
 * </pre>
 *
 * The checksum of a chunk is over all its other bytes. The body of {@code BEGIN} holds rows of table {@code meta}: whose
 * store it is, and its running values. {@code ROWS} holds the rows of the other tables, in the order of tables and keys. Head
 * and key of a row stand in one chunk; a value that is longer than the rest of the chunk goes on at the beginning of the
 * next body. {@code END} holds what the rows add up to.
 */
final class ChunkLayout {
    /** The largest chunk. */
    static final int MAX_CHUNK_BYTES = 256 << 10;

    /** Two bits of it are not ASCII, so that text is not taken for a stream. */
    static final int MAGIC = 0x57F2E0B5;

    /** Version 1 had the rows of a store of format 2, version 2 those of format 3. */
    static final byte VERSION = 3;

    static final byte BEGIN = 1;
    static final byte ROWS = 2;
    static final byte END = 3;

    private static final int MAGIC_OFFSET = 0;
    private static final int VERSION_OFFSET = MAGIC_OFFSET + Integer.BYTES;
    private static final int KIND_OFFSET = VERSION_OFFSET + Byte.BYTES;
    private static final int PADDING_OFFSET = KIND_OFFSET + Byte.BYTES;
    private static final int SEQUENCE_OFFSET = PADDING_OFFSET + Short.BYTES;
    private static final int LENGTH_OFFSET = SEQUENCE_OFFSET + Integer.BYTES;
    private static final int CRC_OFFSET = LENGTH_OFFSET + Integer.BYTES;

    /** Where the body begins. */
    static final int BODY_OFFSET = CRC_OFFSET + Integer.BYTES;

    /** The largest body. */
    static final int MAX_BODY_BYTES = MAX_CHUNK_BYTES - BODY_OFFSET;

    private static final int ROW_TABLE_OFFSET = 0;
    private static final int ROW_KEY_LENGTH_OFFSET = ROW_TABLE_OFFSET + Byte.BYTES;
    private static final int ROW_VALUE_LENGTH_OFFSET = ROW_KEY_LENGTH_OFFSET + Short.BYTES;

    /** Where a row's key begins. */
    static final int ROW_KEY_OFFSET = ROW_VALUE_LENGTH_OFFSET + Integer.BYTES;

    /** The longest value of any table. */
    static final int MAX_VALUE_BYTES = Checksum.END_OFFSET + LogStore.MAX_ANSWER_BYTES;

    static {
        if (EventsLayout.rowBytes(1, LogStore.MAX_EVENT_BYTES) > MAX_VALUE_BYTES
                || ROW_KEY_OFFSET + Scratch.MAX_KEY_BYTES > MAX_BODY_BYTES) {
            throw new AssertionError("a row does not fit the stream");
        }
    }

    private ChunkLayout() {}

    /** Writes the head of a chunk whose body is in place and reaches to the end of the buffer. */
    static void seal(MutableDirectBuffer chunk, byte kind, int sequence) {
        chunk.putInt(MAGIC_OFFSET, MAGIC, BIG_ENDIAN);
        chunk.putByte(VERSION_OFFSET, VERSION);
        chunk.putByte(KIND_OFFSET, kind);
        chunk.putShort(PADDING_OFFSET, (short) 0, BIG_ENDIAN);
        chunk.putInt(SEQUENCE_OFFSET, sequence, BIG_ENDIAN);
        chunk.putInt(LENGTH_OFFSET, chunk.capacity() - BODY_OFFSET, BIG_ENDIAN);
        chunk.putInt(CRC_OFFSET, crc(chunk), BIG_ENDIAN);
    }

    /**
     * How long a chunk is, by the first {@link #BODY_OFFSET} bytes of it: for those who read a file.
     *
     * @throws StoreException.Corrupted if that is no head of a chunk
     */
    static int chunkBytes(DirectBuffer head) {
        int bodyBytes = head.capacity() < BODY_OFFSET ? -1 : head.getInt(LENGTH_OFFSET, BIG_ENDIAN);
        if (bodyBytes < 0 || bodyBytes > MAX_BODY_BYTES || head.getInt(MAGIC_OFFSET, BIG_ENDIAN) != MAGIC) {
            throw new StoreException.Corrupted("no head of a chunk");
        }
        return BODY_OFFSET + bodyBytes;
    }

    /**
     * Checks a chunk and returns its kind, which may be one that is not known.
     *
     * @throws StoreException.Corrupted if it is not a chunk of the stream, or not this one
     * @throws StoreException.Incompatible if it has another version
     */
    static byte verify(DirectBuffer chunk, int sequence) {
        if (chunk.capacity() < BODY_OFFSET || chunk.getInt(MAGIC_OFFSET, BIG_ENDIAN) != MAGIC) {
            throw damaged(sequence, "it is not a chunk of a copy");
        }
        int stored = chunk.getInt(CRC_OFFSET, BIG_ENDIAN);
        int computed = crc(chunk);
        if (stored != computed) {
            throw damaged(sequence, String.format("checksum is %08x, the bytes have %08x", stored, computed));
        }
        byte version = chunk.getByte(VERSION_OFFSET);
        if (version != VERSION) {
            throw new StoreException.Incompatible(
                    "the copy has version " + version + "; this version of Weir reads " + VERSION);
        }
        if (chunk.capacity() > MAX_CHUNK_BYTES
                || chunk.getInt(LENGTH_OFFSET, BIG_ENDIAN) != chunk.capacity() - BODY_OFFSET
                || chunk.getShort(PADDING_OFFSET, BIG_ENDIAN) != 0) {
            throw damaged(sequence, "its length is wrong");
        }
        int found = chunk.getInt(SEQUENCE_OFFSET, BIG_ENDIAN);
        if (found != sequence) {
            throw damaged(sequence, "it has number " + found);
        }
        return chunk.getByte(KIND_OFFSET);
    }

    static int crc(DirectBuffer chunk) {
        CRC32C crc = new CRC32C();
        byte[] array = chunk.byteArray();
        if (array != null) {
            int from = chunk.wrapAdjustment();
            crc.update(array, from, CRC_OFFSET);
            crc.update(array, from + BODY_OFFSET, chunk.capacity() - BODY_OFFSET);
        } else {
            byte[] copy = new byte[chunk.capacity()];
            chunk.getBytes(0, copy);
            crc.update(copy, 0, CRC_OFFSET);
            crc.update(copy, BODY_OFFSET, copy.length - BODY_OFFSET);
        }
        return (int) crc.getValue();
    }

    /** Writes a row's head; the key and the value follow. */
    static void putRowHead(MutableDirectBuffer buffer, int at, int table, int keyBytes, int valueBytes) {
        buffer.putByte(at + ROW_TABLE_OFFSET, (byte) table);
        buffer.putShort(at + ROW_KEY_LENGTH_OFFSET, (short) keyBytes, BIG_ENDIAN);
        buffer.putInt(at + ROW_VALUE_LENGTH_OFFSET, valueBytes, BIG_ENDIAN);
    }

    static int rowTable(DirectBuffer buffer, int at) {
        return Byte.toUnsignedInt(buffer.getByte(at + ROW_TABLE_OFFSET));
    }

    static int rowKeyBytes(DirectBuffer buffer, int at) {
        return Short.toUnsignedInt(buffer.getShort(at + ROW_KEY_LENGTH_OFFSET, BIG_ENDIAN));
    }

    static int rowValueBytes(DirectBuffer buffer, int at) {
        return buffer.getInt(at + ROW_VALUE_LENGTH_OFFSET, BIG_ENDIAN);
    }

    /** Names a chunk that is refused. */
    static StoreException.Corrupted damaged(int sequence, String what) {
        return new StoreException.Corrupted("chunk " + sequence + " of the copy: " + what);
    }
}
