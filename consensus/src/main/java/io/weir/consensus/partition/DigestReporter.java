package io.weir.consensus.partition;

import io.weir.logstore.Digest;

/** The way to a leader for what a replica found at a mark. */
@FunctionalInterface
public interface DigestReporter {
    /**
     * Sends a digest to the leader. Returns at once; whether it arrives is left open: at the next mark there is another one.
     *
     * @param leader node id
     * @param index Raft index of the mark
     */
    void report(String leader, int partition, long index, Digest digest);
}
