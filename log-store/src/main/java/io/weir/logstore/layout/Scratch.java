package io.weir.logstore.layout;

import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Native memory in which one key at a time is written; LMDB reads it by address. Not thread-safe. */
public final class Scratch {
    /** LMDB's longest key. */
    public static final int MAX_KEY_BYTES = 511;

    private final ByteBuffer memory = ByteBuffer.allocateDirect(MAX_KEY_BYTES);
    private final UnsafeBuffer buffer = new UnsafeBuffer(memory);

    /** The memory, cut to {@code bytes}; what the last call returned is overwritten. */
    UnsafeBuffer ofLength(int bytes) {
        buffer.wrap(memory, 0, bytes);
        return buffer;
    }
}
