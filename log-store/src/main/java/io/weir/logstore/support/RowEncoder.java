package io.weir.logstore.support;

import io.weir.logstore.Expiry;
import io.weir.logstore.Lock;
import io.weir.logstore.RowEvent;
import io.weir.logstore.RowVisitor;
import io.weir.logstore.SessionId;
import io.weir.logstore.SessionRow;
import io.weir.logstore.StreamKey;
import io.weir.logstore.TransactionKey;
import io.weir.logstore.layout.Checksum;
import io.weir.logstore.layout.EventsLayout;
import io.weir.logstore.layout.RunBlock;
import io.weir.logstore.layout.RunsLayout;
import io.weir.logstore.layout.Scratch;
import io.weir.logstore.layout.SessionsLayout;
import io.weir.logstore.layout.StreamsLayout;
import io.weir.logstore.layout.Table;
import io.weir.logstore.layout.TransactionsLayout;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Makes rows out of values, for a store that keeps objects, not bytes. Every method hands one row to the visitor and
 * returns what it returned. Not thread-safe.
 */
public final class RowEncoder {
    private final RowVisitor visitor;
    private final Scratch scratch = new Scratch();
    private final Checksum checksum = new Checksum();

    public RowEncoder(RowVisitor visitor) {
        this.visitor = visitor;
    }

    public boolean events(long firstPosition, List<RowEvent> events) {
        UnsafeBuffer key = EventsLayout.key(scratch, firstPosition);
        UnsafeBuffer value = value(EventsLayout.rowBytes(events));
        EventsLayout.put(checksum, key, value, events);
        return visitor.onRow(Table.EVENTS, key, value);
    }

    boolean runs(int slot, long streamId, RunBlock full) {
        return block(Table.RUNS, RunsLayout.key(scratch, slot, streamId, full.firstRevision()), full);
    }

    boolean head(int slot, long streamId, RunBlock last) {
        return block(Table.HEADS, RunsLayout.headKey(scratch, slot, streamId), last);
    }

    private boolean block(Table table, UnsafeBuffer key, RunBlock block) {
        UnsafeBuffer value = value(RunsLayout.valueBytes(block));
        RunsLayout.put(checksum, table, key, value, block);
        return visitor.onRow(table, key, value);
    }

    public boolean stream(StreamKey stream, long streamId) {
        UnsafeBuffer key = StreamsLayout.streamKey(scratch, stream);
        UnsafeBuffer value = value(StreamsLayout.STREAM_VALUE_BYTES);
        StreamsLayout.putStream(checksum, key, value, streamId);
        return visitor.onRow(Table.STREAMS, key, value);
    }

    public boolean name(long streamId, StreamKey stream) {
        UnsafeBuffer key = StreamsLayout.nameKey(scratch, streamId);
        UnsafeBuffer value = value(StreamsLayout.nameBytes(stream));
        StreamsLayout.putName(checksum, key, value, stream);
        return visitor.onRow(Table.NAMES, key, value);
    }

    public boolean session(SessionId id, SessionRow row) {
        UnsafeBuffer key = SessionsLayout.sessionKey(scratch, id);
        UnsafeBuffer value = value(SessionsLayout.SESSION_VALUE_BYTES);
        SessionsLayout.putSession(checksum, key, value, row);
        return visitor.onRow(Table.SESSIONS, key, value);
    }

    public boolean answer(SessionId id, long sequence, byte[] answer) {
        UnsafeBuffer key = SessionsLayout.answerKey(scratch, id, sequence);
        UnsafeBuffer value = value(SessionsLayout.answerBytes(answer));
        SessionsLayout.putAnswer(checksum, key, value, answer);
        return visitor.onRow(Table.ANSWERS, key, value);
    }

    public boolean expiry(Expiry expiry) {
        UnsafeBuffer key = SessionsLayout.expiryKey(scratch, expiry);
        UnsafeBuffer value = value(SessionsLayout.EXPIRY_VALUE_BYTES);
        SessionsLayout.putExpiry(checksum, key, value);
        return visitor.onRow(Table.EXPIRY, key, value);
    }

    public boolean transaction(TransactionKey id, byte[] kept) {
        return bytes(Table.TRANSACTIONS, id, kept);
    }

    public boolean staged(TransactionKey id, byte[] staged) {
        return bytes(Table.STAGED, id, staged);
    }

    private boolean bytes(Table table, TransactionKey id, byte[] bytes) {
        UnsafeBuffer key = TransactionsLayout.key(scratch, id);
        UnsafeBuffer value = value(TransactionsLayout.valueBytes(bytes));
        TransactionsLayout.put(checksum, table, key, value, bytes);
        return visitor.onRow(table, key, value);
    }

    public boolean lock(Lock lock) {
        UnsafeBuffer key = TransactionsLayout.lockKey(scratch, lock.stream(), lock.holder());
        UnsafeBuffer value = value(TransactionsLayout.LOCK_VALUE_BYTES);
        TransactionsLayout.putLock(checksum, key, value, lock.exclusive());
        return visitor.onRow(Table.LOCKS, key, value);
    }

    private static UnsafeBuffer value(int bytes) {
        return new UnsafeBuffer(new byte[bytes]);
    }
}
