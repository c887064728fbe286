package io.weir.consensus.repair;

import io.weir.consensus.guard.WatermarkKeeper;
import io.weir.consensus.partition.Partition;
import io.weir.consensus.partition.RaftPort;
import io.weir.logstore.LogStore;
import io.weir.logstore.pages.BackgroundVerification;
import io.weir.logstore.pages.Verification;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One life of a replica, from the opening of its store to the closing: a store, a partition on it, a group, and the note that
 * follows the group's log. Started and ended by the replica's keeper; {@link #follow} by the node's timer.
 */
final class Life {
    private static final long APPLY_CLOSE_MS = 5_000;
    private static final long CLOSE_MS = 10_000;
    private static final Logger LOG = LoggerFactory.getLogger(Life.class);

    private final RepairSetup setup;
    private final int number;
    private final LogStore store;
    private final RaftPort port;
    private final Partition partition;
    private volatile boolean isFollowed;
    private volatile long forcedAt = -1;
    private volatile boolean wasStranded;
    private final WatermarkKeeper watermark;
    private final OpenMark openMark;
    private BackgroundVerification.@Nullable Task verification;
    private long lastTerm = -1;
    private boolean isClosed;
    /** When the last verification ended; null while one is under way. */
    private @Nullable Long verifiedAt;

    private Life(RepairSetup setup, int number, LogStore store, WatermarkKeeper watermark, OpenMark openMark) {
        this.setup = setup;
        this.number = number;
        this.store = store;
        this.watermark = watermark;
        this.openMark = openMark;
        this.port = setup.groups().newPort(number);
        this.partition = new Partition(number, store, port, setup.partitions());
    }

    /**
     * Begins a life: the group runs when this returns.
     *
     * @param store becomes the life's if it succeeds
     * @param watermark becomes the life's; closed if it fails
     * @param openMark cleared when the store is verified or closed
     * @param isMember see {@link RaftGroups#start}
     */
    static Life begin(
            RepairSetup setup,
            int number,
            LogStore store,
            WatermarkKeeper watermark,
            OpenMark openMark,
            boolean isMember)
            throws IOException {
        Life life = new Life(setup, number, store, watermark, openMark);
        boolean begun = false;
        try {
            life.partition.start();
            setup.groups().start(number, life.port, life.partition, life.new Cuts(), isMember);
            life.isFollowed = true;
            life.verify();
            begun = true;
            return life;
        } finally {
            if (!begun) {
                life.partition.close();
                watermark.close();
            }
        }
    }

    private synchronized void verify() {
        if (!isClosed) {
            verifiedAt = null;
            verification = setup.verification().submit(store, setup.stores().directory(number), new Verified());
        }
    }

    /** What a disk forgets while the node runs is found as well. */
    private synchronized void verifyAgain() {
        Long at = verifiedAt;
        if (at != null && System.nanoTime() - at > TimeUnit.MILLISECONDS.toNanos(setup.verifyIntervalMs())) {
            verify();
        }
    }

    private synchronized void verified() {
        verifiedAt = System.nanoTime();
    }

    /** What the verification in the background finds. */
    private final class Verified implements BackgroundVerification.Listener {
        @Override
        public void ended(Verification found) {
            if (found.damage() != null) {
                partition.storeDamaged("found in the background: " + found.damage());
                return;
            }
            try {
                openMark.clear();
            } catch (IOException e) {
                LOG.warn("partition {}: its store is sound, which could not be noted", number, e);
            }
            verified();
        }

        @Override
        public void failed(RuntimeException e) {
            LOG.warn("partition {}: its store could not be verified", number, e);
            verified();
        }
    }

    Partition partition() {
        return partition;
    }

    /** Keeps the note right while the log loses one of its ends. */
    private final class Cuts implements LogCut {
        @Override
        public void cutting(long lastKept) throws IOException {
            watermark.lowerTo(lastKept);
        }

        /** The list of members is compared with the note, or with the log's last configuration, which may be purged now. */
        @Override
        public void purging() throws IOException {
            watermark.follow(setup.groups().flushedIndex(number));
            try {
                watermark.force();
            } catch (IOException e) {
                partition.logFailed(e);
                throw e;
            }
        }
    }

    /** Lets the note follow the log, and keeps the log from filling the heap; may wait for the disk. */
    void follow() {
        note();
        if (isFollowed) {
            setup.groups().trimCache(number);
        }
    }

    private void note() {
        if (!isFollowed) {
            return;
        }
        try {
            watermark.follow(setup.groups().flushedIndex(number));
        } catch (IOException e) {
            LOG.warn("partition {}: the note of the log's length is not up to date", number, e);
        } catch (IllegalStateException e) {
            LOG.debug("partition {}: closed in between", number, e);
        }
    }

    /** Whoever is found twice to take no part in elections, a second apart, does not. */
    private void lookAtCandidacy() {
        boolean isStranded = isFollowed && setup.groups().isStranded(number);
        if (isStranded && wasStranded) {
            partition.voteFailed();
        }
        wasStranded = isStranded;
    }

    /** Brings the note to the disk if there is a new checkpoint: the guard then knows at least as much as the store. */
    void force() {
        lookAtCandidacy();
        verifyAgain();
        long checkpoint = store.checkpoint().appliedIndex();
        if (!isFollowed || checkpoint == forcedAt) {
            return;
        }
        try {
            watermark.force();
            forcedAt = checkpoint;
        } catch (IOException e) {
            // What the disk lost once, it does not write the second time: nothing could be purged any more.
            partition.logFailed(e);
        }
    }

    /** Serves no more and applies no more. Idempotent. */
    void stopApplying() throws InterruptedException {
        partition.stopServing();
        partition.stopApplying(APPLY_CLOSE_MS);
    }

    /** Stops applying and the group; the store stays open, and answers reads that may be stale. Idempotent. */
    void stop() throws IOException, InterruptedException {
        stopApplying();
        note();
        lastTerm = Math.max(lastTerm, setup.groups().stop(number));
        isFollowed = false;
        watermark.close();
    }

    /** The highest term that the group was in when it stopped, -1 if it never ran. */
    long lastTerm() {
        return lastTerm;
    }

    /** Closes the store and the note; whatever used them has ended. Idempotent. */
    void close() throws IOException, InterruptedException {
        // Once more: a log that somebody shortens while the node is stopped is found to the last entry.
        if (!ends(this::note, "weir-" + setup.nodeId() + "-note-" + number)) {
            LOG.warn("partition {}: the note of the log's length is not up to date: the disk hangs", number);
        }
        isFollowed = false;
        watermark.close();
        endVerification();
        closeStore(store, setup.nodeId(), number);
        openMark.clear();
    }

    private void endVerification() {
        BackgroundVerification.Task last;
        synchronized (this) {
            isClosed = true;
            last = verification;
        }
        if (last != null) {
            last.close(); // not under the lock, which the end of a verification takes
        }
    }

    /** Stops, and closes the store. */
    void end() throws IOException, InterruptedException {
        stop();
        close();
    }

    /** A store waits for its writer, and a writer on a disk that hangs does not end: its closing is not waited for for ever. */
    static void closeStore(LogStore store, String nodeId, int number) throws InterruptedException, IOException {
        if (!ends(store::close, "weir-" + nodeId + "-store-close-" + number)) {
            throw new IOException("the store is still busy after " + CLOSE_MS + " ms");
        }
    }

    /** Does something that a disk that hangs may keep from ending; false if it has not ended in time. */
    private static boolean ends(Runnable work, String threadName) throws InterruptedException {
        Thread thread = new Thread(work, threadName);
        thread.setDaemon(true);
        thread.start();
        thread.join(CLOSE_MS);
        return !thread.isAlive();
    }
}
