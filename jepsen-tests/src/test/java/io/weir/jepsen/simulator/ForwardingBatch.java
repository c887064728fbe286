package io.weir.jepsen.simulator;

import io.weir.logstore.DigestMark;
import io.weir.logstore.Expiry;
import io.weir.logstore.Lock;
import io.weir.logstore.LockVisitor;
import io.weir.logstore.PartitionState;
import io.weir.logstore.SessionId;
import io.weir.logstore.SessionRow;
import io.weir.logstore.StreamHead;
import io.weir.logstore.StreamKey;
import io.weir.logstore.TableDigests;
import io.weir.logstore.TransactionKey;
import io.weir.logstore.WriteBatch;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A batch that passes everything on, for those that change something on the way. */
class ForwardingBatch implements WriteBatch {
    private final WriteBatch batch;

    ForwardingBatch(WriteBatch batch) {
        this.batch = batch;
    }

    @Override
    public PartitionState state() {
        return batch.state();
    }

    @Override
    public TableDigests tableDigests() {
        return batch.tableDigests();
    }

    @Override
    public DigestMark digestMark() {
        return batch.digestMark();
    }

    @Override
    public @Nullable StreamHead head(StreamKey key) {
        return batch.head(key);
    }

    @Override
    public @Nullable SessionRow session(SessionId id) {
        return batch.session(id);
    }

    @Override
    public byte @Nullable [] answer(SessionId id, long sequence) {
        return batch.answer(id, sequence);
    }

    @Override
    public byte @Nullable [] transaction(TransactionKey id) {
        return batch.transaction(id);
    }

    @Override
    public byte @Nullable [] staged(TransactionKey id) {
        return batch.staged(id);
    }

    @Override
    public @Nullable TransactionKey nextTransaction(@Nullable TransactionKey after) {
        return batch.nextTransaction(after);
    }

    @Override
    public @Nullable TransactionKey nextStaged(@Nullable TransactionKey after) {
        return batch.nextStaged(after);
    }

    @Override
    public boolean hasTransactions() {
        return batch.hasTransactions();
    }

    @Override
    public boolean hasLocks() {
        return batch.hasLocks();
    }

    @Override
    public void visitLocks(StreamKey stream, LockVisitor visitor) {
        batch.visitLocks(stream, visitor);
    }

    @Override
    public void visitLocks(LockVisitor visitor) {
        batch.visitLocks(visitor);
    }

    @Override
    public void createStream(StreamKey key, long streamId) {
        batch.createStream(key, streamId);
    }

    @Override
    public void append(StreamKey key, long firstRevision, long firstPosition, long stampMs, List<ByteBuffer> events) {
        batch.append(key, firstRevision, firstPosition, stampMs, events);
    }

    @Override
    public void putSession(SessionId id, SessionRow row) {
        batch.putSession(id, row);
    }

    @Override
    public void removeSession(SessionId id) {
        batch.removeSession(id);
    }

    @Override
    public long lastAnswer(SessionId id) {
        return batch.lastAnswer(id);
    }

    @Override
    public void putAnswer(SessionId id, long sequence, byte[] answer) {
        batch.putAnswer(id, sequence, answer);
    }

    @Override
    public int removeAnswers(SessionId id, long fromExclusive, long toInclusive, int limit) {
        return batch.removeAnswers(id, fromExclusive, toInclusive, limit);
    }

    @Override
    public void addExpiry(Expiry expiry) {
        batch.addExpiry(expiry);
    }

    @Override
    public void removeExpiry(Expiry expiry) {
        batch.removeExpiry(expiry);
    }

    @Override
    public @Nullable Expiry firstExpiry() {
        return batch.firstExpiry();
    }

    @Override
    public void putTransaction(TransactionKey id, byte[] kept) {
        batch.putTransaction(id, kept);
    }

    @Override
    public void removeTransaction(TransactionKey id) {
        batch.removeTransaction(id);
    }

    @Override
    public void putStaged(TransactionKey id, byte[] staged) {
        batch.putStaged(id, staged);
    }

    @Override
    public void removeStaged(TransactionKey id) {
        batch.removeStaged(id);
    }

    @Override
    public void putLock(Lock lock) {
        batch.putLock(lock);
    }

    @Override
    public void removeLock(StreamKey stream, TransactionKey holder) {
        batch.removeLock(stream, holder);
    }

    @Override
    public void setState(PartitionState state) {
        batch.setState(state);
    }

    @Override
    public void setDigestMark(DigestMark mark) {
        batch.setDigestMark(mark);
    }

    @Override
    public void commit() {
        batch.commit();
    }

    @Override
    public void close() {
        batch.close();
    }
}
