package io.weir.logstore.pages;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/** How the keys of a tree compare. */
enum KeyOrder {
    /** As unsigned bytes, the shorter first: Weir's tables, and the tree of tables. */
    BYTES {
        @Override
        int compare(DirectBuffer a, DirectBuffer b) {
            int common = Math.min(a.capacity(), b.capacity());
            for (int i = 0; i < common; i++) {
                int order = Byte.toUnsignedInt(a.getByte(i)) - Byte.toUnsignedInt(b.getByte(i));
                if (order != 0) {
                    return order;
                }
            }
            return a.capacity() - b.capacity();
        }
    },

    /** As unsigned 64-bit integers in the file's order: the tree of free pages. Both keys must have 8 bytes. */
    INTEGERS {
        @Override
        int compare(DirectBuffer a, DirectBuffer b) {
            return Long.compareUnsigned(a.getLong(0, ByteOrder.LITTLE_ENDIAN), b.getLong(0, ByteOrder.LITTLE_ENDIAN));
        }
    };

    abstract int compare(DirectBuffer a, DirectBuffer b);
}
