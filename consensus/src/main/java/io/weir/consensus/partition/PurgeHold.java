package io.weir.consensus.partition;

/**
 * Keeps a replica's Raft log from being purged: what is in it when the hold begins, and what comes, stays until the hold is
 * closed or its time is over. Any thread; closing again changes nothing.
 */
@FunctionalInterface
public interface PurgeHold extends AutoCloseable {
    @Override
    void close();
}
