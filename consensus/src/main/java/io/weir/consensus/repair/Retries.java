package io.weir.consensus.repair;

import io.weir.consensus.partition.PartitionFailure;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Remembers what a replica has failed of lately, and how long to wait before the next attempt. One thread. */
final class Retries {
    /** A second failure of a kind within this time says that the first remedy did not help. */
    static final long AGAIN_MS = 60_000;

    /** So long a store that was replaced is not replaced again for something that a new one has as well. */
    static final long REPAIRED_MS = 600_000;

    static final long MIN_PAUSE_MS = 100;
    static final long MAX_PAUSE_MS = 5_000;

    private final LongSupplier nanoTime;
    private final Map<PartitionFailure.Kind, Long> last = new EnumMap<>(PartitionFailure.Kind.class);
    private long pauseMs = MIN_PAUSE_MS;
    private @Nullable Long repairedAt;

    Retries(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Notes a failure; returns whether there was one of its kind within the last minute. */
    boolean isAgain(PartitionFailure.Kind kind) {
        long now = nanoTime.getAsLong();
        Long before = last.put(kind, now);
        boolean isAgain = before != null && now - before < TimeUnit.MILLISECONDS.toNanos(AGAIN_MS);
        if (!isAgain) {
            pauseMs = MIN_PAUSE_MS;
        }
        return isAgain;
    }

    /** The store has been replaced. */
    void repaired() {
        repairedAt = nanoTime.getAsLong();
    }

    /** Whether the store was replaced a short while ago. */
    boolean isRepaired() {
        Long at = repairedAt;
        return at != null && nanoTime.getAsLong() - at < TimeUnit.MILLISECONDS.toNanos(REPAIRED_MS);
    }

    /** How long to wait now: twice as long as the last time, within bounds. */
    long nextPauseMs() {
        long now = pauseMs;
        pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS);
        return now;
    }
}
