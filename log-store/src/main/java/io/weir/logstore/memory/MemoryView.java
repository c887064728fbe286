package io.weir.logstore.memory;

import io.weir.logstore.DigestMark;
import io.weir.logstore.EventVisitor;
import io.weir.logstore.Lock;
import io.weir.logstore.LockVisitor;
import io.weir.logstore.PartitionState;
import io.weir.logstore.ReadView;
import io.weir.logstore.RowVisitor;
import io.weir.logstore.SessionId;
import io.weir.logstore.SessionRow;
import io.weir.logstore.StreamHead;
import io.weir.logstore.StreamKey;
import io.weir.logstore.StreamVisitor;
import io.weir.logstore.TableDigests;
import io.weir.logstore.TransactionKey;
import io.weir.logstore.memory.Tables.AnswerKey;
import io.weir.logstore.memory.Tables.LockKey;
import io.weir.logstore.memory.Tables.Revision;
import java.util.Map;
import java.util.NavigableMap;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** A snapshot: the maps that were current when it was opened, which nobody changes while it is open. */
final class MemoryView implements ReadView {
    private final MemoryLogStore store;
    private final Tables tables;
    private final PartitionState state;
    private final DigestMark mark;
    private boolean closed;

    MemoryView(MemoryLogStore store, Tables tables) {
        this.store = store;
        this.tables = tables;
        this.state = tables.state;
        this.mark = tables.mark;
    }

    @Override
    public PartitionState state() {
        checkOpen();
        return state;
    }

    @Override
    public TableDigests tableDigests() {
        checkOpen();
        return MemoryRows.digests(tables);
    }

    @Override
    public DigestMark digestMark() {
        checkOpen();
        return mark;
    }

    @Override
    public @Nullable StreamHead head(StreamKey key) {
        checkOpen();
        return tables.streams.get(key);
    }

    @Override
    public @Nullable SessionRow session(SessionId id) {
        checkOpen();
        return tables.sessions.get(id);
    }

    @Override
    public byte @Nullable [] answer(SessionId id, long sequence) {
        checkOpen();
        byte[] answer = tables.answers.get(new AnswerKey(id, sequence));
        return answer == null ? null : answer.clone();
    }

    @Override
    public byte @Nullable [] transaction(TransactionKey id) {
        checkOpen();
        byte[] kept = tables.transactions.get(id);
        return kept == null ? null : kept.clone();
    }

    @Override
    public byte @Nullable [] staged(TransactionKey id) {
        checkOpen();
        byte[] staged = tables.staged.get(id);
        return staged == null ? null : staged.clone();
    }

    @Override
    public @Nullable TransactionKey nextTransaction(@Nullable TransactionKey after) {
        checkOpen();
        return next(tables.transactions, after);
    }

    @Override
    public @Nullable TransactionKey nextStaged(@Nullable TransactionKey after) {
        checkOpen();
        return next(tables.staged, after);
    }

    private static @Nullable TransactionKey next(
            NavigableMap<TransactionKey, byte[]> rows, @Nullable TransactionKey after) {
        if (after != null) {
            return rows.higherKey(after);
        }
        return rows.isEmpty() ? null : rows.firstKey();
    }

    @Override
    public long stagedTransactions() {
        checkOpen();
        return tables.staged.size();
    }

    @Override
    public boolean hasTransactions() {
        checkOpen();
        return !tables.transactions.isEmpty();
    }

    @Override
    public boolean hasLocks() {
        checkOpen();
        return !tables.locks.isEmpty();
    }

    @Override
    public void visitLocks(StreamKey stream, LockVisitor visitor) {
        checkOpen();
        for (Map.Entry<LockKey, Boolean> lock :
                tables.locks.tailMap(LockKey.firstOf(stream)).entrySet()) {
            if (!lock.getKey().stream().equals(stream) || !visit(lock, visitor)) {
                return;
            }
        }
    }

    @Override
    public void visitLocks(LockVisitor visitor) {
        checkOpen();
        for (Map.Entry<LockKey, Boolean> lock : tables.locks.entrySet()) {
            if (!visit(lock, visitor)) {
                return;
            }
        }
    }

    private static boolean visit(Map.Entry<LockKey, Boolean> lock, LockVisitor visitor) {
        return visitor.onLock(new Lock(lock.getKey().stream(), lock.getKey().holder(), lock.getValue()));
    }

    @Override
    public void readStream(StreamKey key, long from, boolean forwards, EventVisitor visitor) {
        checkOpen();
        StreamHead head = tables.streams.get(key);
        if (head != null) {
            NavigableMap<Revision, MemoryEvent> stream = tables.byRevision.subMap(
                    new Revision(head.streamId(), 0), true, new Revision(head.streamId(), head.lastRevision()), true);
            visit(stream, new Revision(head.streamId(), from), forwards, visitor);
        }
    }

    @Override
    public void readPartition(long from, boolean forwards, EventVisitor visitor) {
        checkOpen();
        // Positions are not negative: a negative bound is an unsigned one beyond every position.
        visit(tables.byPosition, from < 0 ? Long.MAX_VALUE : from, forwards, visitor);
    }

    private static <K> void visit(NavigableMap<K, MemoryEvent> rows, K from, boolean forwards, EventVisitor visitor) {
        Map.Entry<K, MemoryEvent> row = forwards ? rows.ceilingEntry(from) : rows.floorEntry(from);
        boolean more = row != null;
        while (more && row != null) {
            byte[] bytes = row.getValue().bytes();
            more = visitor.onEvent(row.getValue(), new UnsafeBuffer(bytes.clone()), 0, bytes.length);
            row = forwards ? rows.higherEntry(row.getKey()) : rows.lowerEntry(row.getKey());
        }
    }

    @Override
    public void listStreams(@Nullable StreamKey after, StreamVisitor visitor) {
        checkOpen();
        NavigableMap<StreamKey, StreamHead> rows =
                after == null ? tables.streams : tables.streams.tailMap(after, false);
        for (Map.Entry<StreamKey, StreamHead> row : rows.entrySet()) {
            if (!visitor.onStream(row.getKey(), row.getValue())) {
                return;
            }
        }
    }

    @Override
    public long lastStampMs(StreamHead head) {
        checkOpen();
        MemoryEvent last = tables.byPosition.get(head.lastPosition());
        if (last == null) {
            throw new IllegalArgumentException(head + " is not of this snapshot");
        }
        return last.stampMs();
    }

    @Override
    public void visitRows(RowVisitor visitor) {
        checkOpen();
        new MemoryRows(tables, visitor).visit();
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the view is closed");
        }
    }

    @Override
    public boolean isInTheWay() {
        return store.waitsForViews();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            store.endView(tables);
        }
    }
}
