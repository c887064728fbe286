package io.weir.consensus.partition;

/**
 * Why a partition has stopped on this node. It does not go on by itself.
 *
 * @param kind what kind of thing went wrong, which decides what may help
 * @param reason for people
 */
public record PartitionFailure(Kind kind, String reason) {
    /** What went wrong. */
    public enum Kind {
        /**
         * The disk refused the store, in a commit or in a checkpoint, and nobody knows what it holds. Closing the store and
         * opening it again goes back to the last checkpoint; Raft's log replays the rest.
         */
        STORE_FAILED,
        /** What the store holds is not what was written. */
        STORE_CORRUPTED,
        /**
         * What the store holds is not what a majority of the replicas hold, though every row of it is sound: something was
         * applied, or written, otherwise than on them.
         */
        STORE_DIVERGED,
        /** The disk has no space for the store; what it holds is sound, and can be read. */
        STORE_FULL,
        /** Raft's log could not be written. */
        LOG_FAILED,
        /** Raft could not write its vote, and takes no part in elections any more. */
        VOTE_FAILED,
        /** Raft has ended the partition's part by itself. */
        RAFT_CLOSED,
        /** An entry could not be applied, or something happened that should not: a mistake in the program. */
        DEFECT;

        /** Whether the store is what it was: it can still be read, and falls behind. */
        public boolean leavesStore() {
            return this == STORE_FULL || this == LOG_FAILED || this == VOTE_FAILED || this == RAFT_CLOSED;
        }
    }
}
