package io.weir.consensus.repair;

import java.nio.ByteBuffer;

/**
 * What a node asks of the other members beside Raft: the client side of the peer service. Every call names one member, blocks
 * until its answer is there or the time is over, and throws a {@link io.weir.client.spi.NodeFailure} for anything but
 * success: {@code UNREACHABLE}, {@code NOT_LEADER} with the leader if it is known, {@code NOT_READY}, {@code
 * DEADLINE_EXCEEDED}.
 *
 * <p>Any thread; interrupting the thread ends the call with a failure and keeps the interrupt flag.
 */
public interface PeerPort {
    /** Receives the chunks of a copy, in order, on the thread that pulls. */
    @FunctionalInterface
    interface ChunkConsumer {
        /**
         * One chunk; the buffer is valid inside this call only.
         *
         * @throws RuntimeException to give up: the pull ends and throws it
         */
        void chunk(ByteBuffer chunk);
    }

    /**
     * Says who this node is.
     *
     * @param origin of this node's directory
     * @param settled whether the member may replace what it knew of this node by this incarnation, if that is a later one:
     *     only from a node that has forgotten nothing, or has left and joined every group
     */
    Greeting hello(String member, Incarnation self, Origin origin, boolean settled, long timeoutMs);

    /** Asks the leader to take this node out of a partition's group; returns when that is committed. */
    void leave(String member, int partition, long timeoutMs);

    /** Asks the leader to take this node into a partition's group; returns when that is committed. */
    void join(String member, int partition, long timeoutMs);

    /**
     * Pulls a copy of a member's store; returns when the last chunk has been consumed. It is bounded in time by the sender,
     * and by the silence between two chunks.
     *
     * @param leastIndex the copy must have applied at least this index of the Raft log
     */
    void pull(String member, int partition, long leastIndex, ChunkConsumer chunks);
}
