package io.weir.logstore;

/**
 * A checkpoint under way: the store's state as of {@link LogStore#beginCheckpoint()}, about to become what the next open
 * finds. Writing goes on meanwhile.
 *
 * <p>{@link #complete()} may run on another thread than the one that began it; one thread at a time.
 */
public interface Checkpoint extends AutoCloseable {
    /** The running values that will be durable. */
    PartitionState state();

    /**
     * Makes the state durable. Takes as long as the disk needs for all that was written since the previous checkpoint.
     *
     * @throws StoreException.Full if there was no space for the checkpoint's own few pages; it may be completed later
     * @throws StoreException.Failed if the disk refused. What it holds then is not known, and asking again would not tell: the
     *     store must be closed; the next open finds this checkpoint or the previous one
     * @throws StoreException.Closed if the store is closed
     * @throws IllegalStateException if it is complete or was given up
     */
    void complete();

    /** Gives up, unless it is complete: the previous checkpoint stays. Idempotent. */
    @Override
    void close();
}
