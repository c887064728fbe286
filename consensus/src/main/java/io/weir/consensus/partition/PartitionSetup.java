package io.weir.consensus.partition;

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
 */
public record PartitionSetup(
        String nodeId, LongSupplier clockMs, Executor readers, Executor answers, ScheduledExecutorService timer) {}
