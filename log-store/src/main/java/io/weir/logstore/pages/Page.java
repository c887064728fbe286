package io.weir.logstore.pages;

import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** One branch or leaf page in memory; all of its offsets are checked when it is loaded, before anything in it is believed. */
final class Page {
    private final ByteBuffer bytes;
    private final UnsafeBuffer key = new UnsafeBuffer(0, 0);
    private long number;
    private boolean leaf;
    private int nodes;

    Page(int pageBytes) {
        bytes = ByteBuffer.allocate(pageBytes).order(PageLayout.ORDER);
    }

    /** Reads page {@code newNumber} and checks its form. */
    void load(Pages pages, long newNumber, boolean asLeaf, String owner) {
        number = newNumber;
        leaf = asLeaf;
        pages.read(newNumber, owner, bytes.clear());
        bytes.clear();
        checkHeader(owner);
        int used = 0;
        for (int node = 0; node < nodes; node++) {
            used += checkNode(node, owner);
        }
        if (used != bytes.capacity() - PageLayout.upper(bytes)) {
            throw damaged(
                    owner,
                    "its nodes have " + used + " bytes in all, not " + (bytes.capacity() - PageLayout.upper(bytes)));
        }
    }

    private void checkHeader(String owner) {
        if (PageLayout.number(bytes) != number) {
            throw damaged(owner, "carries the number " + Long.toUnsignedString(PageLayout.number(bytes)));
        }
        int flags = PageLayout.flags(bytes);
        if (flags != (leaf ? PageLayout.LEAF : PageLayout.BRANCH)) {
            throw damaged(owner, String.format("is no %s: flags %04x", leaf ? "leaf" : "branch", flags));
        }
        int lower = PageLayout.lower(bytes);
        int upper = PageLayout.upper(bytes);
        if (lower < PageLayout.HEADER_BYTES || lower % 2 != 0 || lower > upper || upper > bytes.capacity()) {
            throw damaged(owner, "its free space begins at " + lower + " and ends at " + upper);
        }
        nodes = (lower - PageLayout.HEADER_BYTES) / Short.BYTES;
        // LMDB ends the process on a branch with one child.
        if (nodes < (leaf ? 1 : 2)) {
            throw damaged(owner, "has " + nodes + " nodes");
        }
    }

    /** Bytes that a node occupies. */
    private int checkNode(int node, String owner) {
        int at = PageLayout.nodeAt(bytes, node);
        int end = bytes.capacity();
        if (at % 2 != 0 || at < PageLayout.upper(bytes) || at > end - PageLayout.NODE_HEADER_BYTES) {
            throw damaged(owner, "node " + node + " lies at " + at);
        }
        int keyBytes = PageLayout.keyBytes(bytes, at);
        boolean keyUsed = leaf || node > 0;
        if (keyBytes > PageLayout.MAX_KEY_BYTES || (keyUsed && keyBytes == 0)) {
            throw damaged(owner, "node " + node + " has a key of " + keyBytes + " bytes");
        }
        long dataBytes = leaf ? bytesInNode(at) : 0;
        long nodeBytes = PageLayout.NODE_HEADER_BYTES + keyBytes + dataBytes;
        if (nodeBytes > end - at) {
            throw damaged(owner, "node " + node + " at " + at + " has " + nodeBytes + " bytes");
        }
        return (int) (nodeBytes + 1) & ~1;
    }

    private long bytesInNode(int at) {
        boolean big = (PageLayout.nodeFlags(bytes, at) & PageLayout.BIG_DATA) != 0;
        return big ? PageLayout.PAGE_NUMBER_BYTES : PageLayout.dataBytes(bytes, at);
    }

    private DamageException damaged(String owner, String what) {
        return new DamageException(number, owner, null, what);
    }

    long number() {
        return number;
    }

    int nodes() {
        return nodes;
    }

    int flags(int node) {
        return PageLayout.nodeFlags(bytes, at(node));
    }

    /** Length of a leaf's value, wherever it lies. */
    long valueBytes(int node) {
        return PageLayout.dataBytes(bytes, at(node));
    }

    /** A branch's child. */
    long child(int node) {
        return PageLayout.child(bytes, at(node));
    }

    /** First page of a value that does not lie here. */
    long overflowPage(int node) {
        return bytes.getLong(dataAt(node));
    }

    /** The node's key, valid until the next call. */
    UnsafeBuffer key(int node) {
        int at = at(node);
        key.wrap(bytes, at + PageLayout.NODE_HEADER_BYTES, PageLayout.keyBytes(bytes, at));
        return key;
    }

    /** Lets {@code value} show a value that lies here. */
    void wrapValue(int node, UnsafeBuffer value) {
        value.wrap(bytes, dataAt(node), (int) valueBytes(node));
    }

    private int dataAt(int node) {
        int at = at(node);
        return at + PageLayout.NODE_HEADER_BYTES + PageLayout.keyBytes(bytes, at);
    }

    private int at(int node) {
        return PageLayout.nodeAt(bytes, node);
    }
}
