package io.weir.logstore.lmdb;

import io.weir.logstore.DigestMark;
import io.weir.logstore.Expiry;
import io.weir.logstore.Lock;
import io.weir.logstore.LockVisitor;
import io.weir.logstore.PartitionState;
import io.weir.logstore.RowEvent;
import io.weir.logstore.Run;
import io.weir.logstore.SessionId;
import io.weir.logstore.SessionRow;
import io.weir.logstore.StreamHead;
import io.weir.logstore.StreamKey;
import io.weir.logstore.TableDigests;
import io.weir.logstore.TransactionKey;
import io.weir.logstore.WriteBatch;
import io.weir.logstore.layout.EventsLayout;
import io.weir.logstore.layout.SessionsLayout;
import io.weir.logstore.layout.Table;
import io.weir.logstore.layout.TransactionsLayout;
import io.weir.logstore.support.BatchRules;
import io.weir.logstore.support.EntryEvents;
import io.weir.logstore.support.FaultPoint;
import io.weir.logstore.support.TableSums;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Supplier;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Cursor;
import org.lmdbjava.Dbi;
import org.lmdbjava.GetOp;
import org.lmdbjava.PutFlags;

/**
 * One LMDB write transaction. Rows are written straight into their pages, those of streams and events at the end of each log entry,
 * all others at once; LMDB itself shows the batch its own writes and forgets them on abort.
 */
final class LmdbBatch implements WriteBatch {
    private static final PutFlags[] APPEND = {PutFlags.MDB_APPEND};
    private static final PutFlags[] UPSERT = {};

    private final LmdbLogStore store;
    private final Environment environment;
    private final TableReader rows;
    private final HeadCache heads;
    private final MetaValues before;
    private final BatchRules rules;
    private final TableSums sums;
    private final EntryEvents entryEvents = new EntryEvents();
    private final StreamRows streams;

    LmdbBatch(LmdbLogStore store, Environment environment, HeadCache heads, MetaValues before) {
        this.store = store;
        this.environment = environment;
        this.heads = heads;
        this.before = before;
        this.rules = new BatchRules(before.state(), before.mark());
        this.sums = new TableSums(before.digests());
        this.rows = new TableReader(environment, environment.beginWrite());
        this.streams = new StreamRows(environment, rows, sums);
    }

    @Override
    public PartitionState state() {
        rules.enter();
        return rules.state();
    }

    @Override
    public TableDigests tableDigests() {
        rules.enter();
        rules.requireNoEvents(entryEvents);
        return sums.digests();
    }

    @Override
    public DigestMark digestMark() {
        rules.enter();
        return rules.mark();
    }

    @Override
    public @Nullable StreamHead head(StreamKey key) {
        rules.enter();
        StreamHead known = heads.get(key);
        if (known != null) {
            return known;
        }
        StreamHead added = streams.head(key);
        StreamHead head = added != null ? added : run(() -> rows.head(key));
        if (head != null) {
            heads.stage(key, head);
        }
        return head;
    }

    @Override
    public @Nullable SessionRow session(SessionId id) {
        rules.enter();
        return run(() -> rows.session(id));
    }

    @Override
    public byte @Nullable [] answer(SessionId id, long sequence) {
        rules.enter();
        return FaultPoint.isMutant("answers-forgotten") ? null : run(() -> rows.answer(id, sequence));
    }

    @Override
    public long lastAnswer(SessionId id) {
        rules.enter();
        return run(() -> rows.lastAnswer(id));
    }

    @Override
    public byte @Nullable [] transaction(TransactionKey id) {
        rules.enter();
        return run(() -> rows.transaction(Table.TRANSACTIONS, id));
    }

    @Override
    public byte @Nullable [] staged(TransactionKey id) {
        rules.enter();
        return run(() -> rows.transaction(Table.STAGED, id));
    }

    @Override
    public @Nullable TransactionKey nextTransaction(@Nullable TransactionKey after) {
        rules.enter();
        return this.<@Nullable TransactionKey>run(() -> rows.nextTransaction(Table.TRANSACTIONS, after));
    }

    @Override
    public @Nullable TransactionKey nextStaged(@Nullable TransactionKey after) {
        rules.enter();
        return this.<@Nullable TransactionKey>run(() -> rows.nextTransaction(Table.STAGED, after));
    }

    @Override
    public boolean hasTransactions() {
        rules.enter();
        return sums.rows(Table.TRANSACTIONS) > 0;
    }

    @Override
    public boolean hasLocks() {
        rules.enter();
        return sums.rows(Table.LOCKS) > 0 && !FaultPoint.isMutant("locks-ignored");
    }

