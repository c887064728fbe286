package io.weir.client;

import org.jspecify.annotations.Nullable;

/**
 * What to follow, and from where: a stream by revision or a partition by position. Immutable.
 *
 * @param stream the stream, or null for a whole partition
 * @param partition the partition, -1 if a stream is named
 * @param start the first revision or position wanted; -1: only events recorded after the subscription has begun
 */
public record Subscription(@Nullable String stream, int partition, long start) {
    public Subscription {
        if (start < -1) {
            throw new IllegalArgumentException("start " + start + " is negative");
        }
    }

    public static Subscription stream(String name) {
        return new Subscription(name, -1, 0);
    }

    public static Subscription partition(int partition) {
        return new Subscription(null, partition, 0);
    }

    public Subscription fromStart() {
        return from(0);
    }

    /** From this revision or position, inclusive: to resume, the last one handled plus one. */
    public Subscription from(long first) {
        return new Subscription(stream, partition, first);
    }

    /** Only what comes after the subscription has begun, that is, after {@code onSubscribe}: everything from there on. */
    public Subscription fromEnd() {
        return new Subscription(stream, partition, -1);
    }
}
