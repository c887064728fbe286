package io.weir.logstore.lmdb;

import io.weir.logstore.Lock;
import io.weir.logstore.LockVisitor;
import io.weir.logstore.SessionId;
import io.weir.logstore.SessionRow;
import io.weir.logstore.StreamHead;
import io.weir.logstore.StreamKey;
import io.weir.logstore.TransactionKey;
import io.weir.logstore.layout.Checksum;
import io.weir.logstore.layout.DigestsLayout;
import io.weir.logstore.layout.MetaLayout;
import io.weir.logstore.layout.RunBlock;
import io.weir.logstore.layout.RunsLayout;
import io.weir.logstore.layout.Scratch;
import io.weir.logstore.layout.SessionsLayout;
import io.weir.logstore.layout.StreamsLayout;
import io.weir.logstore.layout.Table;
import io.weir.logstore.layout.TransactionsLayout;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2ObjectCache;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Cursor;
import org.lmdbjava.GetOp;
import org.lmdbjava.Txn;

/**
 * Point reads inside one LMDB transaction, of a view or of a batch, with the cursors and the scratch memory that they need.
 * One thread at a time. A read-only one is reset and renewed instead of built anew.
 *
 * <p>Cursors are lent, so that a visitor may read again from inside its callback without moving the outer cursor.
 */
final class TableReader {
    private static final int NAME_CACHE_SETS = 256;
    private static final int NAME_CACHE_WAYS = 4;

    private final Environment environment;
    private final Txn<UnsafeBuffer> txn;
    private final Scratch scratch = new Scratch();
    private final Checksum checksum = new Checksum();
    private final RunBlock block = new RunBlock();
    private final Map<Table, Deque<Cursor<UnsafeBuffer>>> idleCursors = new EnumMap<>(Table.class);
    private @Nullable Long2ObjectCache<StreamKey> names;

    TableReader(Environment environment, Txn<UnsafeBuffer> txn) {
        this.environment = environment;
        this.txn = txn;
    }

    Txn<UnsafeBuffer> txn() {
        return txn;
    }

    /** For the next key; whatever was read from it before is overwritten. */
    Scratch scratch() {
        return scratch;
    }

    Checksum checksum() {
        return checksum;
    }

    @Nullable
    UnsafeBuffer get(Table table, UnsafeBuffer key) {
        return environment.table(table).get(txn, key);
    }

    /** All of {@code meta} but the identity. */
    MetaValues meta() {
        return new MetaValues(
                meta(MetaLayout.stateKey(scratch), MetaLayout::state),
                meta(DigestsLayout.tablesKey(scratch), DigestsLayout::tables),
                meta(DigestsLayout.markKey(scratch), DigestsLayout::mark));
    }

    private <R> R meta(UnsafeBuffer key, Decoder<R> decoder) {
        UnsafeBuffer value = get(Table.META, key);
        if (value == null) {
            throw Checksum.corrupted(Table.META, key, "row is missing");
        }
        return decoder.decode(checksum, key, value);
    }

    /** Reads a row. */
    @FunctionalInterface
    private interface Decoder<R> {
        R decode(Checksum checksum, DirectBuffer key, DirectBuffer value);
    }

    @Nullable
    StreamHead head(StreamKey stream) {
        Long streamId = idOf(stream);
        return streamId == null ? null : head(stream, streamId);
    }

    /** Where the events of a stream are, or null if it does not exist. */
    @Nullable
    StreamRuns runs(StreamKey stream) {
        Long streamId = idOf(stream);
        return streamId == null ? null : new StreamRuns(this, stream, streamId);
    }

    private @Nullable Long idOf(StreamKey stream) {
        UnsafeBuffer key = StreamsLayout.streamKey(scratch, stream);
        UnsafeBuffer value = get(Table.STREAMS, key);
        return value == null ? null : StreamsLayout.streamId(checksum, key, value);
    }

    /** The end of a stream that has an id. */
    StreamHead head(StreamKey stream, long streamId) {
        return withCursor(Table.HEADS, cursor -> {
            seekHead(cursor, stream, streamId);
            RunsLayout.getEnd(checksum, Table.HEADS, cursor.key(), cursor.val(), block);
            return new StreamHead(streamId, block.lastRevision(), block.lastPosition());
        });
    }

    /** Reads the last runs of a stream that exists. */
    void lastBlock(StreamKey stream, long streamId, RunBlock into) {
        withCursor(Table.HEADS, cursor -> {
            seekHead(cursor, stream, streamId);
            RunsLayout.get(checksum, Table.HEADS, cursor.key(), cursor.val(), into);
            return true;
        });
    }

    /** Moves to the row of a stream that exists. */
    void seekHead(Cursor<UnsafeBuffer> heads, StreamKey stream, long streamId) {
        UnsafeBuffer key = RunsLayout.headKey(scratch, stream.slot(), streamId);
        if (!heads.get(key, GetOp.MDB_SET_KEY)) {
            throw Checksum.corrupted(Table.HEADS, key, "row of stream " + stream + " is missing");
        }
    }

    /** Reads the full block of a stream that begins at or before {@code revision}, the last such; false if there is none. */
    boolean fullBlock(int slot, long streamId, long revision, RunBlock into) {
        return withCursor(Table.RUNS, runs -> {
            boolean found = seekAtOrBefore(runs, RunsLayout.key(scratch, slot, streamId, revision));
            if (!found || !RunsLayout.isOf(runs.key(), slot, streamId)) {
                return false;
            }
            RunsLayout.get(checksum, Table.RUNS, runs.key(), runs.val(), into);
            return true;
        });
    }

