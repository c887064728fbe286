package io.weir.logstore;

import org.jspecify.annotations.Nullable;

/** What can be asked of a partition's state, of a snapshot or of a running write batch alike. */
public interface StateView {
    /** The running values: of the snapshot, or as last set in the batch. */
    PartitionState state();

    /** The digests of all tables: of the snapshot, or with the batch's own writes so far. */
    TableDigests tableDigests();

    /** The digests that were compared through the log: of the snapshot, or as last set in the batch. */
    DigestMark digestMark();

    /** The end of a stream, or null if the stream does not exist. */
    @Nullable
    StreamHead head(StreamKey key);

    /** A session's row, or null if the session is not known. */
    @Nullable
    SessionRow session(SessionId id);

    /** A stored answer, as a fresh array that the caller owns, or null. */
    byte @Nullable [] answer(SessionId id, long sequence);

    /** What is kept of a transaction over several partitions, as a fresh array, or null. */
    byte @Nullable [] transaction(TransactionKey id);

    /** What a transaction will append here, as a fresh array, or null. */
    byte @Nullable [] staged(TransactionKey id);

    /** The first transaction of which something is kept, by its id, after {@code after} or of all; null at the end. */
    @Nullable
    TransactionKey nextTransaction(@Nullable TransactionKey after);

    /** As {@link #nextTransaction}, of those of which something is staged. */
    @Nullable
    TransactionKey nextStaged(@Nullable TransactionKey after);

    /** Whether anything is kept of any transaction. Costs nothing. */
    boolean hasTransactions();

    /** Whether any stream is locked. Costs nothing. */
    boolean hasLocks();

    /** Visits the locks of a stream in the order of their holders. */
    void visitLocks(StreamKey stream, LockVisitor visitor);

    /** Visits all locks: by slot, by length of the stream's name, by name, by holder. */
    void visitLocks(LockVisitor visitor);
}
