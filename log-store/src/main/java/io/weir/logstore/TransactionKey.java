package io.weir.logstore;

/**
 * Key of a transaction over several partitions, the same in all of them. Ordered by expiry, then session, sequence and home, each
 * unsigned: the first is the first whose records may be dropped, and the oldest of two that want the same stream.
 *
 * @param expiryMs log time after which a partition no longer agrees to it, in milliseconds since the epoch, not negative
 * @param session of the client that sent it
 * @param sequence of the request in its session
 * @param home the partition that decides
 */
public record TransactionKey(long expiryMs, SessionId session, long sequence, int home)
        implements Comparable<TransactionKey> {
    /** Not after any key with this expiry, and after all with an earlier one. */
    public static TransactionKey firstOf(long expiryMs) {
        return new TransactionKey(expiryMs, new SessionId(0, 0), 0, 0);
    }

    @Override
    public int compareTo(TransactionKey other) {
        int order = Long.compareUnsigned(expiryMs, other.expiryMs);
        if (order == 0) {
            order = session.compareTo(other.session);
        }
        if (order == 0) {
            order = Long.compareUnsigned(sequence, other.sequence);
        }
        return order != 0 ? order : Integer.compareUnsigned(home, other.home);
    }
}
