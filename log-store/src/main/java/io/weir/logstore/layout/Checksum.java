package io.weir.logstore.layout;

import static java.nio.ByteOrder.BIG_ENDIAN;

import io.weir.logstore.StoreException;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The CRC32C that begins every value. LMDB has no checksums: a flipped bit would be served as data. The sum runs over the
 * table's number, the key and the rest of the value, so that a sound row in the wrong place is seen too. Not thread-safe.
 *
 * <pre>
 *   0        4
 *   +--------+-------------------+
 *   | CRC32C | the table's fields|
 *   +--------+-------------------+
 * </pre>
 */
public final class Checksum {
    private static final int CRC_OFFSET = 0;

    /** Where a table's own fields begin. */
    public static final int END_OFFSET = CRC_OFFSET + Integer.BYTES;

    private static final int CHUNK_BYTES = 4_096;

    private final CRC32C crc = new CRC32C();
    private final byte[] chunk = new byte[CHUNK_BYTES];

    /** Writes the checksum; all other bytes of {@code value} must be in place. */
    public void seal(Table table, DirectBuffer key, MutableDirectBuffer value) {
        sealHead(table, key, value, value.capacity());
    }

    /** As {@link #seal}, of a value whose bytes from {@code end} on have checksums of their own, inside the head. */
    void sealHead(Table table, DirectBuffer key, MutableDirectBuffer value, int end) {
        value.putInt(CRC_OFFSET, of(table, key, value, end), BIG_ENDIAN);
    }

    /**
     * Checks a row's length and checksum.
     *
     * @param minBytes the least length of a value of this table
     * @throws StoreException.Corrupted if either is wrong
     */
    public void verify(Table table, DirectBuffer key, DirectBuffer value, int minBytes) {
        if (value.capacity() < minBytes) {
            throw corrupted(table, key, "value has " + value.capacity() + " bytes, fewer than " + minBytes);
        }
        verifyHead(table, key, value, value.capacity());
    }

    /** Checks a value up to {@code end}, which it must reach: the counterpart of {@link #sealHead}. */
    void verifyHead(Table table, DirectBuffer key, DirectBuffer value, int end) {
        int stored = stored(value);
        int computed = of(table, key, value, end);
        if (stored != computed) {
            throw corrupted(table, key, String.format("checksum is %08x, the bytes have %08x", stored, computed));
        }
    }

    /** Checks a row of any table: its checksum, not what its fields say. */
    public void verify(Table table, DirectBuffer key, DirectBuffer value) {
        verify(table, key, value, END_OFFSET);
    }

    /** As {@link #verify(Table, DirectBuffer, DirectBuffer, int)}, for values whose length is fixed. */
    public void verifyExact(Table table, DirectBuffer key, DirectBuffer value, int bytes) {
        verify(table, key, value, bytes);
        if (value.capacity() != bytes) {
            throw corrupted(table, key, "value has " + value.capacity() + " bytes, not " + bytes);
        }
    }

    /** The checksum that a value carries, checked or not. */
    public static int stored(DirectBuffer value) {
        return value.getInt(CRC_OFFSET, BIG_ENDIAN);
    }

    /** The CRC32C of bytes that are a part of a value. */
    int ofBytes(DirectBuffer buffer, int from, int end) {
        crc.reset();
        update(buffer, from, end);
        return (int) crc.getValue();
    }

    private int of(Table table, DirectBuffer key, DirectBuffer value, int end) {
        crc.reset();
        crc.update(table.number());
        update(key, 0, key.capacity());
        update(value, END_OFFSET, end);
        return (int) crc.getValue();
    }

    private void update(DirectBuffer buffer, int from, int end) {
        for (int at = from; at < end; at += CHUNK_BYTES) {
            int bytes = Math.min(CHUNK_BYTES, end - at);
            buffer.getBytes(at, chunk, 0, bytes);
            crc.update(chunk, 0, bytes);
        }
    }

    /** Names a damaged row by its table and key. */
    public static StoreException.Corrupted corrupted(Table table, DirectBuffer key, String what) {
        byte[] bytes = new byte[key.capacity()];
        key.getBytes(0, bytes);
        return new StoreException.Corrupted(
                "table " + table.tableName() + ", key " + HexFormat.of().formatHex(bytes) + ": " + what);
    }
}
