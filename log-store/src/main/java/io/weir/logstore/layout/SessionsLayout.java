package io.weir.logstore.layout;

import static java.nio.ByteOrder.BIG_ENDIAN;

import io.weir.logstore.Expiry;
import io.weir.logstore.SessionId;
import io.weir.logstore.SessionRow;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Tables {@code sessions}, {@code answers} and {@code expiry}: what is kept so that a request that comes twice is executed
 * once, and when to forget it.
 *
 * <pre>
 * sessions: key                    value
 *   0              8             16    0        4         8                16            24
 *   +--------------+-------------+     +--------+---------+----------------+-------------+
 *   | session high | session low |     | CRC32C | answers | low-water mark | last use    |
 *   +--------------+-------------+     +--------+---------+----------------+-------------+
 *
 * answers: key                                    value
 *   0              8             16         24    0        4
 *   +--------------+-------------+----------+     +--------+--------------+
 *   | session high | session low | sequence |     | CRC32C | answer bytes |
 *   +--------------+-------------+----------+     +--------+--------------+
 *
 * expiry: key                                     value
 *   0          8              16            24    0        4
 *   +----------+--------------+-------------+     +--------+
 *   | due (ms) | session high | session low |     | CRC32C |
 *   +----------+--------------+-------------+     +--------+
 * </pre>
 */
public final class SessionsLayout {
    private static final int HIGH_OFFSET = 0;
    private static final int LOW_OFFSET = HIGH_OFFSET + Long.BYTES;
    private static final int SESSION_BYTES = LOW_OFFSET + Long.BYTES;

    private static final int SEQUENCE_OFFSET = SESSION_BYTES;
    private static final int ANSWER_KEY_BYTES = SEQUENCE_OFFSET + Long.BYTES;

    private static final int DUE_OFFSET = 0;
    private static final int EXPIRY_HIGH_OFFSET = DUE_OFFSET + Long.BYTES;
    private static final int EXPIRY_LOW_OFFSET = EXPIRY_HIGH_OFFSET + Long.BYTES;
    private static final int EXPIRY_KEY_BYTES = EXPIRY_LOW_OFFSET + Long.BYTES;

    private static final int ANSWERS_OFFSET = Checksum.END_OFFSET;
    private static final int LOW_WATER_OFFSET = ANSWERS_OFFSET + Integer.BYTES;
    private static final int LAST_USE_OFFSET = LOW_WATER_OFFSET + Long.BYTES;
    public static final int SESSION_VALUE_BYTES = LAST_USE_OFFSET + Long.BYTES;

    private static final int ANSWER_OFFSET = Checksum.END_OFFSET;
    public static final int EXPIRY_VALUE_BYTES = Checksum.END_OFFSET;

    private SessionsLayout() {}

    public static UnsafeBuffer sessionKey(Scratch scratch, SessionId id) {
        UnsafeBuffer key = scratch.ofLength(SESSION_BYTES);
        key.putLong(HIGH_OFFSET, id.high(), BIG_ENDIAN);
        key.putLong(LOW_OFFSET, id.low(), BIG_ENDIAN);
        return key;
    }

    /** The session of a key of {@code sessions} or {@code answers}. */
    public static SessionId sessionId(DirectBuffer key) {
        if (key.capacity() != SESSION_BYTES && key.capacity() != ANSWER_KEY_BYTES) {
            throw Checksum.corrupted(Table.SESSIONS, key, "key has " + key.capacity() + " bytes");
        }
        return new SessionId(key.getLong(HIGH_OFFSET, BIG_ENDIAN), key.getLong(LOW_OFFSET, BIG_ENDIAN));
    }

    public static void putSession(Checksum checksum, DirectBuffer key, MutableDirectBuffer value, SessionRow row) {
        value.putInt(ANSWERS_OFFSET, row.answers(), BIG_ENDIAN);
        value.putLong(LOW_WATER_OFFSET, row.lowWaterMark(), BIG_ENDIAN);
        value.putLong(LAST_USE_OFFSET, row.lastUseMs(), BIG_ENDIAN);
        checksum.seal(Table.SESSIONS, key, value);
    }

