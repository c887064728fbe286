package io.weir.statemachine;

import io.weir.logstore.SessionId;
import io.weir.protocol.Limits;

/**
 * The layout of a session id, which says itself when it was issued and how long it lives: so a partition that has never
 * met a session, or has forgotten it, still knows whether it may execute for it.
 *
 * <pre>
 *  high                                               low
 *  63                            16 15             0  63             0
 * +--------------------------------+----------------+-----------------+
 * | issue stamp, ms since epoch    | life, minutes  | random          |
 * +--------------------------------+----------------+-----------------+
 * </pre>
 */
public final class SessionIds {
    /** The largest stamp that an id can carry, in milliseconds since the epoch: in the year 10889. */
    public static final long MAX_STAMP_MS = (1L << 48) - 1;

    private static final int LIFE_BITS = 16;
    private static final int LIFE_MASK = (1 << LIFE_BITS) - 1;
    private static final long MS_PER_MINUTE = 60_000;

    static {
        if (Limits.MAX_SESSION_LIFE_MINUTES > LIFE_MASK) {
            throw new AssertionError("the longest life does not fit its bits");
        }
    }

    private SessionIds() {}

    /**
     * Makes an id.
     *
     * @param stampMs issue stamp in milliseconds since the epoch, 0 to {@link #MAX_STAMP_MS}
     * @param lifeMinutes life after the last use, 1 to {@link Limits#MAX_SESSION_LIFE_MINUTES}
     * @param random 64 unpredictable bits: two sessions issued in one millisecond differ by them alone
     * @throws IllegalArgumentException if the stamp or the life is out of range
     */
    public static SessionId issue(long stampMs, int lifeMinutes, long random) {
        if (stampMs < 0 || stampMs > MAX_STAMP_MS) {
            throw new IllegalArgumentException(
                    "session's issue stamp is " + stampMs + " ms; it must be 0 to " + MAX_STAMP_MS);
        }
        if (lifeMinutes < 1 || lifeMinutes > Limits.MAX_SESSION_LIFE_MINUTES) {
            throw new IllegalArgumentException("session's life is " + lifeMinutes + " minutes; it must be 1 to "
                    + Limits.MAX_SESSION_LIFE_MINUTES);
        }
        return new SessionId(stampMs << LIFE_BITS | lifeMinutes, random);
    }

    /** When the session was issued, in milliseconds since the epoch, 0 to {@link #MAX_STAMP_MS}. */
    public static long issuedMs(long high) {
        return high >>> LIFE_BITS;
    }

    /** How long the session lives after its last use, in milliseconds of log time. */
    public static long lifeMs(long high) {
        return lifeMinutes(high) * MS_PER_MINUTE;
    }

    static int lifeMinutes(long high) {
        return (int) high & LIFE_MASK;
    }
}
