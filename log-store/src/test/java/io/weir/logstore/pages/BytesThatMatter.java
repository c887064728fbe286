package io.weir.logstore.pages;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Which bytes of a sound file mean something: a second, naive reading of LMDB's format that shares nothing with the verifier.
 * Left out are old metas, free pages, gaps, padding, what LMDB writes but does not read, and separators: another one does as well
 * if it still separates.
 */
final class BytesThatMatter {
    private static final int PAGE_BYTES = 4_096;

    private final ByteBuffer file;
    private final BitSet bytes = new BitSet();
    private final List<Separator> separators = new ArrayList<>();

    /**
     * A key in a branch of a table.
     *
     * @param at where it begins
     * @param key itself
     * @param last the last key of the subtree before it
     * @param first the first key of the subtree behind it
     */
    record Separator(int at, byte[] key, byte[] last, byte[] first) {
        boolean wouldSeparate(byte[] other) {
            return Arrays.compareUnsigned(last, other) < 0 && Arrays.compareUnsigned(other, first) <= 0;
        }
    }

    private BytesThatMatter(byte[] file) {
        this.file = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    }

    static BitSet of(byte[] file) {
        BytesThatMatter matter = new BytesThatMatter(file);
        matter.meta();
        return matter.bytes;
    }

    /** Those of all tables; of these trees a branch keeps every key but the first. */
    static List<Separator> separators(byte[] file) {
        BytesThatMatter matter = new BytesThatMatter(file);
        matter.meta();
        return matter.separators;
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
                page(child(at));
                if (node > 0) {
                    separators.add(new Separator(
                            at + 8,
                            key(at),
                            edge(child(page + file.getShort(page + 14 + 2 * node)), true),
                            edge(child(at), false)));
                }
            }
        }
    }

    private long child(int at) {
        return (file.getLong(at) & 0xFFFF_FFFF_FFFFL) * PAGE_BYTES;
    }

    private byte[] key(int at) {
        byte[] key = new byte[file.getShort(at + 6)];
        file.get(at + 8, key);
        return key;
    }

    /** The first or last key of a subtree. */
    private byte[] edge(long pageAt, boolean last) {
        int page = Math.toIntExact(pageAt);
        int node = last ? (file.getShort(page + 12) - 16) / 2 - 1 : 0;
        int at = page + file.getShort(page + 16 + 2 * node);
        return file.getShort(page + 10) == 2 ? key(at) : edge(child(at), last);
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
