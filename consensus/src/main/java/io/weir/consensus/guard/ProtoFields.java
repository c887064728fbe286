package io.weir.consensus.guard;

import java.nio.ByteBuffer;

/** Walks over the fields of one Protobuf message, whatever its bytes are: numbers and byte strings, nothing else. */
final class ProtoFields {
    private static final int VARINT = 0;
    private static final int DELIMITED = 2;

    private final ByteBuffer rest;
    private int number;
    private boolean isNumber;
    private long value;
    private boolean isDamaged;

    ProtoFields(ByteBuffer message) {
        rest = message.duplicate();
    }

    /** False at the end, and at the first byte that is not understood: see {@link #isDamaged}. */
    boolean next() {
        if (isDamaged) {
            return false;
        }
        skip();
        if (!rest.hasRemaining()) {
            return false;
        }
        long tag = varint();
        int wire = (int) (tag & 7);
        isNumber = wire == VARINT;
        value = varint();
        number = tag >>> 3 <= Integer.MAX_VALUE ? (int) (tag >>> 3) : 0;
        isDamaged |= number == 0 || (wire != VARINT && wire != DELIMITED);
        isDamaged |= wire == DELIMITED && (value < 0 || value > rest.remaining());
        return !isDamaged;
    }

    /** Over the body of the last field, which nobody may have asked for. */
    private void skip() {
        if (number != 0 && !isNumber) {
            rest.position(rest.position() + (int) value);
        }
    }

    private long varint() {
        long result = 0;
        for (int shift = 0; shift < Long.SIZE && rest.hasRemaining(); shift += 7) {
            byte next = rest.get();
            result |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return result;
            }
        }
        isDamaged = true;
        return 0;
    }

    boolean isDamaged() {
        return isDamaged;
    }

    int number() {
        return number;
    }

    boolean isNumber() {
        return isNumber;
    }

    long value() {
        return value;
    }

    /** The body of a byte string, of the message's own memory. */
    ByteBuffer bytes() {
        return rest.slice(rest.position(), (int) value);
    }
}
