package io.weir.logstore.layout;

import static java.nio.ByteOrder.BIG_ENDIAN;

import io.weir.logstore.DigestMark;
import io.weir.logstore.TableDigests;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The two rows of table {@code meta} that hold digests.
 *
 * <pre>
 * key "tables": of every table but meta, in the order of their numbers
 *   0        4        8        16       24              120      128      136
 *   +--------+--------+--------+--------+----- ... -----+--------+--------+
 *   | CRC32C | format | events | events |               | heads  | heads  |
 *   |        |        | sum    | rows   |               | sum    | rows   |
 *   +--------+--------+--------+--------+----- ... -----+--------+--------+
 *
 * key "mark"
 *   0        4        8       16       24       32       40       48       56         64
 *   +--------+--------+-------+--------+--------+--------+--------+--------+----------+
 *   | CRC32C | format | index | digest | digest | agreed | agreed | agreed | disputed |
 *   |        |        |       | high   | low    | index  | high   | low    | index    |
 *   +--------+--------+-------+--------+--------+--------+--------+--------+----------+
 * </pre>
 */
public final class DigestsLayout {
    private static final int TABLES_OFFSET = MetaLayout.BODY_OFFSET;
    private static final int TABLE_BYTES = 2 * Long.BYTES;

    /** Length of the value that holds the digests of all tables. */
    public static final int TABLES_BYTES = TABLES_OFFSET + Table.OF_ROWS.size() * TABLE_BYTES;

    private static final int INDEX_OFFSET = MetaLayout.BODY_OFFSET;
    private static final int DIGEST_OFFSET = INDEX_OFFSET + Long.BYTES;
    private static final int AGREED_INDEX_OFFSET = DIGEST_OFFSET + MetaLayout.DIGEST_BYTES;
    private static final int AGREED_OFFSET = AGREED_INDEX_OFFSET + Long.BYTES;
    private static final int DISPUTED_INDEX_OFFSET = AGREED_OFFSET + MetaLayout.DIGEST_BYTES;

    /** Length of the mark's value. */
    public static final int MARK_BYTES = DISPUTED_INDEX_OFFSET + Long.BYTES;

    private static final byte[] TABLES_KEY = "tables".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] MARK_KEY = "mark".getBytes(StandardCharsets.US_ASCII);

    private DigestsLayout() {}

    public static UnsafeBuffer tablesKey(Scratch scratch) {
        return MetaLayout.key(scratch, TABLES_KEY);
    }

    public static void putTables(Checksum checksum, DirectBuffer key, MutableDirectBuffer value, TableDigests digests) {
        MetaLayout.putFormat(value);
        for (Table table : Table.OF_ROWS) {
            value.putLong(sumOffset(table), digests.sum(table), BIG_ENDIAN);
            value.putLong(rowsOffset(table), digests.rows(table), BIG_ENDIAN);
        }
        checksum.seal(Table.META, key, value);
    }

    public static TableDigests tables(Checksum checksum, DirectBuffer key, DirectBuffer value) {
        MetaLayout.checkFormatAndLength(checksum, key, value, TABLES_BYTES);
        try {
            return TableDigests.of(
                    table -> value.getLong(sumOffset(table), BIG_ENDIAN),
                    table -> value.getLong(rowsOffset(table), BIG_ENDIAN));
        } catch (IllegalArgumentException e) {
            throw Checksum.corrupted(Table.META, key, e.toString());
        }
    }

    private static int sumOffset(Table table) {
        return TABLES_OFFSET + (table.number() - Table.EVENTS.number()) * TABLE_BYTES;
    }

    private static int rowsOffset(Table table) {
        return sumOffset(table) + Long.BYTES;
    }

    public static UnsafeBuffer markKey(Scratch scratch) {
        return MetaLayout.key(scratch, MARK_KEY);
    }

    public static void putMark(Checksum checksum, DirectBuffer key, MutableDirectBuffer value, DigestMark mark) {
        MetaLayout.putFormat(value);
        value.putLong(INDEX_OFFSET, mark.index(), BIG_ENDIAN);
        MetaLayout.putDigest(value, DIGEST_OFFSET, mark.digest());
        value.putLong(AGREED_INDEX_OFFSET, mark.agreedIndex(), BIG_ENDIAN);
        MetaLayout.putDigest(value, AGREED_OFFSET, mark.agreed());
        value.putLong(DISPUTED_INDEX_OFFSET, mark.disputedIndex(), BIG_ENDIAN);
        checksum.seal(Table.META, key, value);
    }

    public static DigestMark mark(Checksum checksum, DirectBuffer key, DirectBuffer value) {
        MetaLayout.checkFormatAndLength(checksum, key, value, MARK_BYTES);
        return new DigestMark(
                value.getLong(INDEX_OFFSET, BIG_ENDIAN),
                MetaLayout.digest(value, DIGEST_OFFSET),
                value.getLong(AGREED_INDEX_OFFSET, BIG_ENDIAN),
                MetaLayout.digest(value, AGREED_OFFSET),
                value.getLong(DISPUTED_INDEX_OFFSET, BIG_ENDIAN));
    }
}
