package io.weir.logstore.pages;

import io.weir.logstore.LogStore;
import io.weir.logstore.StoreException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A walk through one B-tree in the order of its keys, which checks everything that it passes. Ends even if the pages form a
 * ring: no deeper than the tree's depth, no leaf twice because its keys would not rise, no page twice if there is an account.
 * One thread, one walk at a time.
 */
final class TreeWalk {
    /** Longest value that is believed in, and so the memory that any bytes can make a walk take. */
    private static final long MAX_VALUE_BYTES = 64L << 20;

    static {
        if (MAX_VALUE_BYTES < 2L * Math.max(LogStore.MAX_ANSWER_BYTES, LogStore.MAX_EVENT_BYTES)) {
            throw new AssertionError("a row that was written would be taken for damage");
        }
    }

    /** Visits rows. */
    @FunctionalInterface
    interface Rows {
        /**
         * One row; both buffers are valid inside the call only.
         *
         * @param page where the value begins
         * @throws StoreException.Corrupted if it is not what it should be
         */
        void row(long page, DirectBuffer key, DirectBuffer value);
    }

    private final Pages pages;
    private final @Nullable PageAccount account;
    private final String owner;
    private final KeyOrder order;
    private final int nodeFlags;
    private final Tree tree;
    private final Rows rows;
    private final List<Page> levels = new ArrayList<>();
    private final UnsafeBuffer value = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer lastKey = new UnsafeBuffer(new byte[PageLayout.MAX_KEY_BYTES]);
    private byte[] overflow = new byte[0];
    private boolean any;
    private long branchPages;
    private long leafPages;
    private long overflowPages;
    private long rowCount;

    /**
     * @param account where every page is noted, or null if only some are visited
     * @param owner whose tree it is, for messages
     * @param nodeFlags flags that every leaf's node must have, beside the one of large values
     */
    TreeWalk(
            Pages pages,
            @Nullable PageAccount account,
            String owner,
            KeyOrder order,
            int nodeFlags,
            Tree tree,
            Rows rows) {
        this.pages = pages;
        this.account = account;
        this.owner = owner;
        this.order = order;
        this.nodeFlags = nodeFlags;
        this.tree = tree;
        this.rows = rows;
        if (tree.depth() > PageLayout.MAX_DEPTH || tree.isEmpty() != (tree.depth() == 0)) {
            throw new DamageException(
                    tree.root(), owner, null, "is the root of a tree that should be " + tree.depth() + " levels deep");
        }
    }

    /** All of it; counts must be right at the end. */
    void all() {
        from(new UnsafeBuffer(0, 0));
        check("branch pages", tree.branchPages(), branchPages);
        check("leaf pages", tree.leafPages(), leafPages);
        check("overflow pages", tree.overflowPages(), overflowPages);
        check("rows", tree.rows(), rowCount);
    }

    private void check(String what, long noted, long counted) {
        if (noted != counted) {
            throw new DamageException(
                    tree.root(), owner, null, "its tree has " + counted + " " + what + ", not " + noted);
        }
    }

    long rowCount() {
        return rowCount;
    }

    /** The rows whose keys are at least {@code first}. */
    void from(DirectBuffer first) {
        any = false;
        if (!tree.isEmpty()) {
            descend(tree.root(), 1, null, null, first);
        }
    }

    /** Pages of the upper levels, no rows. */
    void levels(int count) {
        if (!tree.isEmpty()) {
            branches(tree.root(), 1, Math.min(count, tree.depth() - 1));
        }
    }

    private void branches(long number, int level, int last) {
        if (level <= last) {
            Page page = load(number, level);
            checkSeparators(page, null, null);
            for (int node = 0; node < page.nodes(); node++) {
                branches(page.child(node), level + 1, last);
            }
        }
    }

    /** The last leaf and its rows. */
    void rightEdge() {
        any = false;
        if (!tree.isEmpty()) {
            long number = tree.root();
            for (int level = 1; level < tree.depth(); level++) {
                Page page = load(number, level);
                checkSeparators(page, null, null);
                number = page.child(page.nodes() - 1);
            }
            leaf(load(number, tree.depth()), null, null, new UnsafeBuffer(0, 0));
        }
    }

    private void descend(
            long number, int level, @Nullable DirectBuffer lower, @Nullable DirectBuffer upper, DirectBuffer first) {
        Page page = load(number, level);
        if (level == tree.depth()) {
            leaf(page, lower, upper, first);
            return;
        }
        checkSeparators(page, lower, upper);
        for (int node = 0; node < page.nodes(); node++) {
            DirectBuffer childUpper = node + 1 < page.nodes() ? copy(page.key(node + 1)) : upper;
            if (first.capacity() == 0 || childUpper == null || order.compare(first, childUpper) < 0) {
                DirectBuffer childLower = node > 0 ? copy(page.key(node)) : lower;
                descend(page.child(node), level + 1, childLower, childUpper, first);
            }
        }
    }

