package io.weir.consensus.repair;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Whether a directory takes writes: finds out by writing. What the file system says about its free space counts neither
 * quotas nor what is reserved for others.
 */
final class FreeSpace {
    /** About what Raft takes at once for a new segment and a few entries. */
    static final int PROBE_BYTES = 4 << 20;

    private FreeSpace() {}

    /** Writes a file of {@link #PROBE_BYTES}, forces it to the disk, and deletes it. */
    static boolean isThere(Path directory) {
        Path probe = directory.resolve("space.probe");
        try {
            try (FileChannel channel = FileChannel.open(
                    probe, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                ByteBuffer zeros = ByteBuffer.allocate(64 << 10);
                for (int written = 0; written < PROBE_BYTES; written += zeros.capacity()) {
                    zeros.clear();
                    while (zeros.hasRemaining()) {
                        channel.write(zeros);
                    }
                }
                channel.force(true);
            } finally {
                Files.deleteIfExists(probe);
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
