package io.weir.logstore.support;

import io.weir.logstore.DigestMark;
import io.weir.logstore.Expiry;
import io.weir.logstore.Lock;
import io.weir.logstore.LogStore;
import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreException;
import io.weir.logstore.StreamHead;
import io.weir.logstore.StreamKey;
import io.weir.logstore.TransactionKey;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rules of one {@link io.weir.logstore.WriteBatch}, apart from where its rows go: thread, end, doom, dense positions,
 * revisions and ids, limits. Every check comes before the first row is written, so that a refused call leaves nothing.
 *
 * <p>A caller's mistake is an {@link IllegalArgumentException} or {@link IllegalStateException}; it leaves the batch
 * usable. A {@link StoreException} dooms the batch.
 */
public final class BatchRules {
    private final Thread owner = Thread.currentThread();
    private final Map<StreamKey, Long> idsWithoutRun = new HashMap<>();
    private PartitionState state;
    private DigestMark mark;
    private long nextPosition;
    private long nextStreamId;
    private boolean doomed;
    private boolean ended;

    /** Begins a batch of the calling thread on top of {@code state} and {@code mark}. */
    public BatchRules(PartitionState state, DigestMark mark) {
        this.state = state;
        this.mark = mark;
        this.nextPosition = state.nextPosition();
        this.nextStreamId = state.nextStreamId();
    }

    /**
     * To be called first by every call of the batch but {@code close}.
     *
     * @throws IllegalStateException on another thread, after the end, or if the batch is doomed
     */
    public void enter() {
        checkThread();
        if (ended) {
            throw new IllegalStateException("the batch has ended");
        }
        if (doomed) {
            throw new IllegalStateException("an earlier call of this batch failed; it can only be closed");
        }
    }

    /** A batch is confined to the thread that began it. */
    public void checkThread() {
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException("the batch belongs to thread " + owner.getName() + ", not to "
                    + Thread.currentThread().getName());
        }
    }

    /** From now on only {@code close} is legal. */
    public void doom() {
        doomed = true;
    }

    /** Marks the end, by commit or by close. */
    public void end() {
        ended = true;
    }

    public boolean ended() {
        return ended;
    }

    /** The running values as last set. */
    public PartitionState state() {
        return state;
    }

    /** What is remembered of the last mark, as last set. */
    public DigestMark mark() {
        return mark;
    }

    /** Registers a new stream; {@code head} is what the store knows of the key. */
    public void createStream(StreamKey key, @Nullable StreamHead head, long streamId) {
        if (head != null || idsWithoutRun.containsKey(key)) {
            throw new IllegalArgumentException("stream " + key + " exists");
        }
        if (streamId != nextStreamId) {
            throw new IllegalArgumentException(
                    "stream " + key + " got id " + streamId + "; the next id is " + nextStreamId);
        }
        idsWithoutRun.put(key, streamId);
        nextStreamId++;
    }

    /**
     * Checks an append and counts its events.
     *
     * @param head the stream's end as the batch sees it, or null if it has no run yet
     * @return the stream's id
     */
    public long append(
            StreamKey key, @Nullable StreamHead head, long firstRevision, long firstPosition, List<ByteBuffer> events) {
        long streamId = idOf(key, head);
        long expectedRevision = head == null ? 0 : head.lastRevision() + 1;
        if (firstRevision != expectedRevision) {
            throw new IllegalArgumentException("append to " + key + " begins at revision " + firstRevision
                    + "; the next revision is " + expectedRevision);
        }
        if (firstPosition != nextPosition) {
            throw new IllegalArgumentException("append to " + key + " begins at position " + firstPosition
                    + "; the next position is " + nextPosition);
        }
        if (events.isEmpty()) {
            throw new IllegalArgumentException("append to " + key + " has no events");
        }
        for (ByteBuffer event : events) {
            limit("bytes of an event", event.remaining(), LogStore.MAX_EVENT_BYTES);
        }
        idsWithoutRun.remove(key);
        nextPosition += events.size();
        return streamId;
    }

    private long idOf(StreamKey key, @Nullable StreamHead head) {
        if (head != null) {
            return head.streamId();
        }
        Long id = idsWithoutRun.get(key);
        if (id == null) {
            throw new IllegalArgumentException("stream " + key + " does not exist");
        }
        return id;
    }

    public void putAnswer(byte[] answer) {
        if (answer.length == 0) {
            throw new IllegalArgumentException("an answer must have at least one byte");
        }
        limit("bytes of an answer", answer.length, LogStore.MAX_ANSWER_BYTES);
    }

    /** Checks what is to be kept of a transaction. */
    public void putTransaction(TransactionKey id, byte[] bytes) {
        requireSound(id);
        if (bytes.length == 0) {
            throw new IllegalArgumentException("what is kept of a transaction must have at least one byte");
        }
        limit("bytes kept of a transaction", bytes.length, LogStore.MAX_ANSWER_BYTES);
    }

    public void putLock(Lock lock) {
        requireSound(lock.holder());
    }

    private static void requireSound(TransactionKey id) {
        if (id.expiryMs() < 0 || id.home() < 0) {
            throw new IllegalArgumentException("expiry or home of " + id + " is negative");
        }
    }

    public void removeAnswers(int limit) {
        if (limit < 0) {
            throw new IllegalArgumentException("limit " + limit + " is negative");
        }
    }

    public void addExpiry(Expiry expiry) {
        if (expiry.dueMs() < 0) {
            throw new IllegalArgumentException("due time " + expiry.dueMs() + " is negative");
        }
    }

    /** Sets the running values; the dense counters are compared with what was written at {@link #commit}. */
    public void setState(PartitionState next) {
        if (next.appliedIndex() < state.appliedIndex()) {
            throw new IllegalArgumentException(
                    "applied index falls from " + state.appliedIndex() + " to " + next.appliedIndex());
        }
        if (next.logTimeMs() < state.logTimeMs()) {
            throw new IllegalArgumentException("log time falls from " + state.logTimeMs() + " to " + next.logTimeMs());
        }
        state = next;
    }

    /** Sets what is remembered of the last mark. */
    public void setMark(DigestMark next) {
        if (next.index() < mark.index() || next.agreedIndex() < mark.agreedIndex()) {
            throw new IllegalArgumentException("the last mark falls from " + mark + " to " + next);
        }
        mark = next;
    }

    /** The digests count rows, which the events of an entry become at its end. */
    public void requireNoEvents(EntryEvents events) {
        if (!events.isEmpty()) {
            throw new IllegalStateException("events were appended since the state was set: the entry has not ended");
        }
    }

    /** What is about to become durable must be dense, and its counters must say so. */
    public void commit(EntryEvents events) {
        if (!idsWithoutRun.isEmpty()) {
            throw new IllegalStateException("streams were created without an event: " + idsWithoutRun.keySet());
        }
        if (state.nextPosition() != nextPosition || state.nextStreamId() != nextStreamId) {
            throw new IllegalStateException("the batch reached position " + nextPosition + " and stream id "
                    + nextStreamId + ", its state says " + state.nextPosition() + " and " + state.nextStreamId());
        }
        requireNoEvents(events);
    }

    private void limit(String what, long value, long limit) {
        if (value > limit) {
            doom();
            throw new StoreException.LimitExceeded(what, value, limit);
        }
    }
}
