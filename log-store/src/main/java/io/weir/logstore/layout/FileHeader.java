package io.weir.logstore.layout;

import io.weir.logstore.StoreException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * How every small file of a store begins: what it is, the store's format, and a checksum over all other bytes. It stands in
 * the same place in every format, so that any version can tell that a store is too new for it.
 *
 * <pre>
 *   0                      8        12       16
 *   +----------------------+--------+--------+----------------+
 *   | kind (8 ASCII bytes) | format | CRC32C | the file's own |
 *   +----------------------+--------+--------+----------------+
 * </pre>
 */
final class FileHeader {
    private static final int KIND_BYTES = 8;
    private static final int FORMAT_OFFSET = KIND_BYTES;
    private static final int CRC_OFFSET = FORMAT_OFFSET + Integer.BYTES;

    /** Where a file's own fields begin. */
    static final int BYTES = CRC_OFFSET + Integer.BYTES;

    private FileHeader() {}

    /** Writes the header; all other bytes must be in place. */
    static byte[] seal(String kind, byte[] file) {
        ByteBuffer header = ByteBuffer.wrap(file);
        header.put(kind.getBytes(StandardCharsets.US_ASCII));
        header.putInt(MetaLayout.FORMAT_VERSION);
        header.putInt(crc(file));
        return file;
    }

    /**
     * Checks kind, checksum and format.
     *
     * @throws StoreException.Corrupted if kind or checksum are wrong
     * @throws StoreException.Incompatible if the format is another one
     */
    static void verify(String kind, byte[] file) {
        if (file.length < BYTES) {
            throw new StoreException.Corrupted("it has " + file.length + " bytes, fewer than its header");
        }
        if (!Arrays.equals(kind.getBytes(StandardCharsets.US_ASCII), Arrays.copyOf(file, KIND_BYTES))) {
            throw new StoreException.Corrupted("it does not begin with \"" + kind + "\"");
        }
        ByteBuffer header = ByteBuffer.wrap(file);
        int stored = header.getInt(CRC_OFFSET);
        int computed = crc(file);
        if (stored != computed) {
            throw new StoreException.Corrupted(
                    String.format("checksum is %08x, the bytes have %08x", stored, computed));
        }
        MetaLayout.checkFormat(header.getInt(FORMAT_OFFSET));
    }

    private static int crc(byte[] file) {
        CRC32C crc = new CRC32C();
        crc.update(file, 0, CRC_OFFSET);
        crc.update(file, BYTES, file.length - BYTES);
        return (int) crc.getValue();
    }
}
