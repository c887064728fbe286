package io.weir.logstore.memory;

import io.weir.logstore.DigestMark;
import io.weir.logstore.Expiry;
import io.weir.logstore.Lock;
import io.weir.logstore.LockVisitor;
import io.weir.logstore.PartitionState;
import io.weir.logstore.Run;
import io.weir.logstore.SessionId;
import io.weir.logstore.SessionRow;
import io.weir.logstore.StreamHead;
import io.weir.logstore.StreamKey;
import io.weir.logstore.TableDigests;
import io.weir.logstore.TransactionKey;
import io.weir.logstore.WriteBatch;
import io.weir.logstore.memory.Tables.AnswerKey;
import io.weir.logstore.memory.Tables.LockKey;
import io.weir.logstore.memory.Tables.Revision;
import io.weir.logstore.memory.Tables.RunKey;
import io.weir.logstore.support.BatchRules;
import io.weir.logstore.support.EntryEvents;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A batch that keeps its changes beside the committed maps until commit. */
final class MemoryBatch implements WriteBatch {
    private final MemoryLogStore store;
    private final BatchRules rules;
    private final Tables base;
    private final Overlay<StreamKey, StreamHead> streams;
    private final Overlay<Revision, MemoryEvent> byRevision;
    private final Overlay<Long, MemoryEvent> byPosition;
    private final Overlay<Long, Long> rowEnds;
    private final Overlay<RunKey, Run> runs;
    private final Overlay<SessionId, SessionRow> sessions;
    private final Overlay<AnswerKey, byte[]> answers;
    private final Overlay<Expiry, Boolean> expiries;
    private final Overlay<TransactionKey, byte[]> transactions;
    private final Overlay<TransactionKey, byte[]> staged;
    private final Overlay<LockKey, Boolean> locks;
    private final EntryEvents entryEvents = new EntryEvents();
    private long eventBytes;

    MemoryBatch(MemoryLogStore store, Tables base) {
        this.store = store;
        this.base = base;
        rules = new BatchRules(base.state, base.mark);
        streams = new Overlay<>(base.streams);
        byRevision = new Overlay<>(base.byRevision);
        byPosition = new Overlay<>(base.byPosition);
        rowEnds = new Overlay<>(base.rowEnds);
        runs = new Overlay<>(base.runs);
        sessions = new Overlay<>(base.sessions);
        answers = new Overlay<>(base.answers);
        expiries = new Overlay<>(base.expiries);
        transactions = new Overlay<>(base.transactions);
        staged = new Overlay<>(base.staged);
        locks = new Overlay<>(base.locks);
    }

    @Override
    public PartitionState state() {
        rules.enter();
        return rules.state();
    }

    /** Summed up over all rows, each time: the model of what others keep as they go. */
    @Override
    public TableDigests tableDigests() {
        rules.enter();
        rules.requireNoEvents(entryEvents);
        Tables after = base.copy();
        applyTo(after);
        return MemoryRows.digests(after);
    }

    @Override
    public DigestMark digestMark() {
        rules.enter();
        return rules.mark();
    }

    @Override
    public @Nullable StreamHead head(StreamKey key) {
        rules.enter();
        return streams.get(key);
    }

    @Override
    public @Nullable SessionRow session(SessionId id) {
        rules.enter();
        return sessions.get(id);
    }

    @Override
    public byte @Nullable [] answer(SessionId id, long sequence) {
        rules.enter();
        byte[] answer = answers.get(new AnswerKey(id, sequence));
        return answer == null ? null : answer.clone();
    }

    @Override
    public byte @Nullable [] transaction(TransactionKey id) {
        rules.enter();
        byte[] kept = transactions.get(id);
        return kept == null ? null : kept.clone();
    }

    @Override
    public byte @Nullable [] staged(TransactionKey id) {
        rules.enter();
        byte[] bytes = staged.get(id);
        return bytes == null ? null : bytes.clone();
    }

    @Override
    public @Nullable TransactionKey nextTransaction(@Nullable TransactionKey after) {
        rules.enter();
        return after == null ? transactions.first() : transactions.higher(after);
    }

    @Override
    public @Nullable TransactionKey nextStaged(@Nullable TransactionKey after) {
        rules.enter();
        return after == null ? staged.first() : staged.higher(after);
    }

    @Override
    public boolean hasTransactions() {
        rules.enter();
        return transactions.first() != null;
    }

    @Override
    public boolean hasLocks() {
        rules.enter();
        return locks.first() != null;
    }

    @Override
    public void visitLocks(StreamKey stream, LockVisitor visitor) {
        rules.enter();
        LockKey key = locks.ceiling(LockKey.firstOf(stream));
        while (key != null && key.stream().equals(stream) && visit(key, visitor)) {
            key = locks.higher(key);
        }
    }

    @Override
    public void visitLocks(LockVisitor visitor) {
        rules.enter();
        LockKey key = locks.first();
        while (key != null && visit(key, visitor)) {
            key = locks.higher(key);
        }
    }

    private boolean visit(LockKey key, LockVisitor visitor) {
        return visitor.onLock(new Lock(key.stream(), key.holder(), Boolean.TRUE.equals(locks.get(key))));
    }