    /** Moves to the row of a key, or else to the one before; false if there is neither. */
    static boolean seekAtOrBefore(Cursor<UnsafeBuffer> rows, UnsafeBuffer key) {
        if (!rows.get(key, GetOp.MDB_SET_RANGE)) {
            return rows.last();
        }
        return rows.key().equals(key) || rows.prev();
    }

    /**
     * The stream with an id, remembered: the row of a committed stream never changes. Not for batches, whose new ids may
     * yet go to other streams.
     */
    StreamKey name(long streamId) {
        if (names == null) {
            names = new Long2ObjectCache<>(NAME_CACHE_SETS, NAME_CACHE_WAYS, evicted -> {});
        }
        StreamKey known = names.get(streamId);
        if (known != null) {
            return known;
        }
        UnsafeBuffer key = StreamsLayout.nameKey(scratch, streamId);
        UnsafeBuffer value = get(Table.NAMES, key);
        if (value == null) {
            throw Checksum.corrupted(Table.NAMES, key, "row is missing");
        }
        StreamKey stream = StreamsLayout.name(checksum, key, value);
        names.put(streamId, stream);
        return stream;
    }

    @Nullable
    SessionRow session(SessionId id) {
        UnsafeBuffer key = SessionsLayout.sessionKey(scratch, id);
        UnsafeBuffer value = get(Table.SESSIONS, key);
        return value == null ? null : SessionsLayout.session(checksum, key, value);
    }

    byte @Nullable [] answer(SessionId id, long sequence) {
        UnsafeBuffer key = SessionsLayout.answerKey(scratch, id, sequence);
        UnsafeBuffer value = get(Table.ANSWERS, key);
        return value == null ? null : SessionsLayout.answer(checksum, key, value);
    }

    /** The highest sequence of a session's answers, unsigned, or 0. */
    long lastAnswer(SessionId id) {
        return withCursor(Table.ANSWERS, answers -> {
            boolean found = seekAtOrBefore(answers, SessionsLayout.answerKey(scratch, id, -1));
            return found && SessionsLayout.isAnswerOf(answers.key(), id, -1)
                    ? SessionsLayout.answerSequence(answers.key())
                    : 0;
        });
    }

    byte @Nullable [] transaction(Table table, TransactionKey id) {
        UnsafeBuffer key = TransactionsLayout.key(scratch, id);
        UnsafeBuffer value = get(table, key);
        return value == null ? null : TransactionsLayout.get(checksum, table, key, value);
    }

    @Nullable
    TransactionKey nextTransaction(Table table, @Nullable TransactionKey after) {
        return this.<@Nullable TransactionKey>withCursor(table, rows -> {
            boolean found = after == null ? rows.first() : seekAfter(rows, TransactionsLayout.key(scratch, after));
            return found ? TransactionsLayout.id(table, rows.key()) : null;
        });
    }

    /** Moves to the first row whose key is greater; false if there is none. */
    static boolean seekAfter(Cursor<UnsafeBuffer> rows, UnsafeBuffer key) {
        boolean found = rows.get(key, GetOp.MDB_SET_RANGE);
        return (found && rows.key().equals(key)) ? rows.next() : found;
    }

    void locks(StreamKey stream, LockVisitor visitor) {
        withCursor(Table.LOCKS, rows -> {
            boolean found = rows.get(TransactionsLayout.firstLockKey(scratch, stream), GetOp.MDB_SET_RANGE);
            while (found) {
                Lock lock = TransactionsLayout.lock(checksum, rows.key(), rows.val());
                found = lock.stream().equals(stream) && visitor.onLock(lock) && rows.next();
            }
            return true;
        });
    }

    void locks(LockVisitor visitor) {
        withCursor(Table.LOCKS, rows -> {
            boolean found = rows.first();
            while (found) {
                found = visitor.onLock(TransactionsLayout.lock(checksum, rows.key(), rows.val())) && rows.next();
            }
            return true;
        });
    }

    /** Lends a cursor of the transaction for the time of {@code action}. */
    <R extends @Nullable Object> R withCursor(Table table, Function<Cursor<UnsafeBuffer>, R> action) {
        Deque<Cursor<UnsafeBuffer>> idle = idleCursors.computeIfAbsent(table, t -> new ArrayDeque<>(2));
        Cursor<UnsafeBuffer> cursor = idle.poll();
        if (cursor == null) {
            cursor = environment.table(table).openCursor(txn);
        } else if (txn.isReadOnly()) {
            renew(cursor);
        }
        try {
            return action.apply(cursor);
        } finally {
            idle.push(cursor);
        }
    }

    private void renew(Cursor<UnsafeBuffer> cursor) {
        try {
            cursor.renew(txn);
        } catch (RuntimeException e) {
            cursor.close();
            throw e;
        }
    }

    /** Releases the snapshot; the memory stays for {@link #renew()}. */
    void reset() {
        txn.reset();
    }

    /** Takes a snapshot of the last commit. */
    void renew() {
        txn.renew();
    }

    /** Must come before a commit: LMDB frees the cursors of a write transaction at its end. Idempotent. */
    void closeCursors() {
        for (Deque<Cursor<UnsafeBuffer>> idle : idleCursors.values()) {
            idle.forEach(Cursor::close);
            idle.clear();
        }
    }

    /** Ends the transaction; without a commit it leaves no trace. */
    void close() {
        closeCursors();
        txn.close();
    }
}
