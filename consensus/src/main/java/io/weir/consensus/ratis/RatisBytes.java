package io.weir.consensus.ratis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteOutput;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/** The bridge between the two types named ByteString: Protobuf's, and the copy of it that Ratis has under its own name. */
final class RatisBytes {
    private RatisBytes() {}

    /** Wraps without copying; the array must not change any more. */
    static ByteString toRatis(byte[] bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes);
    }

    /** Wraps without copying, unless the bytes lie in several pieces or outside the heap. */
    static com.google.protobuf.ByteString fromRatis(ByteString bytes) {
        Captor captor = new Captor(bytes.size());
        try {
            UnsafeByteOperations.unsafeWriteTo(bytes, captor);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // the captor throws none
        }
        return captor.result();
    }

    /** Keeps the array that lies behind a ByteString if it comes in one piece. */
    private static final class Captor extends ByteOutput {
        private final int size;
        private com.google.protobuf.ByteString pieces = com.google.protobuf.ByteString.EMPTY;

        Captor(int size) {
            this.size = size;
        }

        com.google.protobuf.ByteString result() {
            if (pieces.size() != size) {
                throw new IllegalStateException("got " + pieces.size() + " of " + size + " bytes");
            }
            return pieces;
        }

        private void add(com.google.protobuf.ByteString piece) {
            pieces = pieces.isEmpty() ? piece : pieces.concat(piece);
        }

        @Override
        public void writeLazy(byte[] value, int offset, int length) {
            add(com.google.protobuf.UnsafeByteOperations.unsafeWrap(value, offset, length));
        }

        @Override
        public void writeLazy(ByteBuffer value) {
            add(com.google.protobuf.UnsafeByteOperations.unsafeWrap(value));
        }

        @Override
        public void write(byte value) {
            add(com.google.protobuf.ByteString.copyFrom(new byte[] {value}));
        }

        @Override
        public void write(byte[] value, int offset, int length) {
            add(com.google.protobuf.ByteString.copyFrom(value, offset, length));
        }

        @Override
        public void write(ByteBuffer value) {
            add(com.google.protobuf.ByteString.copyFrom(value));
        }
    }
}
