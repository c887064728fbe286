package io.weir.logstore.layout;

import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.UUID;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * File {@code checkpoint}: the environment's two meta pages as they were at the checkpoint, and what must be true of it when
 * they are written back.
 *
 * <pre>
 *   0        16        32       36      44           44 + s    44 + s + p   44 + s + 2 p
 *   +--------+---------+--------+-------+------------+---------+------------+
 *   | header | id of   | page   | file  | the state, | meta    | meta       |
 *   |        | the en- | bytes  | bytes | as the row | page 0  | page 1     |
 *   |        | vironm. | (p)    |       | in `meta`  |         |            |
 *   +--------+---------+--------+-------+------------+---------+------------+
 *
 *   s = {@link MetaLayout#STATE_BYTES}
 * </pre>
 */
public final class CheckpointLayout {
    private static final String KIND = "weirchkp";
    private static final int ID_OFFSET = FileHeader.BYTES;
    private static final int PAGE_BYTES_OFFSET = ID_OFFSET + 2 * Long.BYTES;
    private static final int FILE_BYTES_OFFSET = PAGE_BYTES_OFFSET + Integer.BYTES;
    private static final int STATE_OFFSET = FILE_BYTES_OFFSET + Long.BYTES;
    private static final int METAS_OFFSET = STATE_OFFSET + MetaLayout.STATE_BYTES;

    private CheckpointLayout() {}

    /**
     * What the file says.
     *
     * @param environment the environment that it belongs to
     * @param fileBytes length of the data file at the checkpoint: it never becomes shorter
     * @param state the running values at the checkpoint
     * @param metas both meta pages
     */
    public record Saved(UUID environment, long fileBytes, PartitionState state, LmdbMetas metas) {}

    /** The file's bytes. */
    public static byte[] encode(Saved saved) {
        byte[] metas = saved.metas().bytes();
        byte[] file = new byte[METAS_OFFSET + metas.length];
        ByteBuffer.wrap(file)
                .position(ID_OFFSET)
                .putLong(saved.environment().getMostSignificantBits())
                .putLong(saved.environment().getLeastSignificantBits())
                .putInt(saved.metas().pageBytes())
                .putLong(saved.fileBytes());
        MetaLayout.putState(
                new Checksum(),
                MetaLayout.stateKey(new Scratch()),
                new UnsafeBuffer(file, STATE_OFFSET, MetaLayout.STATE_BYTES),
                saved.state());
        System.arraycopy(metas, 0, file, METAS_OFFSET, metas.length);
        return FileHeader.seal(KIND, file);
    }

    /**
     * What the bytes say.
     *
     * @throws StoreException.Corrupted if they are not what was written; the message does not name the file
     * @throws StoreException.Incompatible if they have another format
     */
    public static Saved decode(byte[] file) {
        FileHeader.verify(KIND, file);
        if (file.length < METAS_OFFSET) {
            throw new StoreException.Corrupted("it has " + file.length + " bytes, fewer than " + METAS_OFFSET);
        }
        ByteBuffer fields = ByteBuffer.wrap(file);
        int pageBytes = fields.getInt(PAGE_BYTES_OFFSET);
        if (file.length - METAS_OFFSET != 2L * pageBytes) {
            throw new StoreException.Corrupted(
                    "it has " + file.length + " bytes, which do not fit pages of " + pageBytes + " bytes");
        }
        PartitionState state = MetaLayout.state(
                new Checksum(),
                MetaLayout.stateKey(new Scratch()),
                new UnsafeBuffer(file, STATE_OFFSET, MetaLayout.STATE_BYTES));
        return new Saved(
                new UUID(fields.getLong(ID_OFFSET), fields.getLong(ID_OFFSET + Long.BYTES)),
                fields.getLong(FILE_BYTES_OFFSET),
                state,
                LmdbMetas.of(Arrays.copyOfRange(file, METAS_OFFSET, file.length)));
    }
}
