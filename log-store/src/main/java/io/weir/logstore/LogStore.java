package io.weir.logstore;

/**
 * The committed events and the state of one partition. Not the Raft log: what arrives here has been agreed on, in order.
 *
 * <p><b>Durability</b> comes from Raft's log, up to the last {@link Checkpoint}. A commit makes a batch visible and promises
 * nothing else: whatever ends the process, the next open finds the last completed checkpoint and nothing of what came after
 * it. From there Raft's log, which must not be purged beyond {@link #checkpoint()}, is applied again. A batch is all or
 * nothing under every fault.
 *
 * <p><b>Ordering.</b> Batches are serial. A {@link ReadView} opened after a commit returned sees it. Positions are dense in
 * the partition, revisions dense in a stream, and an event with a lower position never becomes visible after one with a
 * higher position.
 *
 * <p><b>Threads.</b> One batch at a time, on one thread; {@link #beginWrite()} on another thread while a batch is open
 * throws. Any number of views, on any threads, up to the store's number of readers; {@link #openRead()} waits for a free
 * one. {@link #close()} refuses new views, waits for open ones and the open batch, and only then unmaps: a read never
 * meets a closed store.
 *
 * <p><b>Buffers.</b> Arguments belong to the caller and are not kept, but for events, until the end of their log entry
 * ({@link WriteBatch#setState}). Buffers given to visitors belong to the store and end with the call.
 *
 * <p>A typical life:
 *
 * <pre>{@code
 * try (WriteBatch batch = store.beginWrite()) {
 *     batch.createStream(key, batch.state().nextStreamId());
 *     batch.append(key, 0, batch.state().nextPosition(), stampMs, events);
 *     batch.setState(next);
 *     batch.commit();
 * }
 * }</pre>
 */
public interface LogStore extends AutoCloseable {
    /** Bytes of one event as it is handed to {@link WriteBatch#append}. */
    int MAX_EVENT_BYTES = 1 << 20;

    /** Bytes of one stored answer. */
    int MAX_ANSWER_BYTES = 8 << 20;

    /** Whose data this is. */
    StoreIdentity identity();

    /** The running values after the last commit. Any thread. */
    PartitionState state();

    /** What is remembered of the last mark, after the last commit. Any thread. */
    DigestMark digestMark();

    /**
     * Begins the only write transaction.
     *
     * @throws IllegalStateException if another batch is open, or the store is closed
     */
    WriteBatch beginWrite();

    /**
     * Opens a snapshot of the last committed state.
     *
     * @throws StoreException.Closed if the store is closed or closing
     */
    ReadView openRead();

    /**
     * The running values of the last durable checkpoint: what the next open finds, and after which Raft's log must replay.
     * {@link PartitionState#EMPTY} if there is none. After open, equal to {@link #state()}. Any thread.
     */
    PartitionState checkpoint();

    /**
     * Begins to make the last committed state durable. Short: what takes long is {@link Checkpoint#complete()}.
     *
     * @throws IllegalStateException if a batch is open, another checkpoint is under way, or the store is closed
     */
    Checkpoint beginCheckpoint();

    /** Bytes by which the used part of the file grew since the last durable checkpoint. Any thread. */
    long growthBytes();

    /**
     * Begins to receive a copy of another replica of this partition. One at a time; nothing that anybody reads or writes
     * meanwhile is touched by it, nor touches it.
     *
     * @throws StoreException.Failed if the disk refused
     */
    StoreReceiver receive();

    /**
     * Puts a received copy in the place of everything in this store, and removes what it replaces. Waits for open views and
     * the open batch, as {@link #close()} does, and for a checkpoint that is being completed; one that was only begun is
     * superseded, and completing it does nothing. What comes meanwhile waits, and then sees the copy. Afterwards {@link
     * #state()} and {@link #checkpoint()} are the copy's.
     *
     * @param received finished, of {@link #receive()} of this store; closed by this
     * @throws StoreException.Failed if the disk refused: the store must be closed; the next open finds either of both, whole
     * @throws IllegalStateException if this thread has an open batch
     */
    void install(StoreReceiver received);

    /** Streams that exist. */
    long streams();

    /** Bytes that the store occupies. */
    long sizeBytes();

    /**
     * Drains readers and the writer, completes a last checkpoint unless the store has failed, then closes. Idempotent. A
     * checkpoint that is under way on another thread is waited for, one that was only begun is given up.
     *
     * @throws StoreException if the last checkpoint failed; the store is closed, and the next open finds the previous one
     */
    @Override
    void close();
}
