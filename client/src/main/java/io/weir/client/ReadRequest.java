package io.weir.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What to read: begin with {@link #stream(String)} or {@link #partition(int)}, then narrow. Immutable.
 *
 * @param stream the stream to read by revision, or null for a whole partition by position
 * @param partition the partition, -1 if a stream is named
 * @param isForwards direction
 * @param start inclusive; -1 means the end, backwards only
 * @param maxEvents how many events at most
 * @param level how fresh
 * @param timeout for the whole read of each page; null for the store's default
 */
public record ReadRequest(
        @Nullable String stream,
        int partition,
        boolean isForwards,
        long start,
        long maxEvents,
        ReadLevel level,
        @Nullable Duration timeout) {
    public ReadRequest {
        if (maxEvents < 0) {
            throw new IllegalArgumentException("limit " + maxEvents + " is negative");
        }
        if (start < -1 || (start == -1 && isForwards)) {
            throw new IllegalArgumentException("start " + start + " is negative");
        }
    }

    /** Of one stream, forwards from its first event. */
    public static ReadRequest stream(String name) {
        return new ReadRequest(name, -1, true, 0, Long.MAX_VALUE, ReadLevel.linearizable(), null);
    }

    /** Of a whole partition, forwards from its first event. */
    public static ReadRequest partition(int partition) {
        return new ReadRequest(null, partition, true, 0, Long.MAX_VALUE, ReadLevel.linearizable(), null);
    }

    public ReadRequest forwards() {
        return new ReadRequest(stream, partition, true, Math.max(start, 0), maxEvents, level, timeout);
    }

    /** Backwards, from the end unless {@link #from} says otherwise afterwards. */
    public ReadRequest backwards() {
        return new ReadRequest(stream, partition, false, -1, maxEvents, level, timeout);
    }

    /** From this revision, or position, inclusive. */
    public ReadRequest from(long first) {
        return new ReadRequest(stream, partition, isForwards, first, maxEvents, level, timeout);
    }

    public ReadRequest limit(long events) {
        return new ReadRequest(stream, partition, isForwards, start, events, level, timeout);
    }

    public ReadRequest at(ReadLevel newLevel) {
        return new ReadRequest(stream, partition, isForwards, start, maxEvents, newLevel, timeout);
    }

    public ReadRequest within(Duration newTimeout) {
        return new ReadRequest(stream, partition, isForwards, start, maxEvents, level, newTimeout);
    }
}
