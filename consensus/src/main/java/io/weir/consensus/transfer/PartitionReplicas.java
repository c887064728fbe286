package io.weir.consensus.transfer;

import io.weir.consensus.partition.Cut;
import io.weir.consensus.partition.Failures;
import io.weir.consensus.partition.Partition;
import io.weir.consensus.partition.PartitionFailure;
import io.weir.consensus.partition.PurgeHold;
import io.weir.logstore.Digest;
import io.weir.logstore.LogStore;
import io.weir.protocol.Outcome;
import io.weir.protocol.TransactionStep;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The partitions of this node as they are now. One that has failed is not copied: nobody knows what is in it.
 *
 * @param partitions how many there are
 * @param running the one with a number, or null if it is not running
 * @param check whether a step is for the partition that it came to
 */
public record PartitionReplicas(int partitions, IntFunction<@Nullable Partition> running, StepCheck check)
        implements Replicas {
    /** Tells whether a partition may take a step. */
    @FunctionalInterface
    public interface StepCheck {
        /** Throws a {@link io.weir.client.spi.NodeFailure} if the step is none for this partition. */
        void requireHere(int partition, TransactionStep step);
    }

    @Override
    public Replica replica(int partition) {
        if (partition < 0 || partition >= partitions) {
            throw Failures.invalid("no partition " + Integer.toUnsignedString(partition) + "; there are " + partitions);
        }
        Partition found = running.apply(partition);
        if (found == null) {
            throw Failures.notReady("partition " + partition + " is not running on this node");
        }
        PartitionFailure failure = found.failure();
        if (failure != null) {
            throw Failures.notReady("partition " + partition + " has failed on this node: " + failure.reason());
        }
        return new PartitionReplica(partition, found, check);
    }

    private record PartitionReplica(int number, Partition partition, StepCheck check) implements Replica {
        @Override
        public LogStore store() {
            return partition.store();
        }

        @Override
        public PurgeHold holdPurging(long maxMs) {
            return partition.holdPurging(maxMs);
        }

        @Override
        public Cut beginCut() {
            return partition.beginCut();
        }

        @Override
        public void reported(String member, long markIndex, Digest digest) {
            partition.reported(member, markIndex, digest);
        }

        @Override
        public CompletableFuture<Outcome> propose(TransactionStep step, boolean holdsNothing, long timeoutMs) {
            check.requireHere(number, step);
            return partition.propose(step, holdsNothing, timeoutMs);
        }
    }
}
