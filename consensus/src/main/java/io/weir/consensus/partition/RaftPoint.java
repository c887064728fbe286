package io.weir.consensus.partition;

import io.weir.logstore.PartitionState;

/** A place in Raft's log: an entry's index, and the term in which it was proposed; both -1 before the first. */
public record RaftPoint(long term, long index) {
    static RaftPoint appliedIn(PartitionState state) {
        return new RaftPoint(state.appliedTerm(), state.appliedIndex());
    }
}
