package io.weir.consensus.partition;

import com.google.protobuf.ByteString;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What Raft tells a partition. {@link #apply} and {@link #skip} come from one thread, in the order of the log, each index
 * once; the others from any.
 */
public interface RaftEvents {
    /** The id of entries that other nodes, or earlier runs of this one, have proposed. */
    long FOREIGN = -1;

    /** The last entry in the last durable checkpoint of the store: what comes after it may have to be replayed. Any thread. */
    RaftPoint checkpoint();

    /** Raft index of the last entry that is in the store, durable or not, -1 if none. Any thread. */
    long appliedIndex();

    /** Whether Raft's log must stay as it is for now: see {@link PurgeHold}. Any thread. */
    boolean holdsPurging();

    /** A proposal is about to be put into the local log: from here on it may be executed. */
    void appending(long entryId);

    /**
     * An entry is committed. Blocks while too much is waiting: that is the back-pressure.
     *
     * @param data an encoded LogEntry that never changes
     * @return completes, in the order of the log, when the entry is in the store and visible to readers; it is durable there
     *     with the next checkpoint
     * @throws IllegalStateException if the partition has failed: Raft must stop applying
     */
    CompletableFuture<Void> apply(long term, long index, ByteString data, long entryId);

    /** An entry of Raft's own is committed; returns when everything before it is applied and it is recorded. */
    void skip(long term, long index);

    /** Waits until everything handed over is applied. */
    void quiesce();

    /**
     * The leader has no log any more that this replica could go on with: it needs a copy of a store. Returns at once.
     *
     * @param leader node id, empty if not known
     * @param firstAvailable index of the first entry that the leader has
     * @param beforeChange is told right before the copy becomes the store, with the last entry that was applied until then
     * @return completes when the store can go on from there, with its last entry; with null if it always could; with a failure
     *     if no copy was to be had: Raft asks again
     */
    CompletableFuture<@Nullable RaftPoint> installCopy(String leader, long firstAvailable, LongConsumer beforeChange);

    /** Raft goes on after {@link #checkpoint()}, in a copy that was installed. */
    void continued();

    /** Raft's log cannot be written any more. */
    void logFailed(Throwable cause);

    /** The log goes on with other entries than the copy that has become the store: it must be left behind. */
    void logOvertaken(String how);

    /** Raft's log cannot be read where it should be. May come again and again, on any thread. */
    void logUnreadable(Throwable cause);

    /** Raft has ended this partition's part. */
    void closed();
}
