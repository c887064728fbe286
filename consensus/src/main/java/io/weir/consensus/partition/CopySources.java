package io.weir.consensus.partition;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/** The other members, as far as copies of their replicas can be had. Any thread. */
public interface CopySources {
    /** Of a node that is alone. */
    static CopySources none() {
        return new CopySources() {
            @Override
            public List<String> members() {
                return List.of();
            }

            @Override
            public void pull(String member, int partition, long leastIndex, Consumer<ByteBuffer> chunks) {
                throw Failures.notReady("there is no other member");
            }

            @Override
            public PurgeHold hold(String member, int partition) {
                throw Failures.notReady("there is no other member");
            }

            @Override
            public long appliedIndex(String member, int partition) {
                throw Failures.notReady("there is no other member");
            }
        };
    }

    /** Ids of the members that can be asked. */
    List<String> members();

    /**
     * Pulls a copy; returns when the last chunk has been consumed.
     *
     * @param leastIndex the copy must have applied at least this index of Raft's log
     * @param chunks takes the row stream, on this thread; each buffer is valid inside its call only. What it throws ends the
     *     copy, and is thrown
     * @throws io.weir.client.spi.NodeFailure if the member cannot be reached, or has no such copy
     */
    void pull(String member, int partition, long leastIndex, Consumer<ByteBuffer> chunks);

    /**
     * Keeps a member's Raft log from being purged, as far as it can be reached; returns at once. The leader's must be there
     * when a copy of another member has arrived: else the next one is needed at once.
     */
    PurgeHold hold(String member, int partition);

    /**
     * How far a member's replica is now; waits a few seconds at most.
     *
     * @throws io.weir.client.spi.NodeFailure if the member cannot be reached
     */
    long appliedIndex(String member, int partition);
}
