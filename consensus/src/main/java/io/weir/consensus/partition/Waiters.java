package io.weir.consensus.partition;

import io.weir.client.spi.NodeFailure;
import io.weir.protocol.Error;
import io.weir.protocol.StreamName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The reads of a partition that wait for something to be applied. A reader registers, looks again, and only then waits: what
 * is applied between its first look and the registration is seen by the second. Each waiter is woken once. Thread-safe.
 */
final class Waiters {
    /** More than this many waiting reads of one partition are refused. */
    static final int MAX_WAITERS = 8_192;

    /** A registered reader; {@link #woken} completes when it should look again. */
    static final class Waiter {
        private final @Nullable StreamName stream;
        private final CompletableFuture<Void> woken = new CompletableFuture<>();

        private Waiter(@Nullable StreamName stream) {
            this.stream = stream;
        }

        CompletableFuture<Void> woken() {
            return woken;
        }
    }

    private final Executor wakes;
    private final Map<StreamName, Set<Waiter>> byStream = new HashMap<>();
    private final Set<Waiter> ofPartition = new HashSet<>();
    private int count;
    private @Nullable NodeFailure closed;

    /** @param wakes runs the wake-ups, so that the applier does not */
    Waiters(Executor wakes) {
        this.wakes = wakes;
    }

    /** Registers for a stream, or, with null, for whatever is applied. */
    synchronized Waiter register(@Nullable StreamName stream) {
        if (closed != null) {
            throw closed;
        }
        if (count >= MAX_WAITERS) {
            throw new NodeFailure(
                    Error.Code.THROTTLED, count + " reads of this partition wait; the limit is " + MAX_WAITERS, false);
        }
        Waiter waiter = new Waiter(stream);
        setOf(stream).add(waiter);
        count++;
        return waiter;
    }

    /** Takes a waiter away that waits no longer; doing so twice, or after it was woken, changes nothing. */
    synchronized void remove(Waiter waiter) {
        if (setOf(waiter.stream).remove(waiter)) {
            count--;
        }
        if (waiter.stream != null && setOf(waiter.stream).isEmpty()) {
            byStream.remove(waiter.stream);
        }
    }

    /** How many wait. */
    synchronized int count() {
        return count;
    }

    /** Wakes who waits for one of these streams, or for anything. */
    void wake(Set<StreamName> written) {
        List<Waiter> woken;
        synchronized (this) {
            if (count == 0) {
                return;
            }
            woken = new ArrayList<>(ofPartition);
            ofPartition.clear();
            for (StreamName stream : written) {
                Set<Waiter> waiters = byStream.remove(stream);
                if (waiters != null) {
                    woken.addAll(waiters);
                }
            }
            count -= woken.size();
        }
        if (!woken.isEmpty()) {
            wakes.execute(() -> woken.forEach(waiter -> waiter.woken.complete(null)));
        }
    }

    /** Wakes all: what they wait for may have come with a copy. */
    void wakeAll() {
        List<Waiter> woken;
        synchronized (this) {
            woken = takeAll();
        }
        wakes.execute(() -> woken.forEach(waiter -> waiter.woken.complete(null)));
    }

    private List<Waiter> takeAll() {
        List<Waiter> all = new ArrayList<>(ofPartition);
        byStream.values().forEach(all::addAll);
        ofPartition.clear();
        byStream.clear();
        count = 0;
        return all;
    }

    /** Fails all who wait, and all who come. */
    void close(NodeFailure failure) {
        List<Waiter> failed;
        synchronized (this) {
            if (closed == null) {
                closed = failure;
            }
            failed = takeAll();
        }
        failed.forEach(waiter -> waiter.woken.completeExceptionally(failure));
    }

    private Set<Waiter> setOf(@Nullable StreamName stream) {
        return stream == null ? ofPartition : byStream.computeIfAbsent(stream, name -> new HashSet<>());
    }
}