    @Override
    public void createStream(StreamKey key, long streamId) {
        rules.enter();
        rules.createStream(key, streams.get(key), streamId);
    }

    @Override
    public void append(StreamKey key, long firstRevision, long firstPosition, long stampMs, List<ByteBuffer> events) {
        rules.enter();
        long streamId = rules.append(key, streams.get(key), firstRevision, firstPosition, events);
        long revision = firstRevision;
        long position = firstPosition;
        List<ByteBuffer> copies = new ArrayList<>();
        for (ByteBuffer event : events) {
            byte[] bytes = new byte[event.remaining()];
            event.get(event.position(), bytes);
            copies.add(ByteBuffer.wrap(bytes));
            MemoryEvent row = new MemoryEvent(key, revision, position, stampMs, bytes);
            byRevision.put(new Revision(streamId, revision), row);
            byPosition.put(position, row);
            eventBytes += bytes.length;
            revision++;
            position++;
        }
        entryEvents.add(firstPosition, streamId, firstRevision, stampMs, copies);
        runs.put(
                new RunKey(key.slot(), new Revision(streamId, firstRevision)),
                new Run(firstRevision, firstPosition, events.size()));
        streams.put(key, new StreamHead(streamId, revision - 1, position - 1));
    }

    @Override
    public void putSession(SessionId id, SessionRow row) {
        rules.enter();
        sessions.put(id, row);
    }

    @Override
    public void removeSession(SessionId id) {
        rules.enter();
        sessions.remove(id);
    }

    @Override
    public long lastAnswer(SessionId id) {
        rules.enter();
        AnswerKey last = answers.floor(new AnswerKey(id, -1));
        return last != null && last.session().equals(id) ? last.sequence() : 0;
    }

    @Override
    public void putAnswer(SessionId id, long sequence, byte[] answer) {
        rules.enter();
        rules.putAnswer(answer);
        answers.put(new AnswerKey(id, sequence), answer.clone());
    }

    @Override
    public int removeAnswers(SessionId id, long fromExclusive, long toInclusive, int limit) {
        rules.enter();
        rules.removeAnswers(limit);
        if (Long.compareUnsigned(fromExclusive, toInclusive) >= 0) {
            return 0;
        }
        int removed = 0;
        AnswerKey last = new AnswerKey(id, toInclusive);
        AnswerKey key = answers.ceiling(new AnswerKey(id, fromExclusive + 1));
        while (removed < limit && key != null && key.compareTo(last) <= 0) {
            answers.remove(key);
            removed++;
            key = answers.ceiling(key);
        }
        return removed;
    }

    @Override
    public void addExpiry(Expiry expiry) {
        rules.enter();
        rules.addExpiry(expiry);
        expiries.put(expiry, true);
    }

    @Override
    public void removeExpiry(Expiry expiry) {
        rules.enter();
        expiries.remove(expiry);
    }

    @Override
    public @Nullable Expiry firstExpiry() {
        rules.enter();
        return expiries.first();
    }

    @Override
    public void putTransaction(TransactionKey id, byte[] kept) {
        rules.enter();
        rules.putTransaction(id, kept);
        transactions.put(id, kept.clone());
    }

    @Override
    public void removeTransaction(TransactionKey id) {
        rules.enter();
        transactions.remove(id);
    }

    @Override
    public void putStaged(TransactionKey id, byte[] bytes) {
        rules.enter();
        rules.putTransaction(id, bytes);
        staged.put(id, bytes.clone());
    }

    @Override
    public void removeStaged(TransactionKey id) {
        rules.enter();
        staged.remove(id);
    }

    @Override
    public void putLock(Lock lock) {
        rules.enter();
        rules.putLock(lock);
        locks.put(new LockKey(lock.stream(), lock.holder()), lock.exclusive());
    }

    @Override
    public void removeLock(StreamKey stream, TransactionKey holder) {
        rules.enter();
        locks.remove(new LockKey(stream, holder));
    }

    @Override
    public void setState(PartitionState state) {
        rules.enter();
        rules.setState(state);
        entryEvents.cut((first, events) -> rowEnds.put(first, first + events.size()));
    }

    @Override
    public void setDigestMark(DigestMark mark) {
        rules.enter();
        rules.setMark(mark);
    }

    @Override
    public void commit() {
        rules.enter();
        rules.commit(entryEvents);
        store.publish(this);
        end();
    }

    @Override
    public void close() {
        rules.checkThread();
        if (!rules.ended()) {
            end();
        }
    }

    private void end() {
        rules.end();
        store.endBatch();
    }

    void applyTo(Tables target) {
        streams.applyTo(target.streams);
        byRevision.applyTo(target.byRevision);
        byPosition.applyTo(target.byPosition);
        rowEnds.applyTo(target.rowEnds);
        runs.applyTo(target.runs);
        sessions.applyTo(target.sessions);
        answers.applyTo(target.answers);
        expiries.applyTo(target.expiries);
        transactions.applyTo(target.transactions);
        staged.applyTo(target.staged);
        locks.applyTo(target.locks);
        target.state = rules.state();
        target.mark = rules.mark();
        target.eventBytes += eventBytes;
    }
}
