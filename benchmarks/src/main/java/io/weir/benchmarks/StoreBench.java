package io.weir.benchmarks;

import io.weir.logstore.Checkpoint;
import io.weir.logstore.Digest;
import io.weir.logstore.LogStore;
import io.weir.logstore.PartitionState;
import io.weir.logstore.StreamHead;
import io.weir.logstore.StreamKey;
import io.weir.logstore.WriteBatch;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** The course of one benchmark of a store below Raft: one writer, batches of single events, checkpoints beside it. */
final class StoreBench {
    /**
     * How to measure.
     *
     * @param sizeBytes of an event
     * @param streams over how many streams the events are spread, at random
     * @param batch events of a transaction, each an append of its own
     * @param checkpointBytes growth of the file after which a checkpoint begins; 1: after every transaction, waiting for it
     */
    record Plan(int sizeBytes, int streams, int batch, long checkpointBytes) {}

    /**
     * What was found.
     *
     * @param commits of all transactions, from begin to commit
     * @param commitsBeside of those that ran while a checkpoint was completed
     * @param begins of the checkpoints: how long the writer stood still
     * @param completions of the checkpoints, on their own thread
     */
    record Result(
            double eventsPerSecond,
            Latencies.Summary commits,
            Latencies.Summary commitsBeside,
            Latencies.Summary begins,
            Latencies.Summary completions) {}

    private final LogStore store;
    private final Plan plan;
    private final Random random = new Random(1);
    private final ByteBuffer event;
    private final Latencies commits = new Latencies();
    private final Latencies commitsBeside = new Latencies();
    private final Latencies begins = new Latencies();
    private final Latencies completions = new Latencies();
    private @Nullable CompletableFuture<Void> checkpoint;

    /** Prepares a benchmark of an open store. */
    StoreBench(LogStore store, Plan plan) {
        this.store = store;
        this.plan = plan;
        byte[] payload = new byte[plan.sizeBytes()];
        random.nextBytes(payload);
        this.event = ByteBuffer.wrap(payload);
    }

    /** Writes the events, and completes what is under way. */
    Result run(long events) {
        long began = System.nanoTime();
        for (long written = 0; written < events; written += plan.batch()) {
            writeBatch();
            checkpointIfDue();
        }
        await();
        double seconds = (System.nanoTime() - began) / 1e9;
        return new Result(
                events / seconds, commits.summary(), commitsBeside.summary(), begins.summary(), completions.summary());
    }

    private void writeBatch() {
        boolean beside = isUnderWay();
        long began = System.nanoTime();
        try (WriteBatch batch = store.beginWrite()) {
            for (int i = 0; i < plan.batch(); i++) {
                append(batch);
            }
            batch.commit();
        }
        long nanos = System.nanoTime() - began;
        commits.record(nanos);
        if (beside) {
            commitsBeside.record(nanos);
        }
    }

    private void append(WriteBatch batch) {
        String name = "stream-" + random.nextInt(plan.streams());
        StreamKey key = new StreamKey(name.hashCode() & (StreamKey.SLOTS - 1), name.getBytes(StandardCharsets.UTF_8));
        PartitionState state = batch.state();
        StreamHead head = batch.head(key);
        if (head == null) {
            batch.createStream(key, state.nextStreamId());
        }
        long stampMs = state.logTimeMs() + 1;
        batch.append(key, head == null ? 0 : head.lastRevision() + 1, state.nextPosition(), stampMs, List.of(event));
        batch.setState(new PartitionState(
                1,
                state.appliedIndex() + 1,
                state.nextPosition() + 1,
                state.nextStreamId() + (head == null ? 1 : 0),
                stampMs,
                Digest.EMPTY));
    }

    private boolean isUnderWay() {
        return checkpoint != null && !checkpoint.isDone();
    }

    private void checkpointIfDue() {
        if (isUnderWay() || store.growthBytes() < plan.checkpointBytes()) {
            return;
        }
        await();
        long began = System.nanoTime();
        Checkpoint begun = store.beginCheckpoint();
        begins.record(System.nanoTime() - began);
        checkpoint = CompletableFuture.runAsync(() -> complete(begun));
        if (plan.checkpointBytes() <= 1) {
            await();
        }
    }

    private void complete(Checkpoint begun) {
        long began = System.nanoTime();
        try (begun) {
            begun.complete();
        }
        completions.record(System.nanoTime() - began);
    }

    /** A checkpoint that failed fails the benchmark. */
    private void await() {
        if (checkpoint == null) {
            return;
        }
        try {
            checkpoint.join();
        } catch (CompletionException e) {
            throw new IllegalStateException("a checkpoint failed", e.getCause());
        }
    }
}