    @Override
    public void visitLocks(StreamKey stream, LockVisitor visitor) {
        rules.enter();
        run(() -> {
            rows.locks(stream, visitor);
            return true;
        });
    }

    @Override
    public void visitLocks(LockVisitor visitor) {
        rules.enter();
        run(() -> {
            rows.locks(visitor);
            return true;
        });
    }

    @Override
    public void createStream(StreamKey key, long streamId) {
        rules.createStream(key, head(key), streamId);
    }

    @Override
    public void append(StreamKey key, long firstRevision, long firstPosition, long stampMs, List<ByteBuffer> events) {
        StreamHead head = head(key);
        long streamId = rules.append(key, head, firstRevision, firstPosition, events);
        streams.add(key, streamId, new Run(firstRevision, firstPosition, events.size()));
        entryEvents.add(firstPosition, streamId, firstRevision, stampMs, events);
        heads.stage(
                key, new StreamHead(streamId, firstRevision + events.size() - 1, firstPosition + events.size() - 1));
    }

    private void writeEvents(long firstPosition, List<RowEvent> events) {
        UnsafeBuffer key = EventsLayout.key(rows.scratch(), firstPosition);
        UnsafeBuffer value = reserve(Table.EVENTS, key, EventsLayout.rowBytes(events), APPEND);
        EventsLayout.put(rows.checksum(), key, value, events);
        sums.add(Table.EVENTS, value);
    }

    @Override
    public void putSession(SessionId id, SessionRow row) {
        rules.enter();
        write(() -> {
            UnsafeBuffer key = SessionsLayout.sessionKey(rows.scratch(), id);
            uncount(Table.SESSIONS, key);
            UnsafeBuffer value = reserve(Table.SESSIONS, key, SessionsLayout.SESSION_VALUE_BYTES, UPSERT);
            SessionsLayout.putSession(rows.checksum(), key, value, row);
            sums.add(Table.SESSIONS, value);
        });
    }

    @Override
    public void removeSession(SessionId id) {
        rules.enter();
        write(() -> delete(Table.SESSIONS, SessionsLayout.sessionKey(rows.scratch(), id)));
    }

    @Override
    public void putAnswer(SessionId id, long sequence, byte[] answer) {
        rules.enter();
        rules.putAnswer(answer);
        write(() -> rows.withCursor(Table.ANSWERS, answers -> {
            UnsafeBuffer key = SessionsLayout.answerKey(rows.scratch(), id, sequence);
            UnsafeBuffer value = reserveAnswer(answers, key, SessionsLayout.answerBytes(answer));
            SessionsLayout.putAnswer(rows.checksum(), key, value, answer);
            sums.add(Table.ANSWERS, value);
            return true;
        }));
    }

    /** Hardly ever is there one before: looked up only if LMDB says so. */
    private UnsafeBuffer reserveAnswer(Cursor<UnsafeBuffer> answers, UnsafeBuffer key, int bytes) {
        try {
            return answers.reserve(key, bytes, PutFlags.MDB_NOOVERWRITE);
        } catch (Dbi.KeyExistsException e) {
            uncount(Table.ANSWERS, key);
            return answers.reserve(key, bytes);
        }
    }

    @Override
    public int removeAnswers(SessionId id, long fromExclusive, long toInclusive, int limit) {
        rules.enter();
        rules.removeAnswers(limit);
        if (Long.compareUnsigned(fromExclusive, toInclusive) >= 0) {
            return 0;
        }
        int[] removed = {0};
        write(() -> rows.withCursor(Table.ANSWERS, answers -> {
            UnsafeBuffer first = SessionsLayout.answerKey(rows.scratch(), id, fromExclusive + 1);
            boolean found = removed[0] < limit && answers.get(first, GetOp.MDB_SET_RANGE);
            while (found && SessionsLayout.isAnswerOf(answers.key(), id, toInclusive)) {
                rows.checksum().verify(Table.ANSWERS, answers.key(), answers.val());
                sums.remove(Table.ANSWERS, answers.val());
                answers.delete();
                removed[0]++;
                // After a delete, next is the row that followed.
                found = removed[0] < limit && answers.next();
            }
            return true;
        }));
        return removed[0];
    }

    @Override
    public void addExpiry(Expiry expiry) {
        rules.enter();
        rules.addExpiry(expiry);
        write(() -> {
            UnsafeBuffer key = SessionsLayout.expiryKey(rows.scratch(), expiry);
            uncount(Table.EXPIRY, key);
            UnsafeBuffer value = reserve(Table.EXPIRY, key, SessionsLayout.EXPIRY_VALUE_BYTES, UPSERT);
            SessionsLayout.putExpiry(rows.checksum(), key, value);
            sums.add(Table.EXPIRY, value);
        });
    }

