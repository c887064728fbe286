package io.weir.consensus;

import io.weir.client.EventStoreException;
import io.weir.consensus.partition.Partition;
import io.weir.consensus.repair.Replica;
import io.weir.logstore.EventHeader;
import io.weir.logstore.ReadView;
import io.weir.logstore.StoreException;
import org.agrona.DirectBuffer;

/**
 * A node's own replica of one partition, to be read in place, leader or follower: for a database that keeps its state beside
 * Weir and follows the log without copies. What is read is committed, and may lag behind the leader.
 *
 * <p>Any thread; several reads at once.
 */
public final class LocalPartition {
    /** Receives events in place. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * One event: an encoded {@link io.weir.protocol.Event} at {@code offset} of the buffer. Header and buffer point into
         * the store and are valid inside this call only; do not write, and do not keep them.
         *
         * @return whether to go on with the next event
         */
        boolean onEvent(long position, EventHeader header, DirectBuffer buffer, int offset, int length);
    }

    private final Replica replica;

    LocalPartition(Replica replica) {
        this.replica = replica;
    }

    private Partition partition() {
        Partition partition = replica.partition();
        if (partition == null) {
            throw new EventStoreException.Unavailable(
                    "partition " + replica.number() + ": " + replica.unreadyReason(), null);
        }
        return partition;
    }

    /**
     * The position that the next event will get on this replica: everything below is applied here.
     *
     * @throws EventStoreException.Unavailable if this node has no store of the partition now, because it is being repaired
     */
    public long nextPosition() {
        return partition().store().state().nextPosition();
    }

    /**
     * Visits events in the order of positions, from one snapshot. An open snapshot keeps its pages from being reused: stop
     * after a bounded amount and read on from there.
     *
     * @param fromPosition the first position wanted; at or beyond {@link #nextPosition()}: visits nothing
     * @return the position to read on from: that of the first event not visited
     * @throws EventStoreException.Unavailable if this node has no store of the partition now, because it is being repaired
     * @throws io.weir.logstore.StoreException.Closed if the node is closed or closing
     * @throws io.weir.logstore.StoreException.Corrupted if stored bytes are not what was written
     */
    public long read(long fromPosition, Visitor visitor) {
        if (fromPosition < 0) {
            throw new IllegalArgumentException("position " + fromPosition + " is negative");
        }
        long[] next = {fromPosition};
        Partition partition = partition();
        try (ReadView view = partition.store().openRead()) {
            view.readPartition(fromPosition, true, (header, buffer, offset, length) -> {
                next[0] = header.position() + 1;
                return visitor.onEvent(header.position(), header, buffer, offset, length);
            });
        } catch (StoreException.Corrupted e) {
            partition.storeDamaged("found by a read in place: " + e.getMessage());
            throw e;
        }
        return next[0];
    }
}
