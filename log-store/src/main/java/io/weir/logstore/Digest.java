package io.weir.logstore;

/**
 * A 128-bit rolling hash over all that was applied. Two replicas of a partition that applied the same entries hold equal
 * digests, however the entries were grouped into transactions and however often the replicas restarted.
 *
 * @param high the upper 64 bits
 * @param low the lower 64 bits
 */
public record Digest(long high, long low) {
    /** Of a partition that has applied nothing. */
    public static final Digest EMPTY = new Digest(0, 0);

    /** 32 hexadecimal digits. */
    @Override
    public String toString() {
        return String.format("%016x%016x", high, low);
    }
}
