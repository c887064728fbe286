/**
 * What a node does with one partition, whatever runs Raft below it: commands are batched into entries, committed entries
 * applied to the store, reads answered from it. {@link io.weir.consensus.partition.Partition} ties the parts together;
 * {@link io.weir.consensus.partition.RaftPort} and {@link io.weir.consensus.partition.RaftEvents} are the two directions
 * of the seam to Raft. Not for users.
 */
@NullMarked
package io.weir.consensus.partition;

import org.jspecify.annotations.NullMarked;
