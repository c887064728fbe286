package io.weir.logstore.layout;

import static java.nio.ByteOrder.BIG_ENDIAN;

import io.weir.logstore.Digest;
import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreException;
import io.weir.logstore.StoreIdentity;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Table {@code meta}: rows keyed by their ASCII names; those that hold digests are in {@link DigestsLayout}. Checksum and
 * format version stand in the same place in every format, so that any version can tell that a store is too new for it.
 *
 * <pre>
 * key "identity"
 *   0        4         8           12
 *   +--------+---------+-----------+--------------------+
 *   | CRC32C | format  | partition | cluster id (UTF-8) |
 *   +--------+---------+-----------+--------------------+
 *
 * key "state"
 *   0        4        8      16      24          32          40         48       56      64
 *   +--------+--------+------+-------+-----------+-----------+----------+--------+-------+
 *   | CRC32C | format | term | index | next      | next      | log time | digest | digest|
 *   |        |        |      |       | position  | stream id | (ms)     | high   | low   |
 *   +--------+--------+------+-------+-----------+-----------+----------+--------+-------+
 * </pre>
 */
public final class MetaLayout {
    /**
     * The format that this code writes, of the rows and of the files beside them. It reads no other one. Format 1 had
     * its environment in the store's directory itself, and no checkpoints; format 2 had a row for each event and each append;
     * format 3 had no transactions over several partitions.
     */
    public static final int FORMAT_VERSION = 4;

    private static final int FORMAT_OFFSET = Checksum.END_OFFSET;
    /** Where a row's own fields begin. */
    static final int BODY_OFFSET = FORMAT_OFFSET + Integer.BYTES;

    /** Length of a digest inside a row. */
    static final int DIGEST_BYTES = 2 * Long.BYTES;

    private static final int PARTITION_OFFSET = BODY_OFFSET;
    private static final int CLUSTER_OFFSET = PARTITION_OFFSET + Integer.BYTES;

    private static final int TERM_OFFSET = BODY_OFFSET;
    private static final int INDEX_OFFSET = TERM_OFFSET + Long.BYTES;
    private static final int NEXT_POSITION_OFFSET = INDEX_OFFSET + Long.BYTES;
    private static final int NEXT_STREAM_OFFSET = NEXT_POSITION_OFFSET + Long.BYTES;
    private static final int LOG_TIME_OFFSET = NEXT_STREAM_OFFSET + Long.BYTES;
    private static final int DIGEST_OFFSET = LOG_TIME_OFFSET + Long.BYTES;

    /** Length of the state's value. */
    public static final int STATE_BYTES = DIGEST_OFFSET + DIGEST_BYTES;

