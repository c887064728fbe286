package io.weir.logstore;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One write transaction. Reads see the batch's own writes. Nothing is visible to a {@link ReadView} before
 * {@link #commit()}, and nothing remains of a batch that was closed without it: neither on disk nor in a cache.
 *
 * <p>Confined to the thread that called {@link LogStore#beginWrite()}. Arguments but events are read during the call and not kept.
 * A call that throws a {@link StoreException} dooms the batch: every further call but {@link #close()} throws
 * {@link IllegalStateException}.
 */
public interface WriteBatch extends StateView, AutoCloseable {
    /**
     * Makes a stream known under an id; its first run must follow in the same batch.
     *
     * @param key must not exist
     * @param streamId must be {@code state().nextStreamId()} plus the streams created in this batch since it was set
     */
    void createStream(StreamKey key, long streamId);

    /**
     * Appends events to a stream that exists or was created in this batch. The events of one log entry, that is up to the
     * next {@link #setState}, share rows.
     *
     * @param key the stream
     * @param firstRevision must follow the stream's last revision without a gap (0 for a new stream)
     * @param firstPosition must follow the partition's last position without a gap
     * @param stampMs log time of the append
     * @param events at least one; each from its position to its limit; positions are left unchanged. The buffers are kept,
     *     and their bytes must not change, until {@link #setState}
     * @throws StoreException.LimitExceeded for an event above {@link LogStore#MAX_EVENT_BYTES}
     */
    void append(StreamKey key, long firstRevision, long firstPosition, long stampMs, List<ByteBuffer> events);

    /** Writes a session's row. */
    void putSession(SessionId id, SessionRow row);

    /** Removes a session's row; its answers and expiry notes are removed by their own calls. */
    void removeSession(SessionId id);

    /** The highest sequence, unsigned, of which an answer of the session is stored, or 0 if there is none. */
    long lastAnswer(SessionId id);

    /** Stores an answer; {@code answer} has 1 to {@link LogStore#MAX_ANSWER_BYTES} bytes. */
    void putAnswer(SessionId id, long sequence, byte[] answer);

    /**
     * Removes answers with {@code fromExclusive < sequence <= toInclusive} (unsigned), lowest first, at most {@code limit}.
     *
     * @return how many were removed
     */
    int removeAnswers(SessionId id, long fromExclusive, long toInclusive, int limit);

    /** Adds an expiry note; adding one that exists changes nothing. */
    void addExpiry(Expiry expiry);

    /** Removes an expiry note; removing one that does not exist changes nothing. */
    void removeExpiry(Expiry expiry);

    /** The earliest expiry note, or null. */
    @Nullable
    Expiry firstExpiry();

    /** Keeps something of a transaction, instead of what was kept; 1 to {@link LogStore#MAX_ANSWER_BYTES} bytes. */
    void putTransaction(TransactionKey id, byte[] kept);

    /** Forgets what was kept of a transaction, if anything was. */
    void removeTransaction(TransactionKey id);

    /** Keeps what a transaction will append here; 1 to {@link LogStore#MAX_ANSWER_BYTES} bytes. */
    void putStaged(TransactionKey id, byte[] staged);

    /** Forgets what a transaction would append, if anything was kept. */
    void removeStaged(TransactionKey id);

    /** Notes a lock, whatever others there are; instead of one of the same stream and holder. */
    void putLock(Lock lock);

    /** Removes a lock; removing one that does not exist changes nothing. */
    void removeLock(StreamKey stream, TransactionKey holder);

    /**
     * Sets the running values after a log entry, and ends it: its events become rows. Must come after the last append
     * before {@link #commit()} or {@link #tableDigests()}.
     *
     * @param state {@code appliedIndex} and {@code logTimeMs} must not fall
     */
    void setState(PartitionState state);

    /** Sets what is remembered of the last mark; its index must not fall. */
    void setDigestMark(DigestMark mark);

    /**
     * Makes the batch visible, at once and as a whole. It becomes durable with the next {@link Checkpoint}; until then it is
     * Raft's log from which it would be applied again.
     *
     * @throws StoreException.Full if the disk or the map is full; nothing of the batch remains, it may be tried again
     * @throws StoreException.Failed on an I/O error; the store must be closed and recovered
     */
    void commit();

    /** Ends the batch; without a preceding {@link #commit()} it leaves no trace. Idempotent. */
    @Override
    void close();
}
