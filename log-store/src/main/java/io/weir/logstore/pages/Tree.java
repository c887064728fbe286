package io.weir.logstore.pages;

import java.nio.ByteBuffer;

/**
 * What LMDB notes of one B-tree, in a meta page or in the tree of tables. Nothing here is believed before a walk has counted.
 *
 * @param flags how keys compare and whether they repeat; 0 for Weir's tables
 * @param depth levels of pages, 0 if empty
 * @param root page number of the root, {@link #NO_ROOT} if empty
 */
record Tree(int flags, int depth, long branchPages, long leafPages, long overflowPages, long rows, long root) {
    static final long NO_ROOT = -1;

    static Tree at(ByteBuffer bytes, int offset) {
        return new Tree(
                Short.toUnsignedInt(bytes.getShort(offset + PageLayout.TREE_FLAGS_OFFSET)),
                Short.toUnsignedInt(bytes.getShort(offset + PageLayout.TREE_DEPTH_OFFSET)),
                bytes.getLong(offset + PageLayout.TREE_BRANCHES_OFFSET),
                bytes.getLong(offset + PageLayout.TREE_LEAVES_OFFSET),
                bytes.getLong(offset + PageLayout.TREE_OVERFLOWS_OFFSET),
                bytes.getLong(offset + PageLayout.TREE_ROWS_OFFSET),
                bytes.getLong(offset + PageLayout.TREE_ROOT_OFFSET));
    }

    boolean isEmpty() {
        return root == NO_ROOT;
    }
}
