package io.weir.consensus.backup;

import io.weir.logstore.Digest;
import io.weir.logstore.PartitionState;
import java.util.Locale;

/**
 * What a backup holds of one partition: one state that existed.
 *
 * @param partition its number
 * @param bytes length of its file
 * @param sha256 of its file, 64 hexadecimal digits in lower case
 * @param state the running values, up to which entry of the Raft log of the cluster that was saved
 */
public record BackupPart(int partition, long bytes, String sha256, PartitionState state) {
    /** The file's name in the directory of the backup. */
    public String file() {
        return file(partition);
    }

    static String file(int partition) {
        return "partition-" + partition + ".copy";
    }

    /** How many events; positions are dense from 0. */
    public long events() {
        return state.nextPosition();
    }

    /** How many streams; ids are dense from 0. */
    public long streams() {
        return state.nextStreamId();
    }

    /** The rolling digest up to the last entry that was applied, 32 hexadecimal digits. */
    public String digest() {
        return hex(state.digest());
    }

    static String hex(Digest digest) {
        return String.format(Locale.ROOT, "%016x%016x", digest.high(), digest.low());
    }

    /** Reads what {@link #hex} writes. */
    static Digest digest(String hex) {
        return new Digest(
                Long.parseUnsignedLong(hex.substring(0, 16), 16), Long.parseUnsignedLong(hex.substring(16), 16));
    }
}
