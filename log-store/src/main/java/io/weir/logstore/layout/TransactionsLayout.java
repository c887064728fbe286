package io.weir.logstore.layout;

import static java.nio.ByteOrder.BIG_ENDIAN;

import io.weir.logstore.Lock;
import io.weir.logstore.SessionId;
import io.weir.logstore.StoreException;
import io.weir.logstore.StreamKey;
import io.weir.logstore.TransactionKey;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Tables {@code transactions}, {@code staged} and {@code locks}: what a partition keeps of transactions over several partitions.
 * {@code transactions} holds what became of each so far, {@code staged} what it will append here, apart, because that is long
 * and stays as it is while the other changes. {@code locks} holds the streams that they name here.
 *
 * <pre>
 * id of a transaction
 *   0             8              16            24         32     36
 *   +-------------+--------------+-------------+----------+------+
 *   | expiry (ms) | session high | session low | sequence | home |
 *   +-------------+--------------+-------------+----------+------+
 *
 * transactions, staged: key        value
 *   0    36                        0        4
 *   +----+                         +--------+-------+
 *   | id |                         | CRC32C | bytes |
 *   +----+                         +--------+-------+
 *
 * locks: key                                          value
 *   0      2             4              4 + n   40 + n    0        4      5
 *   +------+-------------+--------------+----+            +--------+------+
 *   | slot | n: length   | name (UTF-8) | id |            | CRC32C | mode |   0 shared, 1 exclusive
 *   |      | of the name |              |    |            |        |      |
 *   +------+-------------+--------------+----+            +--------+------+
 * </pre>
 *
 * <p>The length stands before the name, so that the locks of a stream stand together whatever other names begin like its own.
 */
public final class TransactionsLayout {
    private static final int EXPIRY_OFFSET = 0;
    private static final int HIGH_OFFSET = EXPIRY_OFFSET + Long.BYTES;
    private static final int LOW_OFFSET = HIGH_OFFSET + Long.BYTES;
    private static final int SEQUENCE_OFFSET = LOW_OFFSET + Long.BYTES;
    private static final int HOME_OFFSET = SEQUENCE_OFFSET + Long.BYTES;
    private static final int ID_BYTES = HOME_OFFSET + Integer.BYTES;

    private static final int BYTES_OFFSET = Checksum.END_OFFSET;

    private static final int SLOT_OFFSET = 0;
    private static final int LENGTH_OFFSET = SLOT_OFFSET + Short.BYTES;
    private static final int NAME_OFFSET = LENGTH_OFFSET + Short.BYTES;

    private static final byte SHARED = 0;
    private static final byte EXCLUSIVE = 1;
    private static final int MODE_OFFSET = Checksum.END_OFFSET;
    public static final int LOCK_VALUE_BYTES = MODE_OFFSET + Byte.BYTES;

    static {
        if (NAME_OFFSET + StreamKey.MAX_NAME_BYTES + ID_BYTES > Scratch.MAX_KEY_BYTES) {
            throw new AssertionError("a lock does not fit a key");
        }
    }

    private TransactionsLayout() {}

    /** The key of a row of {@code transactions} or {@code staged}. */
    public static UnsafeBuffer key(Scratch scratch, TransactionKey id) {
        UnsafeBuffer key = scratch.ofLength(ID_BYTES);
        putId(key, 0, id);
        return key;
    }

    private static void putId(MutableDirectBuffer key, int at, TransactionKey id) {
        key.putLong(at + EXPIRY_OFFSET, id.expiryMs(), BIG_ENDIAN);
        key.putLong(at + HIGH_OFFSET, id.session().high(), BIG_ENDIAN);
        key.putLong(at + LOW_OFFSET, id.session().low(), BIG_ENDIAN);
        key.putLong(at + SEQUENCE_OFFSET, id.sequence(), BIG_ENDIAN);
        key.putInt(at + HOME_OFFSET, id.home(), BIG_ENDIAN);
    }

    /** The transaction of a key of {@code transactions} or {@code staged}. */
    public static TransactionKey id(Table table, DirectBuffer key) {
        if (key.capacity() != ID_BYTES) {
            throw Checksum.corrupted(table, key, "key has " + key.capacity() + " bytes, not " + ID_BYTES);
        }
        return id(table, key, 0);
    }