    @Override
    public void removeExpiry(Expiry expiry) {
        rules.enter();
        write(() -> delete(Table.EXPIRY, SessionsLayout.expiryKey(rows.scratch(), expiry)));
    }

    @Override
    public @Nullable Expiry firstExpiry() {
        rules.enter();
        return this.<@Nullable Expiry>run(() -> rows.<@Nullable Expiry>withCursor(
                Table.EXPIRY,
                notes -> notes.first() ? SessionsLayout.expiry(rows.checksum(), notes.key(), notes.val()) : null));
    }

    @Override
    public void putTransaction(TransactionKey id, byte[] kept) {
        put(Table.TRANSACTIONS, id, kept);
    }

    @Override
    public void putStaged(TransactionKey id, byte[] staged) {
        put(Table.STAGED, id, staged);
    }

    private void put(Table table, TransactionKey id, byte[] bytes) {
        rules.enter();
        rules.putTransaction(id, bytes);
        write(() -> {
            UnsafeBuffer key = TransactionsLayout.key(rows.scratch(), id);
            uncount(table, key);
            UnsafeBuffer value = reserve(table, key, TransactionsLayout.valueBytes(bytes), UPSERT);
            TransactionsLayout.put(rows.checksum(), table, key, value, bytes);
            sums.add(table, value);
        });
    }

    @Override
    public void removeTransaction(TransactionKey id) {
        rules.enter();
        write(() -> delete(Table.TRANSACTIONS, TransactionsLayout.key(rows.scratch(), id)));
    }

    @Override
    public void removeStaged(TransactionKey id) {
        rules.enter();
        write(() -> delete(Table.STAGED, TransactionsLayout.key(rows.scratch(), id)));
    }

    @Override
    public void putLock(Lock lock) {
        rules.enter();
        if (!lock.exclusive() && FaultPoint.isMutant("no-shared-locks")) {
            return;
        }
        rules.putLock(lock);
        write(() -> {
            UnsafeBuffer key = TransactionsLayout.lockKey(rows.scratch(), lock.stream(), lock.holder());
            uncount(Table.LOCKS, key);
            UnsafeBuffer value = reserve(Table.LOCKS, key, TransactionsLayout.LOCK_VALUE_BYTES, UPSERT);
            TransactionsLayout.putLock(rows.checksum(), key, value, lock.exclusive());
            sums.add(Table.LOCKS, value);
        });
    }

    @Override
    public void removeLock(StreamKey stream, TransactionKey holder) {
        rules.enter();
        write(() -> delete(Table.LOCKS, TransactionsLayout.lockKey(rows.scratch(), stream, holder)));
    }

    @Override
    public void setState(PartitionState state) {
        rules.enter();
        rules.setState(state);
        write(() -> {
            streams.write();
            entryEvents.cut(this::writeEvents);
        });
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
        MetaValues after = new MetaValues(rules.state(), sums.digests(), rules.mark());
        write(() -> {
            if (!after.equals(before)) {
                environment.writeMeta(rows.txn(), rows.scratch(), rows.checksum(), after);
            }
            rows.closeCursors();
            FaultPoint.pass("commit.before");
            environment.commit(rows.txn());
            FaultPoint.pass("commit.after");
        });
        heads.publish();
        store.committed(after);
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
        heads.drop();
        try {
            rows.close();
        } finally {
            store.endBatch();
        }
    }

    private UnsafeBuffer reserve(Table table, UnsafeBuffer key, int bytes, PutFlags[] flags) {
        return environment.reserve(rows.txn(), table, key, bytes, flags);
    }

    private void delete(Table table, UnsafeBuffer key) {
        if (uncount(table, key)) {
            environment.table(table).delete(rows.txn(), key);
        }
    }

    /** Takes a row that is about to be overwritten or deleted out of the sums; false if there is none. */
    private boolean uncount(Table table, UnsafeBuffer key) {
        UnsafeBuffer old = rows.get(table, key);
        if (old == null) {
            return false;
        }
        rows.checksum().verify(table, key, old);
        sums.remove(table, old);
        return true;
    }

    /** A write that failed half-way must never be committed, whatever it was that failed. */
    private void write(Runnable action) {
        boolean done = false;
        try {
            run(() -> {
                action.run();
                return true;
            });
            done = true;
        } finally {
            if (!done) {
                rules.doom();
            }
        }
    }

    private <R extends @Nullable Object> R run(Supplier<R> action) {
        try {
            return action.get();
        } catch (RuntimeException e) {
            rules.doom();
            throw store.writeFailed(e);
        }
    }
}
