package io.weir.logstore;

import java.nio.ByteBuffer;

/**
 * A copy of another replica's store on its way into this one: built beside the current contents, which stay as they are
 * until {@link LogStore#install}.
 *
 * <p>{@link #accept} and {@link #finish} are for one thread. A call that throws ends the copy: only {@link #close} is legal
 * after it.
 */
public interface StoreReceiver extends AutoCloseable {
    /**
     * Takes the next chunk of the row stream, from the buffer's position to its limit; the buffer is not kept.
     *
     * @throws StoreException.Corrupted if it is not the next chunk of a sound copy
     * @throws StoreException.Incompatible if the copy is of another cluster, partition, or format
     * @throws StoreException.Full if there is no space for it
     * @throws StoreException.Failed if the disk refused
     */
    void accept(ByteBuffer chunk);

    /** Rows so far, of all tables. Any thread. */
    long rows();

    /**
     * Checks that all of the copy is there and sound, and makes it durable.
     *
     * @return its running values
     * @throws StoreException.Corrupted if something is missing or does not add up
     * @throws StoreException.Failed if the disk refused
     */
    PartitionState finish();

    /** Removes what was received, unless it has been installed. Idempotent. */
    @Override
    void close();
}
