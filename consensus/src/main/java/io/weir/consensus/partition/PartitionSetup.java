package io.weir.consensus.partition;

import io.weir.consensus.transaction.LockedRead;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;

/**
 * What all partitions of a node share.
 *
 * @param nodeId names the threads
 * @param clockMs the node's clock, milliseconds since the epoch
 * @param readers runs what reads stores
 * @param answers runs what completes callers' futures, one after the other
 * @param timer runs deadlines; nothing on it takes long
 * @param checkpoints completes checkpoints, one after the other: the partitions share a disk
 * @param checkpointPolicy when each partition makes its store durable
 * @param members node ids of all members of the cluster
 * @param markPolicy when the replicas compare what they hold
 * @param digests the way to the leader of a partition for what was found then
 * @param copies where a replica that is too far behind gets a copy
 * @param homes the homes of transactions over several partitions
 */
public record PartitionSetup(
        String nodeId,
        LongSupplier clockMs,
        Executor readers,
        Executor answers,
        ScheduledExecutorService timer,
        Executor checkpoints,
        CheckpointPolicy checkpointPolicy,
        List<String> members,
        MarkPolicy markPolicy,
        DigestReporter digests,
        CopySources copies,
        LockedRead.Home homes) {}
