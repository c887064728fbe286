package io.weir.logstore.lmdb;

import io.weir.logstore.DigestMark;
import io.weir.logstore.EventVisitor;
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
import io.weir.logstore.layout.RowCheck;
import io.weir.logstore.layout.StreamsLayout;
import io.weir.logstore.layout.Table;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A snapshot: an LMDB read transaction, borrowed from the store's pool until close. */
final class LmdbView implements ReadView {
    private final LmdbLogStore store;
    private final TableReader rows;
    private @Nullable MetaValues meta;
    private int running;
    private boolean closed;

    LmdbView(LmdbLogStore store, TableReader rows) {
        this.store = store;
        this.rows = rows;
    }

    @Override
    public PartitionState state() {
        return meta().state();
    }

    @Override
    public TableDigests tableDigests() {
        return meta().digests();
    }

    @Override
    public DigestMark digestMark() {
        return meta().mark();
    }

    private MetaValues meta() {
        return read(tables -> {
            MetaValues known = meta;
            if (known == null) {
                known = tables.meta();
                meta = known;
            }
            return known;
        });
    }

    @Override
    public @Nullable StreamHead head(StreamKey key) {
        return read(tables -> tables.head(key));
    }

    @Override
    public @Nullable SessionRow session(SessionId id) {
        return read(tables -> tables.session(id));
    }

    @Override
    public byte @Nullable [] answer(SessionId id, long sequence) {
        return read(tables -> tables.answer(id, sequence));
    }

    @Override
    public byte @Nullable [] transaction(TransactionKey id) {
        return read(tables -> tables.transaction(Table.TRANSACTIONS, id));
    }

    @Override
    public byte @Nullable [] staged(TransactionKey id) {
        return read(tables -> tables.transaction(Table.STAGED, id));
    }

    @Override
    public @Nullable TransactionKey nextTransaction(@Nullable TransactionKey after) {
        return this.<@Nullable TransactionKey>read(tables -> tables.nextTransaction(Table.TRANSACTIONS, after));
    }

    @Override
    public @Nullable TransactionKey nextStaged(@Nullable TransactionKey after) {
        return this.<@Nullable TransactionKey>read(tables -> tables.nextTransaction(Table.STAGED, after));
    }

    @Override
    public long stagedTransactions() {
        return meta().digests().rows(Table.STAGED);
    }

    @Override
    public boolean hasTransactions() {
        return meta().digests().rows(Table.TRANSACTIONS) > 0;
    }

    @Override
    public boolean hasLocks() {
        return meta().digests().rows(Table.LOCKS) > 0;
    }

    @Override
    public void visitLocks(StreamKey stream, LockVisitor visitor) {
        read(tables -> {
            tables.locks(stream, visitor);
            return true;
        });
    }

    @Override
    public void visitLocks(LockVisitor visitor) {
        read(tables -> {
            tables.locks(visitor);
            return true;
        });
    }

    @Override
    public void readStream(StreamKey key, long from, boolean forwards, EventVisitor visitor) {
        read(tables -> {
            EventScan.ofStream(tables, key, from, forwards, visitor);
            return true;
        });
    }

    @Override
    public void readPartition(long from, boolean forwards, EventVisitor visitor) {
        long nextPosition = state().nextPosition();
        read(tables -> {
            EventScan.ofPartition(tables, nextPosition, from, forwards, visitor);
            return true;
        });
    }

    @Override
    public void listStreams(@Nullable StreamKey after, StreamVisitor visitor) {
        read(tables -> tables.withCursor(Table.STREAMS, streams -> {
            boolean more = after == null
                    ? streams.first()
                    : TableReader.seekAfter(streams, StreamsLayout.streamKey(tables.scratch(), after));
            while (more) {
                StreamKey key = StreamsLayout.stream(streams.key());
                long streamId = StreamsLayout.streamId(tables.checksum(), streams.key(), streams.val());
                more = visitor.onStream(key, tables.head(key, streamId)) && streams.next();
            }
            return true;
        }));
    }

    @Override
    public long lastStampMs(StreamHead head) {
        long nextPosition = state().nextPosition();
        if (head.lastPosition() >= nextPosition) {
            throw new IllegalArgumentException(head + " is not of this snapshot, which ends at " + nextPosition);
        }
        return read(tables -> tables.withCursor(Table.EVENTS, cursor -> {
            EventCursor event = new EventCursor(tables, cursor);
            event.moveTo(head.lastPosition());
            event.require(head.streamId(), head.lastRevision());
            return event.stampMs();
        }));
    }

    @Override
    public void visitRows(RowVisitor visitor) {
        read(tables -> {
            boolean more = true;
            for (Table table : Table.OF_ROWS) {
                more = more
                        && visitRows(tables, table, (of, key, value) -> {
                            store.requireUnwanted();
                            return visitor.onRow(of, key, value);
                        });
            }
            return more;
        });
    }

    private static boolean visitRows(TableReader tables, Table table, RowVisitor visitor) {
        RowCheck check = new RowCheck();
        return tables.withCursor(table, rows -> {
            boolean more = true;
            for (boolean found = rows.first(); found && more; found = more && rows.next()) {
                check.verify(table, rows.key(), rows.val());
                more = visitor.onRow(table, rows.key(), rows.val());
            }
            return more;
        });
    }

    private <R extends @Nullable Object> R read(Function<TableReader, R> action) {
        if (closed) {
            throw new IllegalStateException("the view is closed");
        }
        running++;
        try {
            return action.apply(rows);
        } catch (RuntimeException e) {
            throw store.mapped(e);
        } finally {
            running--;
        }
    }

    @Override
    public boolean isInTheWay() {
        return store.waitsForViews();
    }

    /** @throws IllegalStateException from inside a visitor, under whose feet the snapshot would go */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (running > 0) {
            throw new IllegalStateException("a visitor cannot close the view that it visits");
        }
        closed = true;
        store.endView(rows);
    }
}
