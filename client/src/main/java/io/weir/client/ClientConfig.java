package io.weir.client;

import io.weir.protocol.Limits;
import java.time.Duration;

/**
 * How a store behaves towards a cluster. Begin with {@link #DEFAULT}. Immutable.
 *
 * @param timeout of a call that brings none of its own; above zero
 * @param sessionLife how long the cluster remembers the answers of this store after its last request, in log time: as long
 *     a request may be sent again; 1 minute to 24 hours, counted in whole minutes
 * @param maxInFlight commands under way to one partition at a time, 1 to 2 048; more wait in the store
 * @param maxQueued commands that the store holds in all, under way or waiting; beyond, a call fails with {@link
 *     EventStoreException.Throttled}
 * @param maxQueuedBytes encoded bytes of these commands
 * @param pageBytes about how much one page of a read or a subscription holds; a store holds up to two pages of each
 */
public record ClientConfig(
        Duration timeout, Duration sessionLife, int maxInFlight, int maxQueued, long maxQueuedBytes, int pageBytes) {
    /** The largest {@link #pageBytes}: a page and one event more fit well into a message. */
    public static final int MAX_PAGE_BYTES = 8 << 20;

    public static final ClientConfig DEFAULT =
            new ClientConfig(Duration.ofSeconds(10), Duration.ofHours(24), 2_048, 65_536, 64L << 20, 1 << 20);

    public ClientConfig {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout " + timeout + " is not above zero");
        }
        requireRange("sessionLife in minutes", sessionLife.toMinutes(), Limits.MAX_SESSION_LIFE_MINUTES);
        requireRange("maxInFlight", maxInFlight, Limits.MAX_ANSWERS_PER_SESSION / 2);
        requireRange("maxQueued", maxQueued, Integer.MAX_VALUE);
        requireRange("maxQueuedBytes", maxQueuedBytes, Long.MAX_VALUE);
        requireRange("pageBytes", pageBytes, MAX_PAGE_BYTES);
    }

    /** The same with another default timeout. */
    public ClientConfig withTimeout(Duration newTimeout) {
        return new ClientConfig(newTimeout, sessionLife, maxInFlight, maxQueued, maxQueuedBytes, pageBytes);
    }

    /** The same with other bounds on what the store holds. */
    public ClientConfig withQueue(int newMaxInFlight, int newMaxQueued, long newMaxQueuedBytes) {
        return new ClientConfig(timeout, sessionLife, newMaxInFlight, newMaxQueued, newMaxQueuedBytes, pageBytes);
    }

    /** The same with pages of another size. */
    public ClientConfig withPageBytes(int newPageBytes) {
        return new ClientConfig(timeout, sessionLife, maxInFlight, maxQueued, maxQueuedBytes, newPageBytes);
    }

    private static void requireRange(String name, long value, long max) {
        if (value < 1 || value > max) {
            throw new IllegalArgumentException(name + ": " + value + "; the range is 1 to " + max);
        }
    }
}
