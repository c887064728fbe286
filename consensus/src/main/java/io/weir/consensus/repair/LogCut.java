package io.weir.consensus.repair;

import java.io.IOException;

/** Is told before Raft takes something away from a log. */
public interface LogCut {
    /**
     * The end is about to be cut off, because a new leader has other entries. On a thread of Raft's that holds its locks.
     *
     * @param lastKept index of the last entry that stays, -1 for none
     * @throws IOException if that cannot be noted; the log must not be cut then
     */
    void cutting(long lastKept) throws IOException;

    /**
     * The beginning is about to be purged, because a checkpoint holds it. On the thread that applies.
     *
     * @throws IOException if that cannot be noted; the log must not be purged then
     */
    void purging() throws IOException;
}
