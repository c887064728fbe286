package io.weir.logstore.pages;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;

/**
 * Which bytes of a sound file mean something: a second, naive reading of LMDB's format that shares nothing with the verifier.
 * Left out are old metas, free pages, gaps, padding, and what LMDB writes but does not read.
 */
final class BytesThatMatter {
    private static final int PAGE_BYTES = 4_096;

    private final ByteBuffer file;
    private final BitSet bytes = new BitSet();

    private BytesThatMatter(byte[] file) {
        this.file = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    }

    static BitSet of(byte[] file) {
        BytesThatMatter matter = new BytesThatMatter(file);
        matter.meta();
        return matter.bytes;
    }

    private void meta() {
        int meta = file.getLong(144) >= file.getLong(PAGE_BYTES + 144) ? 0 : PAGE_BYTES;
        // Number, flags, magic, version and page size; then both trees, but neither pad nor the free tree's flags.
        bytes.set(meta, meta + 8);
        bytes.set(meta + 10, meta + 12);
        bytes.set(meta + 16, meta + 24);
        bytes.set(meta + 40, meta + 44);
        bytes.set(meta + 46, meta + 88);
        bytes.set(meta + 92, meta + 136);
        tree(meta + 40);
        tree(meta + 88);
    }

    private void tree(int at) {
        if (file.getLong(at + 40) != -1) {
            page(file.getLong(at + 40) * PAGE_BYTES);
        }
    }

    private void page(long pageAt) {
        int page = Math.toIntExact(pageAt);
        boolean leaf = file.getShort(page + 10) == 2;
        int lower = file.getShort(page + 12);
        bytes.set(page, page + 8);
        bytes.set(page + 10, page + lower);
        for (int node = 0; node < (lower - 16) / 2; node++) {
            int at = page + file.getShort(page + 16 + 2 * node);
            int keyBytes = file.getShort(at + 6);
            bytes.set(at, at + 8);
            if (leaf) {
                leafNode(at, at + 8 + keyBytes);
            } else {
                // The first separator of a branch is not used, only its length.
                bytes.set(at + 8, node == 0 ? at + 8 : at + 8 + keyBytes);
                page((file.getLong(at) & 0xFFFF_FFFF_FFFFL) * PAGE_BYTES);
            }
        }
    }

    private void leafNode(int at, int dataAt) {
        int valueBytes = file.getInt(at);
        int flags = file.getShort(at + 4);
        bytes.set(at, dataAt + ((flags & 1) != 0 ? 8 : valueBytes));
        if ((flags & 1) != 0) {
            int run = Math.toIntExact(file.getLong(dataAt) * PAGE_BYTES);
            bytes.set(run, run + 8);
            bytes.set(run + 10, run + 16 + valueBytes);
        } else if ((flags & 2) != 0) {
            bytes.clear(dataAt, dataAt + 4);
            tree(dataAt);
        }
    }
}
