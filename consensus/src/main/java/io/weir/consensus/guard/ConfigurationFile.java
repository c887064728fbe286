package io.weir.consensus.guard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Ratis' file {@code raft-meta.conf}: the last configuration of the group that the replica has applied, as the bytes of its
 * log entry. Ratis reads it before the log, without any check; one that it cannot read it passes over.
 *
 * @param crc CRC32C of the file's bytes
 * @param index of the log entry, -1 if the bytes are none of a configuration
 */
record ConfigurationFile(int crc, long index) {
    static final String NAME = "raft-meta.conf";

    private static final int MAX_BYTES = 1 << 20;

    /** Null if there is no file. */
    static @Nullable ConfigurationFile read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return null;
        }
        if (Files.size(file) > MAX_BYTES) {
            return new ConfigurationFile(0, -1);
        }
        byte[] bytes = Files.readAllBytes(file);
        LogEntry entry = LogEntry.parse(ByteBuffer.wrap(bytes));
        long index = entry != null && entry.kind() == LogEntry.Kind.CONFIGURATION ? entry.index() : -1;
        return new ConfigurationFile(Durable.crc(bytes), index);
    }
}
