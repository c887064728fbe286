package io.weir.logstore.pages;

import io.weir.logstore.StoreException;
import java.nio.ByteBuffer;

/**
 * One of the two meta pages: where a snapshot begins.
 *
 * @param pageBytes bytes of a page: a power of two
 * @param mapBytes how large the map was
 * @param lastPage highest page in use or free; the file may be shorter if its last pages are free
 * @param transaction that wrote it; the higher of two metas counts
 */
record Meta(int pageBytes, long mapBytes, Tree free, Tree tables, long lastPage, long transaction) {
    private static final int MIN_PAGE_BYTES = 512;
    private static final int MAX_PAGE_BYTES = 32_768;

    /**
     * Reads a meta page.
     *
     * @param number 0 or 1
     * @param page at least the page's first {@link PageLayout#META_BYTES} bytes, from its position; left unchanged
     * @throws DamageException if these are no meta page
     * @throws StoreException.Incompatible if another version of LMDB wrote it
     */
    static Meta decode(int number, ByteBuffer page) {
        if (page.remaining() < PageLayout.META_BYTES) {
            throw damaged(number, "has only " + page.remaining() + " bytes");
        }
        ByteBuffer bytes = page.slice().order(PageLayout.ORDER);
        int magic = bytes.getInt(PageLayout.MAGIC_OFFSET);
        if (PageLayout.flags(bytes) != PageLayout.META || magic != PageLayout.META_MAGIC) {
            throw damaged(
                    number, String.format("is no meta page: flags %04x, magic %08x", PageLayout.flags(bytes), magic));
        }
        int version = bytes.getInt(PageLayout.VERSION_OFFSET);
        if (version != PageLayout.META_VERSION) {
            throw new StoreException.Incompatible("meta page " + number + " has LMDB's data format "
                    + Integer.toUnsignedString(version) + ", not " + PageLayout.META_VERSION);
        }
        Meta meta = new Meta(
                bytes.getInt(PageLayout.FREE_TREE_OFFSET),
                bytes.getLong(PageLayout.MAP_BYTES_OFFSET),
                Tree.at(bytes, PageLayout.FREE_TREE_OFFSET),
                Tree.at(bytes, PageLayout.TABLES_TREE_OFFSET),
                bytes.getLong(PageLayout.LAST_PAGE_OFFSET),
                bytes.getLong(PageLayout.TRANSACTION_OFFSET));
        meta.check(number, PageLayout.number(bytes));
        return meta;
    }

    private void check(int number, long numberFound) {
        if (numberFound != number) {
            throw damaged(number, "carries the number " + Long.toUnsignedString(numberFound));
        }
        if (pageBytes < MIN_PAGE_BYTES || pageBytes > MAX_PAGE_BYTES || Integer.bitCount(pageBytes) != 1) {
            throw damaged(number, "says that a page has " + Integer.toUnsignedString(pageBytes) + " bytes");
        }
        if (lastPage < PageLayout.METAS - 1 || lastPage > Long.MAX_VALUE / pageBytes - 1 || transaction < 0) {
            throw damaged(
                    number,
                    "says that the last page is " + Long.toUnsignedString(lastPage) + ", the transaction "
                            + Long.toUnsignedString(transaction));
        }
    }

    /** The newer of the two. */
    static Meta newest(Meta first, Meta second) {
        if (first.pageBytes != second.pageBytes) {
            throw damaged(1, "says that a page has " + second.pageBytes + " bytes, page 0 says " + first.pageBytes);
        }
        return first.transaction < second.transaction ? second : first;
    }

    private static DamageException damaged(int number, String what) {
        return new DamageException(number, null, null, what);
    }
}
