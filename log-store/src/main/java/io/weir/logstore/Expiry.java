package io.weir.logstore;

/**
 * A note to look at a session when log time has reached {@code dueMs}. Ordered by time, then by session.
 *
 * @param dueMs log time, in milliseconds since the epoch, not negative
 * @param session the session to look at
 */
public record Expiry(long dueMs, SessionId session) implements Comparable<Expiry> {
    @Override
    public int compareTo(Expiry other) {
        int byTime = Long.compare(dueMs, other.dueMs);
        return byTime != 0 ? byTime : session.compareTo(other.session);
    }
}
