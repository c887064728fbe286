package io.weir.consensus.partition;

import io.weir.client.spi.NodeFailure;
import io.weir.logstore.LogStore;
import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreException;
import io.weir.logstore.StoreReceiver;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a replica that is too far behind the leader's log up to date: a copy of another member's store takes the place of its
 * own. A follower is asked before the leader, which has other work.
 *
 * <p>The store has changed before Raft hears that the copy is there. Raft then cuts its log at once, and a crash between that
 * and the change would leave a store from which no log goes on. The other way round nothing can happen: what Raft hands over
 * meanwhile is in the copy already, and is passed over.
 *
 * <p>One at a time, on a thread of its own: it takes as long as the network and the disk need.
 */
final class CopyInstall {
    /**
     * Raft asks again at once when an attempt has failed; members that cannot help now get a rest in between. Ratis also does
     * not expect a future that has failed before it is returned.
     */
    private static final long RETRY_MS = 1_000;

    /** A copy for which there was no room is pulled as a whole again: at most once in this time, at first more often. */
    private static final long MAX_RETRY_MS = 60_000;

    /** Who is no further behind than this has caught up. */
    private static final long CATCH_UP_POLL_MS = 1_000;

    private static final long MAX_CATCH_UP_NANOS = TimeUnit.MINUTES.toNanos(10);
    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final Logger LOG = LoggerFactory.getLogger(CopyInstall.class);

    private final int number;
    private final LogStore store;
    private final RaftPort raft;
    private final CopySources sources;
    private final ScheduledExecutorService timer;
    private final String threadName;
    private volatile boolean stopped;
    private volatile long retryMs = RETRY_MS;
    private @Nullable Thread running;

    CopyInstall(int number, LogStore store, RaftPort raft, PartitionSetup setup) {
        this.number = number;
        this.store = store;
        this.raft = raft;
        this.sources = setup.copies();
        this.timer = setup.timer();
        this.threadName = "weir-" + setup.nodeId() + "-install-" + number;
    }

    /**
     * Begins.
     *
     * @param leader is asked last; empty if not known
     * @param leastIndex the copy must have applied at least this index
     * @param beforeChange is told right before the copy becomes the store, with the last entry that was applied until then; if
     *     it throws, nothing changes
     * @return the last entry that is in the copy, when it has become the store; a {@link StoreException.Failed} means that the
     *     store must be closed, any other failure that nothing has changed
     */
    synchronized CompletableFuture<RaftPoint> begin(String leader, long leastIndex, LongConsumer beforeChange) {
        CompletableFuture<RaftPoint> done = new CompletableFuture<>();
        if (stopped || (running != null && running.isAlive())) {
            fail(done, Failures.notReady("a copy is under way, or the node is closing"));
            return done;
        }
        long term = raft.view().term();
        Thread thread = new Thread(() -> run(leader, new Wanted(leastIndex, term, beforeChange), done), threadName);
        thread.setDaemon(true);
        running = thread;
        thread.start();
        return done;
    }

    private void run(String leader, Wanted wanted, CompletableFuture<RaftPoint> done) {
        PurgeHold hold = hold(leader);
        RaftPoint installed = tryAll(leader, wanted, done);
        if (installed == null) {
            hold.close();
        } else {
            retryMs = RETRY_MS;
            ended();
            done.complete(installed);
            keepUntilCaughtUp(hold, leader);
        }
    }

    private PurgeHold hold(String leader) {
        try {
            return sources.hold(leader, number);
        } catch (NodeFailure e) {
            LOG.info("partition {}: the leader will not hold its log: {}", number, e.getMessage());
            return () -> {};
        }
    }

    /** The next copy may begin, while this thread still keeps the leader's log for the last one. */
    private synchronized void ended() {
        running = null;
    }

