package io.weir.benchmarks.costs;

import io.weir.consensus.partition.RaftPort;
import io.weir.consensus.partition.RaftView;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A Raft without a log: its node leads, and what is proposed is held until the test takes it. */
final class HeldRaft implements RaftPort {
    /** An entry on its way. */
    record Proposed(long id, byte[] data, CompletableFuture<Void> done) {}

    private static final RaftView VIEW = new RaftView(RaftView.Role.LEADER, "n1", 1, 0, true);

    private final BlockingQueue<Proposed> proposed = new LinkedBlockingQueue<>();

    /** The next entry; waits for it. */
    Proposed take() {
        try {
            Proposed next = proposed.poll(20, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("nothing was proposed for 20 s");
            }
            return next;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public CompletableFuture<Void> propose(long entryId, byte[] data) {
        Proposed entry = new Proposed(entryId, data, new CompletableFuture<>());
        proposed.add(entry);
        return entry.done();
    }

    @Override
    public CompletableFuture<Void> announce(byte[] data) {
        return new CompletableFuture<>();
    }

    @Override
    public CompletableFuture<Void> handOver(String to, long timeoutMs) {
        return new CompletableFuture<>();
    }

    @Override
    public CompletableFuture<Long> barrier() {
        return CompletableFuture.completedFuture(0L);
    }

    @Override
    public CompletableFuture<Void> checkpointed() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public RaftView view() {
        return VIEW;
    }

    @Override
    public void halt() {
        // nothing runs here
    }
}
