package io.weir.consensus.transfer;

import io.weir.consensus.partition.Cut;
import io.weir.consensus.partition.PurgeHold;
import io.weir.logstore.Digest;
import io.weir.logstore.LogStore;
import io.weir.protocol.Outcome;
import io.weir.protocol.TransactionStep;
import java.util.concurrent.CompletableFuture;

/** This node's replicas, as far as other members ask for them. Any thread. */
public interface Replicas {
    /** One replica. */
    interface Replica {
        /** What is copied. */
        LogStore store();

        /** Keeps the replica's log, to go on from a copy, for at most this long. */
        PurgeHold holdPurging(long maxMs);

        /** See {@link io.weir.consensus.partition.Partition#beginCut}. */
        Cut beginCut();

        /** A member tells what its replica found at a mark. */
        void reported(String member, long markIndex, Digest digest);

        /** A member proposes a step of a transaction; see {@link io.weir.consensus.partition.Partition#propose}. */
        CompletableFuture<Outcome> propose(TransactionStep step, boolean holdsNothing, long timeoutMs);
    }

    /**
     * A replica that may be copied now.
     *
     * @throws io.weir.client.spi.NodeFailure {@code INVALID_ARGUMENT} if there is no such partition, {@code NOT_READY} if its
     *     replica is not sound, or not running
     */
    Replica replica(int partition);
}