    private Page load(long number, int level) {
        boolean leaf = level == tree.depth();
        if (account == null) {
            pages.checkInside(number, 1, owner);
        } else {
            account.take(number, 1, owner);
        }
        if (levels.size() < level) {
            levels.add(new Page(pages.pageBytes()));
        }
        Page page = levels.get(level - 1);
        page.load(pages, number, leaf, owner);
        if (leaf) {
            leafPages++;
        } else {
            branchPages++;
        }
        return page;
    }

    private void checkSeparators(Page page, @Nullable DirectBuffer lower, @Nullable DirectBuffer upper) {
        DirectBuffer previous = lower;
        for (int node = 1; node < page.nodes(); node++) {
            DirectBuffer key = page.key(node);
            checkKey(page, key);
            if ((previous != null && order.compare(key, previous) <= 0)
                    || (upper != null && order.compare(key, upper) >= 0)) {
                throw new DamageException(page.number(), owner, hex(key), "is out of order in a branch");
            }
            previous = copy(key);
        }
    }

    private void leaf(Page page, @Nullable DirectBuffer lower, @Nullable DirectBuffer upper, DirectBuffer first) {
        for (int node = 0; node < page.nodes(); node++) {
            DirectBuffer key = page.key(node);
            checkKey(page, key);
            if ((any && order.compare(key, lastKey) <= 0)
                    || (lower != null && order.compare(key, lower) < 0)
                    || (upper != null && order.compare(key, upper) >= 0)) {
                throw new DamageException(page.number(), owner, hex(key), "is out of order");
            }
            any = true;
            key.getBytes(0, lastKey.byteArray(), 0, key.capacity());
            lastKey.wrap(lastKey.byteArray(), 0, key.capacity());
            if (first.capacity() == 0 || order.compare(key, first) >= 0) {
                row(page, node, key);
            }
        }
    }

    private void checkKey(Page page, DirectBuffer key) {
        if (order == KeyOrder.INTEGERS && key.capacity() != Long.BYTES) {
            throw new DamageException(
                    page.number(), owner, hex(key), "has " + key.capacity() + " bytes, not " + Long.BYTES);
        }
    }

    private void row(Page page, int node, DirectBuffer key) {
        int flags = page.flags(node);
        if ((flags & ~PageLayout.BIG_DATA) != nodeFlags) {
            throw new DamageException(page.number(), owner, hex(key), String.format("has the flags %04x", flags));
        }
        long valueAt = page.number();
        if ((flags & PageLayout.BIG_DATA) == 0) {
            page.wrapValue(node, value);
        } else {
            valueAt = page.overflowPage(node);
            readOverflow(page, node, key);
        }
        rowCount++;
        try {
            rows.row(valueAt, key, value);
        } catch (StoreException.Corrupted e) {
            throw new DamageException(valueAt, owner, hex(key), withoutPlace(key, String.valueOf(e.getMessage())));
        }
    }

    /** Layouts begin their messages with table and key. */
    private String withoutPlace(DirectBuffer key, String message) {
        String place = owner + ", key " + hex(key) + ": ";
        return message.startsWith(place) ? message.substring(place.length()) : message;
    }

    private void readOverflow(Page page, int node, DirectBuffer key) {
        long bytes = page.valueBytes(node);
        long number = page.overflowPage(node);
        long least = PageLayout.runPages(bytes, pages.pageBytes());
        if (bytes > MAX_VALUE_BYTES) {
            throw new DamageException(page.number(), owner, hex(key), "has a value of " + bytes + " bytes");
        }
        pages.checkInside(number, least, owner);
        int all = (int) (PageLayout.HEADER_BYTES + bytes);
        if (overflow.length < all) {
            overflow = new byte[all];
        }
        ByteBuffer run = ByteBuffer.wrap(overflow, 0, all).order(PageLayout.ORDER);
        pages.read(number, owner, run);
        if (PageLayout.number(run) != number || PageLayout.flags(run) != PageLayout.OVERFLOW) {
            throw new DamageException(
                    number,
                    owner,
                    hex(key),
                    String.format(
                            "is no overflow run: number %d, flags %04x",
                            PageLayout.number(run), PageLayout.flags(run)));
        }
        checkRun(number, PageLayout.runPages(run), least, key);
        value.wrap(overflow, PageLayout.HEADER_BYTES, (int) bytes);
    }

    /** A run may be longer than its value: LMDB keeps it when a shorter value replaces a longer one. */
    private void checkRun(long number, long noted, long least, DirectBuffer key) {
        if (noted < least) {
            throw new DamageException(
                    number, owner, hex(key), "is a run of " + noted + " pages; the value needs " + least);
        }
        if (account == null) {
            pages.checkInside(number, noted, owner);
        } else {
            account.take(number, noted, owner);
        }
        overflowPages += noted;
    }

    private static DirectBuffer copy(DirectBuffer key) {
        byte[] bytes = new byte[key.capacity()];
        key.getBytes(0, bytes);
        return new UnsafeBuffer(bytes);
    }

    private static String hex(DirectBuffer key) {
        byte[] bytes = new byte[key.capacity()];
        key.getBytes(0, bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
