package io.weir.logstore.layout;

import io.weir.logstore.StoreException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The two meta pages with which an LMDB data file begins: the only part of LMDB's format (data version 1, 64 bits) that a
 * checkpoint needs to know. Integers are in the machine's order.
 *
 * <pre>
 * one meta page
 *   0      10      12   16      20        24    40     44        136         144      152
 *   +------+-------+----+-------+---------+-----+------+---------+-----------+--------+
 *   | page | flags |    | magic | version | ... | page | ...     | last page | trans- |
 *   | no.  |       |    |       |         |     | bytes|         | no.       | action |
 *   +------+-------+----+-------+---------+-----+------+---------+-----------+--------+
 * </pre>
 *
 * LMDB opens at the one with the higher transaction. Immutable.
 */
public final class LmdbMetas {
    private static final int FLAGS_OFFSET = 10;
    private static final int MAGIC_OFFSET = 16;
    private static final int VERSION_OFFSET = 20;
    private static final int PAGE_BYTES_OFFSET = 40;
    private static final int LAST_PAGE_OFFSET = 136;
    private static final int TRANSACTION_OFFSET = 144;

    /** The part of a meta page that means something. */
    public static final int META_BYTES = TRANSACTION_OFFSET + Long.BYTES;

    private static final short META_FLAG = 0x08;
    private static final int MAGIC = 0xBEEFC0DE;
    private static final int VERSION = 1;
    private static final int MIN_PAGE_BYTES = 1 << 9;
    private static final int MAX_PAGE_BYTES = 1 << 16;

    private final byte[] bytes;
    private final int pageBytes;

    private LmdbMetas(byte[] bytes) {
        this.bytes = bytes;
        this.pageBytes = bytes.length / 2;
    }

    /**
     * Checks the pages.
     *
     * @param pages both pages, as they stand in the file
     * @throws StoreException.Corrupted if they are not meta pages of that length
     */
    public static LmdbMetas of(byte[] pages) {
        int pageBytes = pages.length / 2;
        if (pages.length % 2 != 0
                || Integer.bitCount(pageBytes) != 1
                || pageBytes < MIN_PAGE_BYTES
                || pageBytes > MAX_PAGE_BYTES) {
            throw new StoreException.Corrupted(pages.length + " bytes are not two pages");
        }
        ByteBuffer fields = ByteBuffer.wrap(pages).order(ByteOrder.nativeOrder());
        for (int page = 0; page < pages.length; page += pageBytes) {
            check(fields, page, "flags", fields.getShort(page + FLAGS_OFFSET), META_FLAG);
            check(fields, page, "magic number", fields.getInt(page + MAGIC_OFFSET), MAGIC);
            check(fields, page, "data version", fields.getInt(page + VERSION_OFFSET), VERSION);
            check(fields, page, "page size", fields.getInt(page + PAGE_BYTES_OFFSET), pageBytes);
        }
        return new LmdbMetas(pages.clone());
    }

    private static void check(ByteBuffer fields, int page, String what, int found, int expected) {
        if (found != expected) {
            throw new StoreException.Corrupted(String.format(
                    "meta page %d has %s %x, not %x", page * 2 / fields.capacity(), what, found, expected));
        }
    }

    /** A copy of both pages. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Length of a page. */
    public int pageBytes() {
        return pageBytes;
    }

    /** The transaction that LMDB would open at. */
    public long transaction() {
        return newest(TRANSACTION_OFFSET);
    }

    /** The number of the last page that this transaction used; the file may be longer. */
    public long lastPage() {
        return newest(LAST_PAGE_OFFSET);
    }

    private long newest(int offset) {
        ByteBuffer fields = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        boolean second = fields.getLong(TRANSACTION_OFFSET) < fields.getLong(pageBytes + TRANSACTION_OFFSET);
        return fields.getLong((second ? pageBytes : 0) + offset);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LmdbMetas metas && Arrays.equals(bytes, metas.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "metas of transaction " + transaction();
    }
}
