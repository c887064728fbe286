package io.weir.logstore.pages;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Where LMDB 0.9 (data format 1, 64 bits) keeps what in its file. LMDB writes integers in the machine's order; all machines
 * that it ships for are little-endian. Page {@code n} begins at {@code n} times the page's size; pages 0 and 1 are metas,
 * transaction {@code t} writes meta {@code t % 2}.
 *
 * <pre>
 * branch or leaf page
 *   0             8     10      12      14      16           lower        upper          size
 *   +-------------+-----+-------+-------+-------+------------+------------+--------------+
 *   | page number | pad | flags | lower | upper | offsets of | free       | nodes, in any|
 *   |             |     |       |       |       | nodes (u16)|            | order        |
 *   +-------------+-----+-------+-------+-------+------------+------------+--------------+
 *
 * overflow run: one header, then the value, over as many pages as the header says
 *   0             8     10      12              16
 *   +-------------+-----+-------+---------------+-------+
 *   | page number | pad | flags | pages         | value |
 *   +-------------+-----+-------+---------------+-------+
 *
 * node of a leaf; with BIG_DATA the data is the u64 number of an overflow run's first page
 *   0                4       6           8     8 + key bytes
 *   +----------------+-------+-----------+-----+------+
 *   | bytes of data  | flags | key bytes | key | data |
 *   +----------------+-------+-----------+-----+------+
 *
 * node of a branch; the first node's key is not used
 *   0                        6           8
 *   +------------------------+-----------+-----+
 *   | child's number (u48)   | key bytes | key |
 *   +------------------------+-----------+-----+
 *
 * meta, behind a page header with flag META
 *   16      20        24        32         40         88         136         144           152
 *   +-------+---------+---------+----------+----------+----------+-----------+-------------+
 *   | magic | version | address | map size | tree of  | tree of  | last page | transaction |
 *   |       | (1)     |         |          | free     | tables   |           |             |
 *   +-------+---------+---------+----------+----------+----------+-----------+-------------+
 *
 * tree; the pad of the tree of free pages is the page's size
 *   0     4       6       8              16           24               32      40     48
 *   +-----+-------+-------+--------------+------------+----------------+-------+------+
 *   | pad | flags | depth | branch pages | leaf pages | overflow pages | rows  | root |
 *   +-----+-------+-------+--------------+------------+----------------+-------+------+
 * </pre>
 *
 * <p>A row of the tree of tables is a table's name and its tree (node flag SUB_DATA). A row of the tree of free pages is a
 * transaction and what it freed: a count, then so many page numbers, falling.
 */
final class PageLayout {
    static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    static final int HEADER_BYTES = 16;
    static final int BRANCH = 0x01;
    static final int LEAF = 0x02;
    static final int OVERFLOW = 0x04;
    static final int META = 0x08;

    static final int BIG_DATA = 0x01;
    static final int SUB_DATA = 0x02;

    static final int NODE_HEADER_BYTES = 8;
    static final int PAGE_NUMBER_BYTES = Long.BYTES;
    static final int MAX_KEY_BYTES = 511;
    /** LMDB's own bound: deeper trees end the process. */
    static final int MAX_DEPTH = 32;

    static final int METAS = 2;
    static final int META_MAGIC = 0xBEEF_C0DE;
    static final int META_VERSION = 1;

    private static final int NUMBER_OFFSET = 0;
    private static final int PAD_OFFSET = NUMBER_OFFSET + Long.BYTES;
    private static final int FLAGS_OFFSET = PAD_OFFSET + Short.BYTES;
    private static final int LOWER_OFFSET = FLAGS_OFFSET + Short.BYTES;
    private static final int UPPER_OFFSET = LOWER_OFFSET + Short.BYTES;
    private static final int RUN_PAGES_OFFSET = LOWER_OFFSET;

    private static final int NODE_FLAGS_OFFSET = Integer.BYTES;
    private static final int NODE_KEY_BYTES_OFFSET = NODE_FLAGS_OFFSET + Short.BYTES;

    static final int MAGIC_OFFSET = HEADER_BYTES;
    static final int VERSION_OFFSET = MAGIC_OFFSET + Integer.BYTES;
    private static final int ADDRESS_OFFSET = VERSION_OFFSET + Integer.BYTES;
    static final int MAP_BYTES_OFFSET = ADDRESS_OFFSET + Long.BYTES;
    static final int FREE_TREE_OFFSET = MAP_BYTES_OFFSET + Long.BYTES;

    static final int TREE_FLAGS_OFFSET = Integer.BYTES;
    static final int TREE_DEPTH_OFFSET = TREE_FLAGS_OFFSET + Short.BYTES;
    static final int TREE_BRANCHES_OFFSET = TREE_DEPTH_OFFSET + Short.BYTES;
    static final int TREE_LEAVES_OFFSET = TREE_BRANCHES_OFFSET + Long.BYTES;
    static final int TREE_OVERFLOWS_OFFSET = TREE_LEAVES_OFFSET + Long.BYTES;
    static final int TREE_ROWS_OFFSET = TREE_OVERFLOWS_OFFSET + Long.BYTES;
    static final int TREE_ROOT_OFFSET = TREE_ROWS_OFFSET + Long.BYTES;
    static final int TREE_BYTES = TREE_ROOT_OFFSET + Long.BYTES;

    static final int TABLES_TREE_OFFSET = FREE_TREE_OFFSET + TREE_BYTES;
    static final int LAST_PAGE_OFFSET = TABLES_TREE_OFFSET + TREE_BYTES;
    static final int TRANSACTION_OFFSET = LAST_PAGE_OFFSET + Long.BYTES;
    /** Bytes of a meta page that mean something. */
    static final int META_BYTES = TRANSACTION_OFFSET + Long.BYTES;

    private PageLayout() {}

    static long number(ByteBuffer page) {
        return page.getLong(NUMBER_OFFSET);
    }

    static int flags(ByteBuffer page) {
        return Short.toUnsignedInt(page.getShort(FLAGS_OFFSET));
    }

    static int lower(ByteBuffer page) {
        return Short.toUnsignedInt(page.getShort(LOWER_OFFSET));
    }

    static int upper(ByteBuffer page) {
        return Short.toUnsignedInt(page.getShort(UPPER_OFFSET));
    }

    static long runPages(ByteBuffer page) {
        return Integer.toUnsignedLong(page.getInt(RUN_PAGES_OFFSET));
    }

    /** Pages of an overflow run for a value. */
    static long runPages(long valueBytes, int pageBytes) {
        return (HEADER_BYTES + valueBytes + pageBytes - 1) / pageBytes;
    }

    static int nodeAt(ByteBuffer page, int node) {
        return Short.toUnsignedInt(page.getShort(HEADER_BYTES + node * Short.BYTES));
    }

    static long dataBytes(ByteBuffer page, int at) {
        return Integer.toUnsignedLong(page.getInt(at));
    }

    static int nodeFlags(ByteBuffer page, int at) {
        return Short.toUnsignedInt(page.getShort(at + NODE_FLAGS_OFFSET));
    }

    static int keyBytes(ByteBuffer page, int at) {
        return Short.toUnsignedInt(page.getShort(at + NODE_KEY_BYTES_OFFSET));
    }

    static long child(ByteBuffer page, int at) {
        return dataBytes(page, at) | ((long) nodeFlags(page, at) << Integer.SIZE);
    }
}