    public static SessionRow session(Checksum checksum, DirectBuffer key, DirectBuffer value) {
        checksum.verifyExact(Table.SESSIONS, key, value, SESSION_VALUE_BYTES);
        return new SessionRow(
                value.getLong(LOW_WATER_OFFSET, BIG_ENDIAN),
                value.getLong(LAST_USE_OFFSET, BIG_ENDIAN),
                value.getInt(ANSWERS_OFFSET, BIG_ENDIAN));
    }

    public static UnsafeBuffer answerKey(Scratch scratch, SessionId id, long sequence) {
        UnsafeBuffer key = scratch.ofLength(ANSWER_KEY_BYTES);
        key.putLong(HIGH_OFFSET, id.high(), BIG_ENDIAN);
        key.putLong(LOW_OFFSET, id.low(), BIG_ENDIAN);
        key.putLong(SEQUENCE_OFFSET, sequence, BIG_ENDIAN);
        return key;
    }

    /** The sequence of a key of {@code answers}. */
    public static long answerSequence(DirectBuffer key) {
        if (key.capacity() != ANSWER_KEY_BYTES) {
            throw Checksum.corrupted(
                    Table.ANSWERS, key, "key has " + key.capacity() + " bytes, not " + ANSWER_KEY_BYTES);
        }
        return key.getLong(SEQUENCE_OFFSET, BIG_ENDIAN);
    }

    /** Whether a row of {@code answers} belongs to a session and its sequence is at most {@code toInclusive}, unsigned. */
    public static boolean isAnswerOf(DirectBuffer key, SessionId id, long toInclusive) {
        return key.capacity() == ANSWER_KEY_BYTES
                && key.getLong(HIGH_OFFSET, BIG_ENDIAN) == id.high()
                && key.getLong(LOW_OFFSET, BIG_ENDIAN) == id.low()
                && Long.compareUnsigned(key.getLong(SEQUENCE_OFFSET, BIG_ENDIAN), toInclusive) <= 0;
    }

    /** Length of an answer's value. */
    public static int answerBytes(byte[] answer) {
        return ANSWER_OFFSET + answer.length;
    }

    public static void putAnswer(Checksum checksum, DirectBuffer key, MutableDirectBuffer value, byte[] answer) {
        value.putBytes(ANSWER_OFFSET, answer);
        checksum.seal(Table.ANSWERS, key, value);
    }

    /** The answer, as a fresh array. */
    public static byte[] answer(Checksum checksum, DirectBuffer key, DirectBuffer value) {
        checksum.verify(Table.ANSWERS, key, value, ANSWER_OFFSET + 1);
        byte[] answer = new byte[value.capacity() - ANSWER_OFFSET];
        value.getBytes(ANSWER_OFFSET, answer);
        return answer;
    }

    public static UnsafeBuffer expiryKey(Scratch scratch, Expiry expiry) {
        UnsafeBuffer key = scratch.ofLength(EXPIRY_KEY_BYTES);
        key.putLong(DUE_OFFSET, expiry.dueMs(), BIG_ENDIAN);
        key.putLong(EXPIRY_HIGH_OFFSET, expiry.session().high(), BIG_ENDIAN);
        key.putLong(EXPIRY_LOW_OFFSET, expiry.session().low(), BIG_ENDIAN);
        return key;
    }

    public static void putExpiry(Checksum checksum, DirectBuffer key, MutableDirectBuffer value) {
        checksum.seal(Table.EXPIRY, key, value);
    }

    public static Expiry expiry(Checksum checksum, DirectBuffer key, DirectBuffer value) {
        checksum.verifyExact(Table.EXPIRY, key, value, EXPIRY_VALUE_BYTES);
        if (key.capacity() != EXPIRY_KEY_BYTES || key.getLong(DUE_OFFSET, BIG_ENDIAN) < 0) {
            throw Checksum.corrupted(Table.EXPIRY, key, "not a due time and a session");
        }
        return new Expiry(
                key.getLong(DUE_OFFSET, BIG_ENDIAN),
                new SessionId(key.getLong(EXPIRY_HIGH_OFFSET, BIG_ENDIAN), key.getLong(EXPIRY_LOW_OFFSET, BIG_ENDIAN)));
    }
}
