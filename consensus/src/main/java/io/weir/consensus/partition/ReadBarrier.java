package io.weir.consensus.partition;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Shares proofs of leadership among concurrent reads. A read joins the proof that begins next, never one that has begun:
 * that one may have fixed its index before the read was asked, and would miss a write acknowledged in between.
 *
 * <p>What follows a proof runs on an executor, never on Raft's thread: Raft completes proofs under a lock of its own, on the
 * thread that applies, and the next proof would wait for that lock in another thread while this one waits for the proof.
 */
final class ReadBarrier {
    /** A proof that has not come for so long does not hold up the next: its majority may be gone. */
    private static final long STALLED_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** One proof; compared by identity. */
    private static final class Proof {
        private final long begunNanos = System.nanoTime();
        private final CompletableFuture<Long> index;

        Proof(CompletableFuture<Long> index) {
            this.index = index;
        }
    }

    private final RaftPort raft;
    private final Executor executor;
    private @Nullable CompletableFuture<Long> next;
    private @Nullable Proof running;

    ReadBarrier(RaftPort raft, Executor executor) {
        this.raft = raft;
        this.executor = executor;
    }

    /** The index that must be applied before the caller may read; see {@link RaftPort#barrier}. */
    CompletableFuture<Long> pass() {
        CompletableFuture<Long> joined;
        Proof begun;
        synchronized (this) {
            joined = next == null ? new CompletableFuture<>() : next;
            next = joined;
            Proof before = running;
            if (before != null && System.nanoTime() - before.begunNanos < STALLED_NANOS) {
                return joined;
            }
            begun = begin(joined);
        }
        prove(begun);
        return joined;
    }

    private Proof begin(CompletableFuture<Long> index) {
        Proof proof = new Proof(index);
        running = proof;
        next = null;
        return proof;
    }

    private void prove(Proof proof) {
        var unused = raft.barrier().whenCompleteAsync((index, failure) -> ended(proof, index, failure), executor);
    }

    private void ended(Proof proof, @Nullable Long index, @Nullable Throwable failure) {
        Proof following = null;
        synchronized (this) {
            if (running == proof) {
                running = null;
                if (next != null) {
                    following = begin(next);
                }
            }
        }
        if (following != null) {
            prove(following);
        }
        if (failure != null) {
            proof.index.completeExceptionally(failure);
        } else {
            proof.index.complete(index);
        }
    }
}
