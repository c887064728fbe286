package io.weir.consensus.transfer;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Spreads bytes over time: whoever is about to send asks when its turn is. What was not used is not saved up, so a pause is
 * not followed by a burst. Thread-safe; all senders together have one rate.
 */
final class Pacer {
    private static final long NANOS = TimeUnit.SECONDS.toNanos(1);

    private final long bytesPerSecond;
    private final LongSupplier nanoTime;
    private long freeAtNanos;

    Pacer(long bytesPerSecond, LongSupplier nanoTime) {
        this.bytesPerSecond = bytesPerSecond;
        this.nanoTime = nanoTime;
        this.freeAtNanos = nanoTime.getAsLong();
    }

    /** Takes the next turn for so many bytes; returns how long to wait for it, in nanoseconds, 0 for not at all. */
    synchronized long take(int bytes) {
        long now = nanoTime.getAsLong();
        long turn = freeAtNanos - now > 0 ? freeAtNanos : now;
        freeAtNanos = turn + bytes * NANOS / bytesPerSecond;
        return turn - now;
    }
}