    private static final byte[] IDENTITY_KEY = "identity".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] STATE_KEY = "state".getBytes(StandardCharsets.US_ASCII);

    private MetaLayout() {}

    public static UnsafeBuffer identityKey(Scratch scratch) {
        return key(scratch, IDENTITY_KEY);
    }

    public static UnsafeBuffer stateKey(Scratch scratch) {
        return key(scratch, STATE_KEY);
    }

    static UnsafeBuffer key(Scratch scratch, byte[] name) {
        UnsafeBuffer key = scratch.ofLength(name.length);
        key.putBytes(0, name);
        return key;
    }

    static void putFormat(MutableDirectBuffer value) {
        value.putInt(FORMAT_OFFSET, FORMAT_VERSION, BIG_ENDIAN);
    }

    /** Length of an identity's value. */
    public static int identityBytes(StoreIdentity identity) {
        return CLUSTER_OFFSET + identity.clusterId().getBytes(StandardCharsets.UTF_8).length;
    }

    public static void putIdentity(
            Checksum checksum, DirectBuffer key, MutableDirectBuffer value, StoreIdentity identity) {
        putFormat(value);
        value.putInt(PARTITION_OFFSET, identity.partition(), BIG_ENDIAN);
        value.putBytes(CLUSTER_OFFSET, identity.clusterId().getBytes(StandardCharsets.UTF_8));
        checksum.seal(Table.META, key, value);
    }

    /** Whose rows these are; {@link StoreException.Incompatible} if they have another format. */
    public static StoreIdentity identity(Checksum checksum, DirectBuffer key, DirectBuffer value) {
        checkFormat(checksum, key, value);
        if (value.capacity() <= CLUSTER_OFFSET) {
            throw Checksum.corrupted(Table.META, key, "no cluster id");
        }
        byte[] clusterId = new byte[value.capacity() - CLUSTER_OFFSET];
        value.getBytes(CLUSTER_OFFSET, clusterId);
        try {
            return new StoreIdentity(
                    new String(clusterId, StandardCharsets.UTF_8), value.getInt(PARTITION_OFFSET, BIG_ENDIAN));
        } catch (IllegalArgumentException e) {
            throw Checksum.corrupted(Table.META, key, e.toString());
        }
    }

    public static void putState(Checksum checksum, DirectBuffer key, MutableDirectBuffer value, PartitionState state) {
        putFormat(value);
        value.putLong(TERM_OFFSET, state.appliedTerm(), BIG_ENDIAN);
        value.putLong(INDEX_OFFSET, state.appliedIndex(), BIG_ENDIAN);
        value.putLong(NEXT_POSITION_OFFSET, state.nextPosition(), BIG_ENDIAN);
        value.putLong(NEXT_STREAM_OFFSET, state.nextStreamId(), BIG_ENDIAN);
        value.putLong(LOG_TIME_OFFSET, state.logTimeMs(), BIG_ENDIAN);
        putDigest(value, DIGEST_OFFSET, state.digest());
        checksum.seal(Table.META, key, value);
    }

    public static PartitionState state(Checksum checksum, DirectBuffer key, DirectBuffer value) {
        checkFormatAndLength(checksum, key, value, STATE_BYTES);
        PartitionState state = new PartitionState(
                value.getLong(TERM_OFFSET, BIG_ENDIAN),
                value.getLong(INDEX_OFFSET, BIG_ENDIAN),
                value.getLong(NEXT_POSITION_OFFSET, BIG_ENDIAN),
                value.getLong(NEXT_STREAM_OFFSET, BIG_ENDIAN),
                value.getLong(LOG_TIME_OFFSET, BIG_ENDIAN),
                digest(value, DIGEST_OFFSET));
        if (state.nextPosition() < 0 || state.nextStreamId() < 0) {
            throw Checksum.corrupted(Table.META, key, "negative counter in " + state);
        }
        return state;
    }

    static void putDigest(MutableDirectBuffer value, int at, Digest digest) {
        value.putLong(at, digest.high(), BIG_ENDIAN);
        value.putLong(at + Long.BYTES, digest.low(), BIG_ENDIAN);
    }

    static Digest digest(DirectBuffer value, int at) {
        return new Digest(value.getLong(at, BIG_ENDIAN), value.getLong(at + Long.BYTES, BIG_ENDIAN));
    }

    /** Checks checksum, format and length of a row other than the identity. */
    static void checkFormatAndLength(Checksum checksum, DirectBuffer key, DirectBuffer value, int bytes) {
        checkFormat(checksum, key, value);
        if (value.capacity() != bytes) {
            throw Checksum.corrupted(Table.META, key, "value has " + value.capacity() + " bytes, not " + bytes);
        }
    }

    private static void checkFormat(Checksum checksum, DirectBuffer key, DirectBuffer value) {
        checksum.verify(Table.META, key, value, BODY_OFFSET);
        checkFormat(value.getInt(FORMAT_OFFSET, BIG_ENDIAN));
    }

    static void checkFormat(int format) {
        if (format != FORMAT_VERSION) {
            throw new StoreException.Incompatible("the store has format " + Integer.toUnsignedString(format)
                    + "; this version of Weir reads format " + FORMAT_VERSION);
        }
    }
}
