package io.weir.statemachine;

import com.dynatrace.hash4j.hashing.HashStream128;
import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hashing;
import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.weir.logstore.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * XXH3 with 128 bits over a sequence of fields. Numbers are 8 bytes, little-endian; byte strings have their length in front,
 * so that two different sequences never feed the same bytes. Event bytes are not copied on their way.
 *
 * <p>It finds out chance, not an adversary: whoever wants two contents with one hash can make them (ADR 16 says why that
 * does no harm here).
 */
final class FieldHash extends ByteOutput {
    /** Bytes of a hash. */
    static final int BYTES = 2 * Long.BYTES;

    private final HashStream128 xxh3 = Hashing.xxh3_128().hashStream();

    /** Begins anew: what an attempt that was broken off has left must not get into the next hash. */
    void begin() {
        xxh3.reset();
    }

    void number(long value) {
        xxh3.putLong(value);
    }

    void bytes(ByteString value) {
        number(value.size());
        try {
            UnsafeByteOperations.unsafeWriteTo(value, this);
        } catch (IOException e) {
            throw new AssertionError("hashing does no I/O", e);
        }
    }

    void bytes(byte[] value) {
        number(value.length);
        xxh3.putBytes(value);
    }

    /** The {@link #BYTES} bytes of the hash of all fields since {@link #begin()}, in XXH3's canonical order. */
    byte[] finish() {
        Digest digest = finishDigest();
        return ByteBuffer.allocate(BYTES)
                .putLong(digest.high())
                .putLong(digest.low())
                .array();
    }

    /** The hash of all fields since {@link #begin()}. */
    Digest finishDigest() {
        HashValue128 hash = xxh3.get();
        return new Digest(hash.getMostSignificantBits(), hash.getLeastSignificantBits());
    }

    @Override
    public void write(byte value) {
        xxh3.putByte(value);
    }

    @Override
    public void write(byte[] value, int offset, int length) {
        xxh3.putBytes(value, offset, length);
    }

    @Override
    public void writeLazy(byte[] value, int offset, int length) {
        write(value, offset, length);
    }

    /** Bytes outside of the heap are copied: what is applied comes in arrays. */
    @Override
    public void write(ByteBuffer value) {
        byte[] copy = new byte[value.remaining()];
        value.get(copy);
        xxh3.putBytes(copy);
    }

    @Override
    public void writeLazy(ByteBuffer value) {
        write(value);
    }
}
