package io.weir.statemachine;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.weir.logstore.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * SHA-256 over a sequence of fields. Numbers are 8 bytes, big-endian; byte strings have their length in front, so that two
 * different sequences never feed the same bytes. Event bytes are not copied on their way.
 */
final class FieldHash extends ByteOutput {
    private static final int SCRATCH_BYTES = 256;

    private final MessageDigest sha256;
    /** Collects numbers: one call into the digest for many of them. */
    private final ByteBuffer scratch = ByteBuffer.allocate(SCRATCH_BYTES);

    FieldHash() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** Begins anew: what an attempt that was broken off has left must not get into the next hash. */
    void begin() {
        scratch.clear();
        sha256.reset();
    }

    void number(long value) {
        if (scratch.remaining() < Long.BYTES) {
            drain();
        }
        scratch.putLong(value);
    }

    void bytes(ByteString value) {
        number(value.size());
        drain();
        try {
            UnsafeByteOperations.unsafeWriteTo(value, this);
        } catch (IOException e) {
            throw new AssertionError("hashing does no I/O", e);
        }
    }

    void bytes(byte[] value) {
        number(value.length);
        drain();
        sha256.update(value);
    }

    /** The 32 bytes of the hash of all fields since {@link #begin()}. */
    byte[] finish() {
        drain();
        return sha256.digest();
    }

    /** The first 16 bytes of the hash of all fields since {@link #begin()}. */
    Digest finishDigest() {
        ByteBuffer bytes = ByteBuffer.wrap(finish());
        return new Digest(bytes.getLong(), bytes.getLong());
    }

    private void drain() {
        sha256.update(scratch.array(), 0, scratch.position());
        scratch.clear();
    }

    @Override
    public void write(byte value) {
        sha256.update(value);
    }

    @Override
    public void write(byte[] value, int offset, int length) {
        sha256.update(value, offset, length);
    }

    @Override
    public void writeLazy(byte[] value, int offset, int length) {
        sha256.update(value, offset, length);
    }

    @Override
    public void write(ByteBuffer value) {
        sha256.update(value);
    }

    @Override
    public void writeLazy(ByteBuffer value) {
        sha256.update(value);
    }
}