    /**
     * What came into the leader's log while the copy came must stay there until it is here. How far that is, only the leader
     * knows: of its commits Raft tells a follower no more than the follower has in its log, which is nothing yet.
     */
    private void keepUntilCaughtUp(PurgeHold hold, String leader) {
        long startNanos = System.nanoTime();
        long target = Long.MAX_VALUE;
        try {
            while (!stopped
                    && store.state().appliedIndex() < target
                    && System.nanoTime() - startNanos < MAX_CATCH_UP_NANOS) {
                target = appliedBy(leader);
                pause();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            hold.close();
        }
    }

    private long appliedBy(String leader) {
        try {
            return sources.appliedIndex(leader, number);
        } catch (NodeFailure e) {
            LOG.debug("partition {}: {} does not say how far it is", number, leader, e);
            return Long.MAX_VALUE;
        }
    }

    @SuppressWarnings("WaitNotInLoop")
    private synchronized void pause() throws InterruptedException {
        if (!stopped) {
            wait(CATCH_UP_POLL_MS); // until it is stopped, and sooner if it likes: the caller looks again
        }
    }

    /** The copy's last entry, or null if no member had one: then {@code done} has failed, or soon will. */
    private @Nullable RaftPoint tryAll(String leader, Wanted wanted, CompletableFuture<RaftPoint> done) {
        List<String> members = new ArrayList<>(sources.members());
        if (members.remove(leader)) {
            members.add(leader);
        }
        RuntimeException failure = Failures.notReady("no other member can be asked for a copy");
        for (String member : members) {
            try {
                return install(member, wanted);
            } catch (NodeFailure | StoreException.Corrupted | StoreException.Incompatible e) {
                LOG.warn("partition {}: no copy from {}: {}", number, member, e.toString());
                failure = e;
            } catch (RuntimeException e) {
                LOG.error("partition {}: a copy from {} could not be received", number, member, e);
                failure = e;
                break;
            }
        }
        retryMs = failure instanceof StoreException.Full ? Math.min(2 * retryMs, MAX_RETRY_MS) : RETRY_MS;
        fail(done, failure);
        return null;
    }

    private void fail(CompletableFuture<RaftPoint> done, RuntimeException failure) {
        var unused = timer.schedule(() -> done.completeExceptionally(failure), retryMs, TimeUnit.MILLISECONDS);
    }

    /** @param term of Raft in which it was asked for */
    private record Wanted(long leastIndex, long term, LongConsumer beforeChange) {}

    private RaftPoint install(String member, Wanted wanted) {
        long leastIndex = wanted.leastIndex();
        LOG.info("partition {}: pulls a copy that has index {} from {}", number, leastIndex, member);
        long startNanos = System.nanoTime();
        try (StoreReceiver receiver = store.receive()) {
            Progress progress = new Progress(receiver);
            sources.pull(member, number, leastIndex, chunk -> {
                checkWanted(wanted.term());
                receiver.accept(chunk);
                progress.report(chunk);
            });
            PartitionState copied = receiver.finish();
            if (copied.appliedIndex() < Math.max(leastIndex, store.state().appliedIndex())) {
                throw Failures.notReady("the copy from " + member + " ends at " + copied.appliedIndex());
            }
            checkWanted(wanted.term());
            wanted.beforeChange().accept(store.state().appliedIndex());
            store.install(receiver);
            LOG.info(
                    "partition {}: is now a copy of {}, at {}; {} MiB in {} ms",
                    number,
                    member,
                    copied,
                    progress.bytes >> 20,
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos));
            return RaftPoint.appliedIn(copied);
        }
    }

    /** Another leader may have all the log that this replica lacks, and Ratis then never comes back to this attempt. */
    private void checkWanted(long term) {
        if (stopped) {
            throw Failures.notReady("the node is closing");
        }
        if (raft.view().term() != term) {
            throw Failures.notReady("another term has begun while the copy came");
        }
    }

    /** Nothing is begun any more, and what is under way ends with its next chunk. */
    synchronized void stop() {
        stopped = true;
        notifyAll();
    }

    /** Waits until nothing is under way. */
    void await(long timeoutMs) throws InterruptedException {
        Thread thread;
        synchronized (this) {
            thread = running;
        }
        if (thread != null) {
            thread.join(timeoutMs);
        }
    }

    private final class Progress {
        private final StoreReceiver receiver;
        private long bytes;
        private long reportedNanos = System.nanoTime();

        Progress(StoreReceiver receiver) {
            this.receiver = receiver;
        }

        void report(ByteBuffer chunk) {
            bytes += chunk.remaining();
            long now = System.nanoTime();
            if (now - reportedNanos > PROGRESS_NANOS) {
                reportedNanos = now;
                LOG.info("partition {}: {} MiB of the copy, {} rows", number, bytes >> 20, receiver.rows());
            }
        }
    }
}
