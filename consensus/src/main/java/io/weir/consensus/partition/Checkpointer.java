package io.weir.consensus.partition;

import io.weir.logstore.Checkpoint;
import io.weir.logstore.LogStore;
import io.weir.logstore.PartitionState;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a partition's store durable every now and then. A checkpoint is begun on the apply thread, between two batches, which
 * is short, and completed on another thread, which is not; one at a time.
 *
 * <p>A checkpoint that fails is not tried again in the same store: a disk that has refused once has forgotten what it refused,
 * and would report success.
 */
final class Checkpointer {
    /** What becomes of checkpoints; on the thread that completes them. */
    interface Listener {
        /** The next open of the store will find this state. */
        void checkpointed(PartitionState state);

        /** The store must be closed and opened again. */
        void checkpointFailed(Throwable cause);
    }

    /** How often an idle applier looks whether a checkpoint that keeps the next one waiting has ended. */
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final Logger LOG = LoggerFactory.getLogger(Checkpointer.class);

    private final LogStore store;
    private final CheckpointPolicy policy;
    private final Executor executor;
    private final Listener listener;

    // Of what was applied since the last checkpoint began; the apply thread's own.
    private long entries;
    private long bytes;
    private long oldestNanos;

    private boolean underWay;
    private boolean stopped;

    /** @param executor completes checkpoints, those of all partitions of a node one after the other */
    Checkpointer(LogStore store, CheckpointPolicy policy, Executor executor, Listener listener) {
        this.store = store;
        this.policy = policy;
        this.executor = executor;
        this.listener = listener;
        this.entries = store.state().appliedIndex() - store.checkpoint().appliedIndex();
        this.oldestNanos = System.nanoTime();
    }

    /** A batch is in the store. On the apply thread. */
    void applied(long appliedEntries, long appliedBytes) {
        if (entries == 0) {
            oldestNanos = System.nanoTime();
        }
        entries += appliedEntries;
        bytes += appliedBytes;
    }

    /** How long the apply thread may wait before it calls {@link #beginIfDue} again, in nanoseconds. On the apply thread. */
    long idleNanos() {
        if (entries == 0) {
            return Long.MAX_VALUE;
        }
        long left = TimeUnit.MILLISECONDS.toNanos(policy.ageMs()) - (System.nanoTime() - oldestNanos);
        return Math.max(left, LOOK_AGAIN_NANOS);
    }

    /** Begins a checkpoint if there is reason to, and none under way. On the apply thread, between batches. */
    void beginIfDue() {
        if (!isDue() || !claim()) {
            return;
        }
        boolean begun = false;
        try {
            Checkpoint checkpoint = store.beginCheckpoint();
            begun = true;
            entries = 0;
            bytes = 0;
            hand(checkpoint);
        } finally {
            if (!begun) {
                ended();
            }
        }
    }

    private boolean isDue() {
        if (entries == 0) {
            return false;
        }
        long ageNanos = System.nanoTime() - oldestNanos;
        return entries >= policy.entries()
                || bytes >= policy.bytes()
                || ageNanos >= TimeUnit.MILLISECONDS.toNanos(policy.ageMs())
                || store.growthBytes() >= policy.bytes();
    }

    private void hand(Checkpoint checkpoint) {
        try {
            executor.execute(() -> complete(checkpoint));
        } catch (RejectedExecutionException e) {
            LOG.debug("closing: the checkpoint at {} is left to the store", checkpoint.state(), e);
            checkpoint.close();
            ended();
        }
    }

    private void complete(Checkpoint checkpoint) {
        boolean isDurable = false;
        @Nullable Throwable failure = null;
        try (checkpoint) {
            if (!isStopped()) { // closing the store makes one more, of all that is in it
                checkpoint.complete();
                isDurable = true;
            }
        } catch (Throwable t) {
            failure = t;
            stop();
        }
        // Before anybody is told: who asks Raft for something may need a lock that is held by one who waits here.
        ended();
        if (failure != null) {
            listener.checkpointFailed(failure);
        } else if (isDurable) {
            listener.checkpointed(checkpoint.state());
        }
    }

    private synchronized boolean claim() {
        if (underWay || stopped) {
            return false;
        }
        underWay = true;
        return true;
    }

    private synchronized void ended() {
        underWay = false;
        notifyAll();
    }

    private synchronized boolean isStopped() {
        return stopped;
    }

    /** None begins any more, and one that waits for its turn is given up. One that is being completed goes on. */
    synchronized void stop() {
        stopped = true;
    }

    /** Waits until none is under way, however long that takes. */
    synchronized void awaitEnd() {
        boolean wasInterrupted = false;
        while (underWay) {
            try {
                wait();
            } catch (InterruptedException e) {
                wasInterrupted = true;
            }
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Waits until none is under way.
     *
     * @return whether that is so; not if the time is over
     */
    synchronized boolean await(long timeoutMs) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        while (underWay) {
            long leftMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (leftMs <= 0) {
                return false;
            }
            wait(leftMs);
        }
        return true;
    }
}
