package io.weir.consensus.repair;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Whether a directory takes writes: asks the file system, and then finds out by writing. What a file system says about its free
 * space need not count quotas and what is reserved for others.
 */
final class FreeSpace {
    /**
     * With less than this a replica does not begin again: for a batch and a new segment of Raft's log it needs about so much, and
     * it is not alone on the disk.
     */
    static final long LEAST_BYTES = 16 << 20;

    private static final int PROBE_BYTES = 1 << 20;

    private FreeSpace() {}

    /** Whether {@link #LEAST_BYTES} are free, and a file can be written, forced to the disk, and deleted. */
    static synchronized boolean isThere(Path directory) {
        return usableBytes(directory) >= LEAST_BYTES && isWritable(directory.resolve("space.probe"));
    }

    /** What the file system says that it has, in bytes; 0 if it does not say. */
    static long usableBytes(Path directory) {
        try {
            return Files.getFileStore(directory).getUsableSpace();
        } catch (IOException e) {
            return 0;
        }
    }

    private static boolean isWritable(Path probe) {
        try {
            try (FileChannel channel = FileChannel.open(
                    probe, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                ByteBuffer zeros = ByteBuffer.allocate(PROBE_BYTES);
                while (zeros.hasRemaining()) {
                    channel.write(zeros);
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
