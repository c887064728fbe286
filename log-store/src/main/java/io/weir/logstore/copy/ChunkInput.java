package io.weir.logstore.copy;

import io.weir.logstore.StoreException;
import java.io.IOException;
import java.io.InputStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The chunks of a file in which they stand one behind the other. It only finds where each begins and ends: {@link CopyReader}
 * judges what is in it. One thread; the stream is the caller's to close.
 */
public final class ChunkInput {
    private final InputStream in;
    private int chunks;

    public ChunkInput(InputStream in) {
        this.in = in;
    }

    /**
     * The next chunk, the caller's from now on, or null at the end of the file.
     *
     * @throws StoreException.Corrupted if what follows is no chunk, or the file ends within one
     * @throws IOException if the file cannot be read
     */
    public byte @Nullable [] next() throws IOException {
        byte[] head = in.readNBytes(ChunkLayout.BODY_OFFSET);
        if (head.length == 0) {
            return null;
        }
        if (head.length < ChunkLayout.BODY_OFFSET) {
            throw ChunkLayout.damaged(chunks, "the file ends in its head");
        }
        int bytes = chunkBytes(head);
        byte[] chunk = new byte[bytes];
        System.arraycopy(head, 0, chunk, 0, head.length);
        if (in.readNBytes(chunk, head.length, bytes - head.length) < bytes - head.length) {
            throw ChunkLayout.damaged(chunks, "the file ends within it");
        }
        chunks++;
        return chunk;
    }

    private int chunkBytes(byte[] head) {
        try {
            return ChunkLayout.chunkBytes(new UnsafeBuffer(head));
        } catch (StoreException.Corrupted e) {
            throw ChunkLayout.damaged(chunks, String.valueOf(e.getMessage()));
        }
    }
}