    private static TransactionKey id(Table table, DirectBuffer key, int at) {
        TransactionKey id = new TransactionKey(
                key.getLong(at + EXPIRY_OFFSET, BIG_ENDIAN),
                new SessionId(key.getLong(at + HIGH_OFFSET, BIG_ENDIAN), key.getLong(at + LOW_OFFSET, BIG_ENDIAN)),
                key.getLong(at + SEQUENCE_OFFSET, BIG_ENDIAN),
                key.getInt(at + HOME_OFFSET, BIG_ENDIAN));
        if (id.expiryMs() < 0 || id.home() < 0) {
            throw Checksum.corrupted(table, key, "expiry or home is negative");
        }
        return id;
    }

    /** Length of a value of {@code transactions} or {@code staged}. */
    public static int valueBytes(byte[] bytes) {
        return BYTES_OFFSET + bytes.length;
    }

    public static void put(Checksum checksum, Table table, DirectBuffer key, MutableDirectBuffer value, byte[] bytes) {
        value.putBytes(BYTES_OFFSET, bytes);
        checksum.seal(table, key, value);
    }

    /** The bytes of a row of {@code transactions} or {@code staged}, as a fresh array. */
    public static byte[] get(Checksum checksum, Table table, DirectBuffer key, DirectBuffer value) {
        checksum.verify(table, key, value, BYTES_OFFSET + 1);
        byte[] bytes = new byte[value.capacity() - BYTES_OFFSET];
        value.getBytes(BYTES_OFFSET, bytes);
        return bytes;
    }

    public static UnsafeBuffer lockKey(Scratch scratch, StreamKey stream, TransactionKey holder) {
        UnsafeBuffer key = scratch.ofLength(NAME_OFFSET + stream.name().length + ID_BYTES);
        putStream(key, stream);
        putId(key, NAME_OFFSET + stream.name().length, holder);
        return key;
    }

    /** Comes before the keys of all locks of a stream, and after those of all streams before it. */
    public static UnsafeBuffer firstLockKey(Scratch scratch, StreamKey stream) {
        UnsafeBuffer key = scratch.ofLength(NAME_OFFSET + stream.name().length);
        putStream(key, stream);
        return key;
    }

    private static void putStream(MutableDirectBuffer key, StreamKey stream) {
        key.putShort(SLOT_OFFSET, (short) stream.slot(), BIG_ENDIAN);
        key.putShort(LENGTH_OFFSET, (short) stream.name().length, BIG_ENDIAN);
        key.putBytes(NAME_OFFSET, stream.name());
    }

    public static void putLock(Checksum checksum, DirectBuffer key, MutableDirectBuffer value, boolean exclusive) {
        value.putByte(MODE_OFFSET, exclusive ? EXCLUSIVE : SHARED);
        checksum.seal(Table.LOCKS, key, value);
    }

    public static Lock lock(Checksum checksum, DirectBuffer key, DirectBuffer value) {
        checksum.verifyExact(Table.LOCKS, key, value, LOCK_VALUE_BYTES);
        byte mode = value.getByte(MODE_OFFSET);
        int nameBytes = key.capacity() - NAME_OFFSET - ID_BYTES;
        if (mode < SHARED
                || mode > EXCLUSIVE
                || nameBytes < 1
                || key.getShort(LENGTH_OFFSET, BIG_ENDIAN) != nameBytes) {
            throw Checksum.corrupted(Table.LOCKS, key, "mode " + mode + ", or the length of the name, is not known");
        }
        byte[] name = new byte[nameBytes];
        key.getBytes(NAME_OFFSET, name);
        TransactionKey holder = id(Table.LOCKS, key, NAME_OFFSET + nameBytes);
        try {
            int slot = Short.toUnsignedInt(key.getShort(SLOT_OFFSET, BIG_ENDIAN));
            return new Lock(new StreamKey(slot, name), holder, mode == EXCLUSIVE);
        } catch (StoreException.LimitExceeded e) {
            throw Checksum.corrupted(Table.LOCKS, key, e.toString());
        }
    }
}
