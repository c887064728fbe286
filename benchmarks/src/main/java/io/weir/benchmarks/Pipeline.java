package io.weir.benchmarks;

import io.weir.client.AppendResult;
import io.weir.client.EventStoreException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Appends from one thread with a bounded number under way, as fast as they are acknowledged or at a fixed rate. The first
 * failure ends a measurement: a rate that leaves out what failed would flatter.
 */
final class Pipeline {
    private final Load load;
    private final int maxInFlight;
    private final Time time;
    private final Semaphore permits;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    Pipeline(Load load, int maxInFlight, Time time) {
        this.load = load;
        this.maxInFlight = maxInFlight;
        this.time = time;
        this.permits = new Semaphore(maxInFlight);
    }

    /**
     * Appends until either bound is reached, then waits for all acknowledgements.
     *
     * @param maxEvents how many events at most
     * @param maxNanos after which no more are sent
     * @return events a second, from the first append to the last acknowledgement
     */
    double measureRate(long maxEvents, long maxNanos) throws InterruptedException {
        long start = time.nanoTime();
        long sent = 0;
        while (sent < maxEvents && time.nanoTime() - start < maxNanos) {
            send((ok, error) -> {});
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
    void measureLatency(long events, long intervalNanos, Latencies latencies) throws InterruptedException {
        long start = time.nanoTime();
        for (long i = 0; i < events; i++) {
            long due = start + i * intervalNanos;
            time.awaitTime(due);
            send((ok, error) -> {
                if (error == null) {
                    latencies.record(time.nanoTime() - due);
                }
            });
        }
        awaitAll();
    }

    private void send(BiConsumer<@Nullable AppendResult, @Nullable Throwable> onAnswer) throws InterruptedException {
        permits.acquire();
        requireNoFailure();
        CompletableFuture<AppendResult> unused = load.append().whenComplete((result, error) -> {
            if (error != null) {
                failure.compareAndSet(null, error);
            }
            onAnswer.accept(result, error);
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
    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
