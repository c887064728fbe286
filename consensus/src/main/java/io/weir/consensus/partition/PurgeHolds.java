package io.weir.consensus.partition;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Who needs Raft's log to stay as it is, because a copy of the store is on its way to a replica that will go on from there in
 * the log. Each hold ends by itself after a while: a receiver that hangs must not fill this node's disk. Thread-safe.
 */
final class PurgeHolds {
    private final LongSupplier nanoTime;
    private final Map<Object, Long> deadlines = new HashMap<>();

    PurgeHolds(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Holds from now on, until it is closed or its time is over. */
    synchronized PurgeHold acquire(long maxMs) {
        Object id = new Object();
        deadlines.put(id, nanoTime.getAsLong() + TimeUnit.MILLISECONDS.toNanos(maxMs));
        return () -> release(id);
    }

    /** Whether anybody holds. */
    synchronized boolean areHeld() {
        long now = nanoTime.getAsLong();
        deadlines.values().removeIf(deadline -> deadline - now <= 0);
        return !deadlines.isEmpty();
    }

    private synchronized void release(Object id) {
        deadlines.remove(id);
    }
}
