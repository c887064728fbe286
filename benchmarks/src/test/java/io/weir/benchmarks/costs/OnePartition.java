package io.weir.benchmarks.costs;

import com.google.protobuf.ByteString;
import io.weir.consensus.partition.CheckpointPolicy;
import io.weir.consensus.partition.CopySources;
import io.weir.consensus.partition.MarkPolicy;
import io.weir.consensus.partition.Partition;
import io.weir.consensus.partition.PartitionSetup;
import io.weir.consensus.partition.RaftEvents;
import io.weir.logstore.Checkpoint;
import io.weir.logstore.LogStore;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.lmdb.LmdbLogStore;
import io.weir.logstore.lmdb.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.UnaryOperator;

/**
 * A partition as a node has it, with its threads and its store in LMDB, above a Raft that the test plays. No checkpoint comes by
 * itself; reads and answers run on the caller's thread.
 */
final class OnePartition implements AutoCloseable {
    private static final long NEVER = 1L << 40;
    private static final long CLOSE_MS = 10_000;

    final HeldRaft raft = new HeldRaft();
    final Partition partition;
    private final LogStore store;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private long nextIndex;

    OnePartition(Path directory) {
        this(directory, UnaryOperator.identity());
    }

    /** @param seen what the partition gets to see of its store */
    OnePartition(Path directory, UnaryOperator<LogStore> seen) {
        this.store = LmdbLogStore.open(directory.resolve("store"), new StoreIdentity("costs", 0), Settings.defaults());
        this.partition = new Partition(0, seen.apply(store), raft, setup(timer));
        partition.start();
    }

    private static PartitionSetup setup(ScheduledExecutorService timer) {
        return new PartitionSetup(
                "costs",
                () -> Commands.STAMP_MS,
                Runnable::run,
                Runnable::run,
                timer,
                Runnable::run,
                new CheckpointPolicy(NEVER, NEVER, NEVER),
                List.of("costs"),
                MarkPolicy.every(NEVER),
                (leader, partition, index, digest) -> {},
                CopySources.none(),
                (id, timeoutMs) -> CompletableFuture.failedFuture(new AssertionError("no locks here")));
    }

    LogStore store() {
        return store;
    }

    /** An entry of another leader is committed; returns when it is applied. */
    void apply(ByteString entry) {
        apply(entry, RaftEvents.FOREIGN);
    }

    /** What was proposed here is committed; returns when it is applied and Raft has finished with it. */
    void commit(HeldRaft.Proposed entry) {
        partition.appending(entry.id());
        apply(ByteString.copyFrom(entry.data()), entry.id());
        entry.done().complete(null);
    }

    private void apply(ByteString entry, long id) {
        var applied = partition.apply(1, nextIndex++, entry, id);
        partition.quiesce(); // or what is another leader's would wait for others to share a commit
        applied.join();
    }

    /** Makes durable what is applied; afterwards the applier has nothing to do. */
    void checkpoint() {
        partition.quiesce();
        try (Checkpoint checkpoint = store.beginCheckpoint()) {
            checkpoint.complete();
        }
    }

    /** The thread that applies. */
    long applier() {
        return threadId("weir-costs-apply-0");
    }

    /** The thread that makes entries of commands. */
    long proposer() {
        return threadId("weir-costs-propose-0");
    }

    private static long threadId(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no thread " + name))
                .getId();
    }

    @Override
    public void close() {
        partition.stopServing();
        try {
            partition.stopApplying(CLOSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        store.close();
        timer.shutdownNow();
    }
}
