package io.weir.benchmarks;

import io.weir.client.EventStoreException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Appends from one thread with a bounded number under way, as fast as they are acknowledged or at a fixed rate. The first
 * failure ends a measurement: a rate that leaves out what failed would flatter.
 */
public final class Pipeline {
    private final Appends appends;
    private final int maxInFlight;
    private final Time time;
    private final Semaphore permits;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /**
     * Prepares measurements, to be made one after the other by one thread.
     *
     * @param maxInFlight how many appends are under way at most, 1 or more
     */
    public Pipeline(Appends appends, int maxInFlight, Time time) {
        this.appends = appends;
        this.maxInFlight = maxInFlight;
        this.time = time;
        this.permits = new Semaphore(maxInFlight);
    }

    /**
     * Appends until either bound is reached, then waits for all acknowledgements.
     *
     * @param maxEvents how many appends at most
     * @param maxNanos after which no more are sent
     * @return appends a second, from the first append to the last acknowledgement
     */
    public double measureRate(long maxEvents, long maxNanos) throws InterruptedException {
        long start = time.nanoTime();
        long sent = 0;
        while (sent < maxEvents && time.nanoTime() - start < maxNanos) {
            send(error -> {});
            sent++;
        }
        awaitAll();
        return sent * 1e9 / Math.max(1, time.nanoTime() - start);
    }

    /**
     * Appends at a fixed rate. The latency of an append counts from when it was due, not from when it was sent: one that
     * waits behind a slow one is late, and leaving that out is known as coordinated omission.
     *
     * @param events how many
     * @param intervalNanos between one due time and the next
     * @param latencies takes nanoseconds, from any thread
     */
    public void measureLatency(long events, long intervalNanos, Latencies latencies) throws InterruptedException {
        long start = time.nanoTime();
        for (long i = 0; i < events; i++) {
            long due = start + i * intervalNanos;
            time.awaitTime(due);
            send(error -> {
                if (error == null) {
                    latencies.record(time.nanoTime() - due);
                }
            });
        }
        awaitAll();
    }

    private void send(Consumer<@Nullable Throwable> onAnswer) throws InterruptedException {
        permits.acquire();
        requireNoFailure();
        CompletableFuture<?> unused = appends.append().whenComplete((result, error) -> {
            if (error != null) {
                failure.compareAndSet(null, error);
            }
            onAnswer.accept(error);
            permits.release();
        });
    }

    private void awaitAll() throws InterruptedException {
        permits.acquire(maxInFlight);
        permits.release(maxInFlight);
        requireNoFailure();
    }

    private void requireNoFailure() {
        Throwable error = failure.get();
        if (error instanceof EventStoreException known) {
            throw known;
        }
        if (error != null) {
            throw new IllegalStateException("an append failed, which ends the measurement", error);
        }
    }

    /** The median: half of the values are below it, half above. */
    public static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
