package io.weir.consensus;

import io.weir.consensus.partition.CheckpointPolicy;
import io.weir.consensus.partition.MarkPolicy;
import io.weir.consensus.transfer.TransferLimits;
import java.time.Duration;

/**
 * How often a node makes its stores durable and compares them with the others', how much of its Raft logs it keeps, and how
 * fast it copies, and how often it reads all of a store to see whether it is what was written. Each member may have its own.
 *
 * @param checkpointBytes a partition is checkpointed when Raft's log or the store's file has grown by this since the last time
 * @param checkpointEntries or when this many Raft entries have been applied
 * @param checkpointAge or when the oldest of them is so old; more than nothing
 * @param keptLogBytes how much of each Raft log stays behind a checkpoint: a follower that was away for less needs no copy
 * @param segmentBytes size of a file of a Raft log, which is dropped as a whole; 0 for one that suits the heap
 * @param markInterval how often a leader lets the replicas compare what they hold, if anything was written; at least 1 ms
 * @param copyBytesPerSecond how fast copies of this node's replicas are sent, all together
 * @param verifyInterval how long after all of a store was read to verify it this is done again; more than nothing
 */
public record StorageLimits(
        long checkpointBytes,
        long checkpointEntries,
        Duration checkpointAge,
        long keptLogBytes,
        long segmentBytes,
        Duration markInterval,
        long copyBytesPerSecond,
        Duration verifyInterval) {
    /**
     * A restart replays 256 MiB or a minute at most; 128 MiB of log are two minutes of 1 MiB/s for a follower that restarts,
     * and take a second to read when this node does.
     */
    public static final StorageLimits DEFAULT = new StorageLimits(
            CheckpointPolicy.DEFAULT.bytes(),
            CheckpointPolicy.DEFAULT.entries(),
            Duration.ofMillis(CheckpointPolicy.DEFAULT.ageMs()),
            128L << 20,
            0,
            Duration.ofSeconds(10),
            TransferLimits.DEFAULT.bytesPerSecond(),
            Duration.ofDays(1));

    public StorageLimits {
        if (keptLogBytes < 0 || segmentBytes < 0) {
            throw new IllegalArgumentException(
                    "kept log of " + keptLogBytes + " bytes in files of " + segmentBytes + ": neither may be negative");
        }
        policy(checkpointBytes, checkpointEntries, checkpointAge);
        MarkPolicy.every(markInterval.toMillis());
        transfer(copyBytesPerSecond);
        if (verifyInterval.toMillis() < 1) {
            throw new IllegalArgumentException("verified every " + verifyInterval + ": at least 1 ms");
        }
    }

    /** With the usual intervals of marks and verifications, and the usual rate of copies. */
    public StorageLimits(
            long checkpointBytes,
            long checkpointEntries,
            Duration checkpointAge,
            long keptLogBytes,
            long segmentBytes) {
        this(
                checkpointBytes,
                checkpointEntries,
                checkpointAge,
                keptLogBytes,
                segmentBytes,
                DEFAULT.markInterval,
                DEFAULT.copyBytesPerSecond,
                DEFAULT.verifyInterval);
    }

    /** The same with another interval of marks. */
    public StorageLimits withMarksEvery(Duration interval) {
        return new StorageLimits(
                checkpointBytes,
                checkpointEntries,
                checkpointAge,
                keptLogBytes,
                segmentBytes,
                interval,
                copyBytesPerSecond,
                verifyInterval);
    }

    /** The same with another interval of verifications. */
    public StorageLimits withVerificationEvery(Duration interval) {
        return new StorageLimits(
                checkpointBytes,
                checkpointEntries,
                checkpointAge,
                keptLogBytes,
                segmentBytes,
                markInterval,
                copyBytesPerSecond,
                interval);
    }

    MarkPolicy marks() {
        return MarkPolicy.every(markInterval.toMillis());
    }

    TransferLimits transfer() {
        return transfer(copyBytesPerSecond);
    }

    private static TransferLimits transfer(long bytesPerSecond) {
        TransferLimits usual = TransferLimits.DEFAULT;
        return new TransferLimits(bytesPerSecond, usual.senders(), usual.longest(), usual.silence());
    }

    CheckpointPolicy policy() {
        return policy(checkpointBytes, checkpointEntries, checkpointAge);
    }

    private static CheckpointPolicy policy(long bytes, long entries, Duration age) {
        return new CheckpointPolicy(bytes, entries, age.toMillis());
    }
}
