package io.weir.consensus.repair;

import io.weir.consensus.partition.PartitionFailure;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Remembers what a replica has failed of lately, and how long to wait before the next attempt. One thread. */
final class Retries {
    /** A second failure of a kind within this time says that the first remedy did not help. */
    static final long AGAIN_MS = 60_000;

    static final long MIN_PAUSE_MS = 100;
    static final long MAX_PAUSE_MS = 5_000;

    private final LongSupplier nanoTime;
    private final Map<PartitionFailure.Kind, Long> last = new EnumMap<>(PartitionFailure.Kind.class);
    private long pauseMs = MIN_PAUSE_MS;

    Retries(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Notes a failure; returns whether there was one of its kind within the last minute. */
    boolean isAgain(PartitionFailure.Kind kind) {
        long now = nanoTime.getAsLong();
        Long before = last.put(kind, now);
        return before != null && now - before < TimeUnit.MILLISECONDS.toNanos(AGAIN_MS);
    }

    /** How long to wait now: twice as long as the last time, within bounds. */
    long nextPauseMs() {
        long now = pauseMs;
        pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS);
        return now;
    }

    /** Something has succeeded: the next wait is short again. */
    void succeeded() {
        pauseMs = MIN_PAUSE_MS;
    }
}
