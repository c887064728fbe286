package io.weir.consensus.partition;

import io.weir.client.spi.NodeFailure;
import io.weir.protocol.Error;
import io.weir.protocol.StreamName;
import java.util.ArrayList;
import java.util.EnumMap;
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
 *
 * <p>Each kind has places of its own: a transaction that is stuck must not keep tails from waiting, nor thousands of tails a
 * linearizable read.
 */
final class Waiters {
    /** More than this many waiting reads of one kind, of one partition, are refused. */
    static final int MAX_WAITERS = 8_192;

    /** What a read waits for. */
    enum Kind {
        /** Events of a stream, or of the partition. */
        EVENTS,
        /** Whatever is applied. */
        STATE,
        /** Locks of transactions to go. */
        LOCKS
    }

    /** A registered reader; {@link #woken} completes when it should look again. */
    static final class Waiter {
        private final Kind kind;
        private final @Nullable StreamName stream;
        private final CompletableFuture<Void> woken = new CompletableFuture<>();

        private Waiter(Kind kind, @Nullable StreamName stream) {
            this.kind = kind;
            this.stream = stream;
        }

        CompletableFuture<Void> woken() {
            return woken;
        }
    }

    private final Executor wakes;
    private final Runnable onAwaited;
    private final Map<StreamName, Set<Waiter>> byStream = new HashMap<>();
    /** Those that wait for no stream. */
    private final Map<Kind, Set<Waiter>> byKind = new EnumMap<>(Kind.class);

    private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
    private @Nullable NodeFailure closed;

    /**
     * @param wakes runs the wake-ups, so that the applier does not
     * @param onAwaited called whenever somebody begins to wait for more than events, by that thread
     */
    Waiters(Executor wakes, Runnable onAwaited) {
        this.wakes = wakes;
        this.onAwaited = onAwaited;
    }

    /** @param stream whose events are waited for; null: those of the partition, or what the kind says */
    Waiter register(Kind kind, @Nullable StreamName stream) {
        Waiter waiter = add(kind, stream);
        if (kind != Kind.EVENTS) {
            onAwaited.run();
        }
        return waiter;
    }

    /** Whether somebody waits for more than events: tails, which wait for long, do not count. */
    synchronized boolean isStateAwaited() {
        return count(Kind.STATE) + count(Kind.LOCKS) > 0;
    }

    private synchronized Waiter add(Kind kind, @Nullable StreamName stream) {
        if (closed != null) {
            throw closed;
        }
        int count = count(kind);
        if (count >= MAX_WAITERS) {
            throw new NodeFailure(
                    Error.Code.THROTTLED,
                    count + " reads of this partition wait for " + kind + "; the limit is " + MAX_WAITERS,
                    false);
        }
        Waiter waiter = new Waiter(kind, stream);
        setOf(waiter).add(waiter);
        counts.put(kind, count + 1);
        return waiter;
    }

    /** Takes a waiter away that waits no longer; doing so twice, or after it was woken, changes nothing. */
    synchronized void remove(Waiter waiter) {
        if (setOf(waiter).remove(waiter)) {
            uncount(List.of(waiter));
        }
        if (waiter.stream != null && setOf(waiter).isEmpty()) {
            byStream.remove(waiter.stream);
        }
    }

    /** How many wait. */
    synchronized int count() {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    private int count(Kind kind) {
        return counts.getOrDefault(kind, 0);
    }

    private void uncount(List<Waiter> gone) {
        gone.forEach(waiter -> counts.merge(waiter.kind, -1, Integer::sum));
    }

    /** Something has been applied: wakes who waits for one of these streams, for any events, or for anything. */
    void wake(Set<StreamName> written) {
        List<Waiter> woken = new ArrayList<>();
        synchronized (this) {
            take(Kind.EVENTS, woken);
            take(Kind.STATE, woken);
            for (StreamName stream : written) {
                Set<Waiter> waiters = byStream.remove(stream);
                if (waiters != null) {
                    woken.addAll(waiters);
                }
            }
            uncount(woken);
        }
        wake(woken);
    }

    /** Locks have gone: wakes who waits for that. */
    void wakeUnlocked() {
        List<Waiter> woken = new ArrayList<>();
        synchronized (this) {
            take(Kind.LOCKS, woken);
            uncount(woken);
        }
        wake(woken);
    }

    private void take(Kind kind, List<Waiter> into) {
        Set<Waiter> waiters = byKind.remove(kind);
        if (waiters != null) {
            into.addAll(waiters);
        }
    }

    private void wake(List<Waiter> woken) {
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
        wake(woken);
    }

    private List<Waiter> takeAll() {
        List<Waiter> all = new ArrayList<>();
        byKind.values().forEach(all::addAll);
        byStream.values().forEach(all::addAll);
        byKind.clear();
        byStream.clear();
        counts.clear();
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

    private Set<Waiter> setOf(Waiter waiter) {
        return waiter.stream == null
                ? byKind.computeIfAbsent(waiter.kind, kind -> new HashSet<>())
                : byStream.computeIfAbsent(waiter.stream, name -> new HashSet<>());
    }
}
