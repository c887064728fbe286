package io.weir.consensus.backup;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * What a backup says of itself: its file {@code backup.json}, which is written last.
 *
 * @param id of this backup; nodes that were restored know each other by it
 * @param weirVersion the version that wrote it
 * @param clusterId the cluster that was saved
 * @param begun when the call began: everything acknowledged before is in it
 * @param ended when the last partition was written: nothing written after is in it
 * @param parts one for each partition, in their order
 */
public record BackupManifest(
        UUID id, String weirVersion, String clusterId, Instant begun, Instant ended, List<BackupPart> parts) {
    public BackupManifest {
        parts = List.copyOf(parts);
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("a backup without partitions");
        }
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i).partition() != i) {
                throw new IllegalArgumentException("partition " + parts.get(i).partition() + " in place of " + i);
            }
        }
    }

    /** How many partitions the cluster had, and every cluster restored from it has. */
    public int partitions() {
        return parts.size();
    }

    /** Length of all files but this one. */
    public long bytes() {
        return parts.stream().mapToLong(BackupPart::bytes).sum();
    }

    public long events() {
        return parts.stream().mapToLong(BackupPart::events).sum();
    }

    public long streams() {
        return parts.stream().mapToLong(BackupPart::streams).sum();
    }
}
