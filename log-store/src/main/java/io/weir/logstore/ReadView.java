package io.weir.logstore;

import org.jspecify.annotations.Nullable;

/**
 * A snapshot: all of some committed batches, nothing of later ones. Reads run beside the writer and never wait for it.
 * Close it soon: an old snapshot keeps its pages from being reused.
 *
 * <p>One thread at a time; the thread may change between calls.
 */
public interface ReadView extends StateView, AutoCloseable {
    /**
     * Visits events of a stream in the order of revisions.
     *
     * @param from first revision to visit if {@code forwards}, else the highest; beyond the end: forwards visits nothing,
     *     backwards begins at the end. Unsigned: -1 backwards means the end.
     * @throws StoreException.Corrupted if a row is damaged or missing
     */
    void readStream(StreamKey key, long from, boolean forwards, EventVisitor visitor);

    /** Visits events of the partition in the order of positions; {@code from} as in {@link #readStream}. */
    void readPartition(long from, boolean forwards, EventVisitor visitor);

    /** Visits streams in the order of their keys, those greater than {@code after}, or all. */
    void listStreams(@Nullable StreamKey after, StreamVisitor visitor);

    /** Of how many transactions over several partitions something is staged. Costs nothing. */
    long stagedTransactions();

    /** The log time of a stream's last event. */
    long lastStampMs(StreamHead head);

    /**
     * Visits every row as it is stored, in the order of {@link io.weir.logstore.layout.Table}s and of keys: all that a copy
     * of the store needs beside {@link LogStore#identity()} and {@link #state()}. Table {@code meta} is left out: identity and state
     * are values of their own, and whatever else it holds either follows from the rows or belongs to this replica alone.
     *
     * @throws StoreException.Corrupted if a row is damaged
     * @throws StoreException.Closed if the view {@link #isInTheWay is in the way}: nobody waits for something that takes so long. The
     *     view must still be closed
     */
    void visitRows(RowVisitor visitor);

    /**
     * Whether somebody waits for the end of this view, because the store is to be closed, replaced by a copy, or given more room
     * without which nothing can be written: one that is kept for long should be closed. Any thread; waits for nothing.
     */
    boolean isInTheWay();

    @Override
    void close();
}
