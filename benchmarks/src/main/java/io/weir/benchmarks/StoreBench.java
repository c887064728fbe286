package io.weir.benchmarks;

import com.google.protobuf.ByteString;
import io.weir.logstore.Checkpoint;
import io.weir.logstore.LogStore;
import io.weir.logstore.WriteBatch;
import io.weir.protocol.Outcome;
import io.weir.statemachine.PartitionStateMachine;
import io.weir.statemachine.PartitionStateMachine.Applied;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The course of one benchmark of what a replica does below Raft: one writer parses, decides and writes one transaction after
 * the other, each a commit of its own; checkpoints beside it.
 */
final class StoreBench {
    /**
     * How to measure.
     *
     * @param sizeBytes of an event
     * @param streams over how many streams the events are spread, at random
     * @param batch events of a transaction, each to another stream
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
    private final TransactionSource transactions;
    private final PartitionStateMachine machine = new PartitionStateMachine();
    private final Latencies commits = new Latencies();
    private final Latencies commitsBeside = new Latencies();
    private final Latencies begins = new Latencies();
    private final Latencies completions = new Latencies();
    private @Nullable CompletableFuture<Void> checkpoint;

    /** Prepares a benchmark of an open store. */
    StoreBench(LogStore store, Plan plan) {
        this.store = store;
        this.plan = plan;
        this.transactions = new TransactionSource(plan.sizeBytes(), plan.streams(), plan.batch());
    }

    /** Applies the transactions, and completes what is under way. Making them does not count. */
    Result run(long events) {
        long nanos = 0;
        for (long written = 0; written < events; written += plan.batch()) {
            ByteString data = transactions.next();
            long began = System.nanoTime();
            apply(data);
            checkpointIfDue();
            nanos += System.nanoTime() - began;
        }
        long began = System.nanoTime();
        await();
        double seconds = (nanos + System.nanoTime() - began) / 1e9;
        return new Result(
                events / seconds, commits.summary(), commitsBeside.summary(), begins.summary(), completions.summary());
    }

    private void apply(ByteString data) {
        boolean beside = isUnderWay();
        long began = System.nanoTime();
        Applied applied;
        try (WriteBatch batch = store.beginWrite()) {
            applied = machine.apply(1, batch.state().appliedIndex() + 1, TransactionSource.parse(data), batch);
            batch.commit();
        }
        long nanos = System.nanoTime() - began;
        commits.record(nanos);
        if (beside) {
            commitsBeside.record(nanos);
        }
        Outcome outcome = applied.outcomes().get(0);
        if (!outcome.hasCommitted()) {
            throw new IllegalStateException("a transaction was not committed: " + outcome);
        }
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
