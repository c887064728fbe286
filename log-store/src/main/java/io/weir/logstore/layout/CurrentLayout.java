package io.weir.logstore.layout;

import io.weir.logstore.StoreException;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * File {@code CURRENT}: which environment is the store.
 *
 * <pre>
 *   0        16                            32
 *   +--------+-----------------------------+
 *   | header | id of the environment       |
 *   +--------+-----------------------------+
 * </pre>
 */
public final class CurrentLayout {
    private static final String KIND = "weircurr";
    private static final int ID_OFFSET = FileHeader.BYTES;
    private static final int BYTES = ID_OFFSET + 2 * Long.BYTES;

    private CurrentLayout() {}

    /** The file's bytes. */
    public static byte[] encode(UUID environment) {
        byte[] file = new byte[BYTES];
        ByteBuffer.wrap(file)
                .position(ID_OFFSET)
                .putLong(environment.getMostSignificantBits())
                .putLong(environment.getLeastSignificantBits());
        return FileHeader.seal(KIND, file);
    }

    /**
     * The id in the file.
     *
     * @throws StoreException.Corrupted if the bytes are not what was written; the message does not name the file
     * @throws StoreException.Incompatible if they have another format
     */
    public static UUID decode(byte[] file) {
        FileHeader.verify(KIND, file);
        if (file.length != BYTES) {
            throw new StoreException.Corrupted("it has " + file.length + " bytes, not " + BYTES);
        }
        ByteBuffer buffer = ByteBuffer.wrap(file, ID_OFFSET, BYTES - ID_OFFSET);
        return new UUID(buffer.getLong(), buffer.getLong());
    }
}
