package io.weir.consensus.guard;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The file of a {@link Watermark}: two slots, each at the start of a page of its own, so that neither a torn write nor a
 * damaged page takes both. The newer sound one counts. Big-endian.
 *
 * <pre>
 *   0                                          4096
 *   +--------------------------------+---------+--------------------------------+---------+
 *   | slot                           | zeros   | slot                           | zeros   |
 *   +--------------------------------+---------+--------------------------------+---------+
 *
 *   slot
 *   0       4         8          16      24     32         36              40       44
 *   +-------+---------+----------+-------+------+----------+---------------+--------+
 *   | magic | version | sequence | index | term | CRC of   | CRC of        | CRC32C |
 *   | "WGRD"| 1       |          |       |      | raft-meta| raft-meta.conf| of 0-40|
 *   +-------+---------+----------+-------+------+----------+---------------+--------+
 * </pre>
 */
final class WatermarkLayout {
    /** The version that this code writes, and the only one that it reads. */
    static final int VERSION = 1;

    static final int SLOTS = 2;
    static final int SLOT_STRIDE = 4096;
    static final int FILE_BYTES = SLOTS * SLOT_STRIDE;

    private static final int MAGIC = 0x57475244;
    private static final int MAGIC_OFFSET = 0;
    private static final int VERSION_OFFSET = MAGIC_OFFSET + Integer.BYTES;
    private static final int SEQUENCE_OFFSET = VERSION_OFFSET + Integer.BYTES;
    private static final int INDEX_OFFSET = SEQUENCE_OFFSET + Long.BYTES;
    private static final int TERM_OFFSET = INDEX_OFFSET + Long.BYTES;
    private static final int VOTE_OFFSET = TERM_OFFSET + Long.BYTES;
    private static final int CONFIGURATION_OFFSET = VOTE_OFFSET + Integer.BYTES;
    private static final int CHECKSUM_OFFSET = CONFIGURATION_OFFSET + Integer.BYTES;

    static final int SLOT_BYTES = CHECKSUM_OFFSET + Integer.BYTES;

    /**
     * One sound slot.
     *
     * @param sequence counts the writes
     * @param mark what it says
     */
    record Slot(long sequence, Mark mark) {}

    private WatermarkLayout() {}

    /** Writes a slot of a file that is at least {@link #FILE_BYTES} long. */
    static void put(ByteBuffer file, int slot, long sequence, Mark mark) {
        int at = slot * SLOT_STRIDE;
        file.putInt(at + MAGIC_OFFSET, MAGIC);
        file.putInt(at + VERSION_OFFSET, VERSION);
        file.putLong(at + SEQUENCE_OFFSET, sequence);
        file.putLong(at + INDEX_OFFSET, mark.index());
        file.putLong(at + TERM_OFFSET, mark.term());
        file.putInt(at + VOTE_OFFSET, mark.voteCrc());
        file.putInt(at + CONFIGURATION_OFFSET, mark.configurationCrc());
        file.putInt(at + CHECKSUM_OFFSET, checksum(file, at));
    }

    /** A slot, or null if it is not sound; of a file of any length. */
    static @Nullable Slot get(ByteBuffer file, int slot) {
        int at = slot * SLOT_STRIDE;
        if (file.limit() < at + SLOT_BYTES
                || file.getInt(at + CHECKSUM_OFFSET) != checksum(file, at)
                || file.getInt(at + MAGIC_OFFSET) != MAGIC
                || file.getInt(at + VERSION_OFFSET) != VERSION) {
            return null;
        }
        long sequence = file.getLong(at + SEQUENCE_OFFSET);
        long index = file.getLong(at + INDEX_OFFSET);
        long term = file.getLong(at + TERM_OFFSET);
        if (sequence < 0 || index < -1 || term < 0) {
            return null;
        }
        return new Slot(
                sequence, new Mark(index, term, file.getInt(at + VOTE_OFFSET), file.getInt(at + CONFIGURATION_OFFSET)));
    }

    /** The newest sound slot, or null if none is sound. */
    static @Nullable Slot newest(ByteBuffer file) {
        Slot newest = null;
        for (int i = 0; i < SLOTS; i++) {
            Slot slot = get(file, i);
            if (slot != null && (newest == null || slot.sequence() > newest.sequence())) {
                newest = slot;
            }
        }
        return newest;
    }

    private static int checksum(ByteBuffer file, int at) {
        CRC32C crc = new CRC32C();
        crc.update(file.slice(at, CHECKSUM_OFFSET));
        return (int) crc.getValue();
    }
}
