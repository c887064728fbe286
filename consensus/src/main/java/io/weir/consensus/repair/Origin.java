package io.weir.consensus.repair;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where a cluster begins: with nothing, or with a backup. Nodes of different origins hold different histories under the same
 * entries of Raft's log; they must never serve together.
 *
 * @param backup the id of the backup from which the cluster was restored, or null
 */
public record Origin(@Nullable UUID backup) {
    /** Of a cluster that began with nothing. */
    public static final Origin NONE = new Origin(null);

    /** Whether the cluster began with a backup: then no log of it begins with the very first entry. */
    public boolean isBackup() {
        return backup != null;
    }

    /**
     * Reads what {@link #toString} writes.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static Origin parse(String text) {
        return text.isEmpty() ? NONE : new Origin(UUID.fromString(text));
    }

    /** The backup's id, or nothing. */
    @Override
    public String toString() {
        return backup == null ? "" : backup.toString();
    }

    /** For people: completes "this directory was ...". */
    String described() {
        return backup == null ? "not restored from a backup" : "restored from backup " + backup;
    }
}
