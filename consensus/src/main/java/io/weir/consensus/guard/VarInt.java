package io.weir.consensus.guard;

import java.nio.ByteBuffer;

/** Protobuf's variable-length number, of which a record's length is one: seven bits a byte, the lowest first. */
final class VarInt {
    /** The longest one of 32 bits. */
    static final int MAX_BYTES = 5;

    private VarInt() {}

    /** A number that is written as shortly as it can be and is positive; or -1. */
    static long read(ByteBuffer buffer, int start) {
        long result = 0;
        for (int i = 0; i < MAX_BYTES && start + i < buffer.limit(); i++) {
            byte next = buffer.get(start + i);
            result |= (long) (next & 0x7f) << (7 * i);
            if (next >= 0) {
                return result <= Integer.MAX_VALUE && bytes(result) == i + 1 ? result : -1;
            }
        }
        return -1;
    }

    /** How many bytes a number takes that is not negative. */
    static int bytes(long value) {
        return Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(value) + 6) / 7);
    }
}
