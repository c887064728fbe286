package io.weir.consensus.partition;

import java.util.concurrent.CompletableFuture;

/**
 * What a partition asks of Raft: the seam behind which Ratis is hidden. Any thread; nothing here waits for a majority.
 *
 * <p>Futures complete on Raft's threads, which may hold Raft's locks: what hangs on them must not call this port, or the two
 * wait for each other.
 */
public interface RaftPort {
    /**
     * Proposes one entry. Entries proposed one after the other from one thread stand in the log in that order, if at all.
     *
     * @param entryId names the entry in {@link RaftEvents}; fresh for every proposal of this process
     * @param data becomes Raft's and must not change
     * @return completes when Raft has finished with the entry: normally once it was applied here, else with a {@link
     *     io.weir.client.spi.NodeFailure} of which only code, message and leader count
     */
    CompletableFuture<Void> propose(long entryId, byte[] data);

    /**
     * Proposes an entry that no command waits for; where it comes to stand among the others is left open. It arrives as
     * {@link RaftEvents#FOREIGN}.
     *
     * @param data becomes Raft's and must not change
     * @return completes as that of {@link #propose} does
     */
    CompletableFuture<Void> announce(byte[] data);

    /**
     * Gives up the lead, to another member if Raft is willing to have it elected at once, else to whoever is elected next.
     *
     * @param to node id
     * @return completes when this node leads no more, or with a {@link io.weir.client.spi.NodeFailure} if it did not lead, or
     *     still does after the timeout
     */
    CompletableFuture<Void> handOver(String to, long timeoutMs);

    /**
     * Proves that this node led the partition at some moment after the call.
     *
     * @return the commit index as it was at the call: what is applied up to there holds every write acknowledged before; or
     *     a {@link io.weir.client.spi.NodeFailure}
     */
    CompletableFuture<Long> barrier();

    /**
     * Lets Raft know of the store's last checkpoint: its log may be purged up to there.
     *
     * @return completes when Raft has taken note, or with a {@link io.weir.client.spi.NodeFailure}; then the next checkpoint
     *     does it
     */
    CompletableFuture<Void> checkpointed();

    /** The role of this node, now. */
    RaftView view();

    /** Ends this partition's part in Raft, for ever; it may return before that is done. Idempotent. */
    void halt();
}
