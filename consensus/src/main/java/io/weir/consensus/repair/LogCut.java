package io.weir.consensus.repair;

import java.io.IOException;

/** Is told before Raft cuts the end of a log off, because a new leader has other entries. */
@FunctionalInterface
public interface LogCut {
    /**
     * On a thread of Raft's that holds its locks.
     *
     * @param lastKept index of the last entry that stays, -1 for none
     * @throws IOException if that cannot be noted; the log must not be cut then
     */
    void cutting(long lastKept) throws IOException;
}
