package io.weir.consensus.partition;

import com.google.protobuf.InvalidProtocolBufferException;
import io.weir.client.spi.NodeFailure;
import io.weir.protocol.LogEntry;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A Raft of one node whose commits the test decides: what is proposed waits until the test finishes it. */
final class FakeRaft implements RaftPort {
    /** A proposal that waits. */
    record Proposed(long id, LogEntry entry, CompletableFuture<Void> done) {}

    final List<Proposed> proposed = new CopyOnWriteArrayList<>();
    final List<Proposed> announced = new CopyOnWriteArrayList<>();
    final List<String> heirs = new CopyOnWriteArrayList<>();
    final List<CompletableFuture<Long>> barriers = new CopyOnWriteArrayList<>();
    final AtomicLong halts = new AtomicLong();
    final AtomicLong checkpoints = new AtomicLong();
    volatile @Nullable Error failing;
    volatile RaftView view = new RaftView(RaftView.Role.LEADER, "n1", 1, 0, true);

    @Override
    public CompletableFuture<Void> propose(long entryId, byte[] data) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Error thrown = failing;
        if (thrown != null) {
            throw thrown;
        }
        try {
            proposed.add(new Proposed(entryId, LogEntry.parseFrom(data), done));
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
        return done;
    }

    @Override
    public CompletableFuture<Void> announce(byte[] data) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        try {
            announced.add(new Proposed(RaftEvents.FOREIGN, LogEntry.parseFrom(data), done));
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
        return done;
    }

    @Override
    public CompletableFuture<Void> handOver(String to, long timeoutMs) {
        heirs.add(to);
        view = new RaftView(RaftView.Role.FOLLOWER, to, view.term() + 1, view.committedIndex(), false);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Long> barrier() {
        CompletableFuture<Long> barrier = new CompletableFuture<>();
        barriers.add(barrier);
        return barrier;
    }

    @Override
    public CompletableFuture<Void> checkpointed() {
        checkpoints.incrementAndGet();
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public RaftView view() {
        return view;
    }

    @Override
    public void halt() {
        halts.incrementAndGet();
    }

    /** Waits until so many entries have been proposed, and returns the last of them. */
    Proposed await(int count) {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (proposed.size() < count) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(proposed.size() + " entries proposed, not " + count);
            }
            Thread.onSpinWait();
        }
        return proposed.get(count - 1);
    }

    void fail(Proposed entry, NodeFailure failure) {
        entry.done().completeExceptionally(failure);
    }
}
