package io.weir.logstore.lmdb;

import io.weir.logstore.EventHeader;
import io.weir.logstore.EventVisitor;
import io.weir.logstore.StoreException;
import io.weir.logstore.StreamHead;
import io.weir.logstore.StreamKey;
import io.weir.logstore.layout.Checksum;
import io.weir.logstore.layout.EventsLayout;
import io.weir.logstore.layout.RunsLayout;
import io.weir.logstore.layout.RunsLayout.Run;
import io.weir.logstore.layout.Table;
import java.util.Objects;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Cursor;
import org.lmdbjava.GetOp;

/**
 * One walk over events, of a stream or of the partition, and the header that its visitor sees. Every row is checked: its
 * checksum, and that it is the event that the walk expects next. A gap is damage, not an end.
 */
final class EventScan implements EventHeader {
    /** The cursor stands nowhere; no position is next to it. */
    private static final long NOWHERE = Long.MIN_VALUE;

    private final TableReader rows;
    private final EventVisitor visitor;
    private final Cursor<UnsafeBuffer> events;
    private final boolean forwards;
    private long position = NOWHERE;
    private long revision;
    private long stampMs;
    private @Nullable StreamKey stream;

    private EventScan(
            TableReader rows,
            Cursor<UnsafeBuffer> events,
            @Nullable StreamKey stream,
            boolean forwards,
            EventVisitor visitor) {
        this.rows = rows;
        this.events = events;
        this.stream = stream;
        this.forwards = forwards;
        this.visitor = visitor;
    }

    /** Walks over a stream from a revision, as {@link io.weir.logstore.ReadView#readStream} says. */
    static void ofStream(TableReader rows, StreamKey key, long from, boolean forwards, EventVisitor visitor) {
        StreamHead head = rows.head(key);
        if (head == null || (forwards && Long.compareUnsigned(from, head.lastRevision()) > 0)) {
            return;
        }
        long first = Long.compareUnsigned(from, head.lastRevision()) > 0 ? head.lastRevision() : from;
        rows.withCursor(
                Table.EVENTS,
                events -> rows.withCursor(Table.RUNS, runs -> {
                    EventScan scan = new EventScan(rows, events, key, forwards, visitor);
                    scan.walkRuns(runs, key.slot(), head, first);
                    return true;
                }));
    }

    private void walkRuns(Cursor<UnsafeBuffer> runs, int slot, StreamHead head, long from) {
        long next = from;
        boolean found = rows.seekRun(runs, slot, head.streamId(), from);
        while (next >= 0 && next <= head.lastRevision()) {
            Run run = found ? runAt(runs, slot, head.streamId(), next) : null;
            if (run == null) {
                throw Checksum.corrupted(
                        Table.RUNS,
                        RunsLayout.key(rows.scratch(), slot, head.streamId(), next),
                        "no run holds this revision");
            }
            while (next >= run.firstRevision() && next <= run.lastRevision()) {
                moveTo(run.firstPosition() + (next - run.firstRevision()));
                checkEvent(head.streamId(), next);
                if (!visit()) {
                    return;
                }
                next += forwards ? 1 : -1;
            }
            found = forwards ? runs.next() : runs.prev();
        }
    }

    /** The run under the cursor if it is of the stream and holds the revision, else null. */
    private @Nullable Run runAt(Cursor<UnsafeBuffer> runs, int slot, long streamId, long next) {
        if (!RunsLayout.isOf(runs.key(), slot, streamId)) {
            return null;
        }
        Run run = RunsLayout.run(rows.checksum(), runs.key(), runs.val());
        return next >= run.firstRevision() && next <= run.lastRevision() ? run : null;
    }

    private void checkEvent(long streamId, long expectedRevision) {
        long foundStream = EventsLayout.streamId(events.val());
        if (foundStream != streamId || revision != expectedRevision) {
            throw Checksum.corrupted(
                    Table.EVENTS,
                    events.key(),
                    "holds revision " + revision + " of stream " + foundStream + ", its run says revision "
                            + expectedRevision + " of stream " + streamId);
        }
    }

    /** Walks over the partition from a position, as {@link io.weir.logstore.ReadView#readPartition} says. */
    static void ofPartition(TableReader rows, long nextPosition, long from, boolean forwards, EventVisitor visitor) {
        boolean beyond = Long.compareUnsigned(from, nextPosition) >= 0;
        if (nextPosition == 0 || (beyond && forwards)) {
            return;
        }
        long first = beyond ? nextPosition - 1 : from;
        rows.withCursor(Table.EVENTS, events -> {
            EventScan scan = new EventScan(rows, events, null, forwards, visitor);
            scan.walkPositions(first, nextPosition);
            return true;
        });
    }

    /** At open: the events must end where the state says, or the two were not written together. */
    static void checkEnd(TableReader rows, long nextPosition) {
        rows.withCursor(Table.EVENTS, events -> {
            long end = events.last() ? EventsLayout.position(events.key()) + 1 : 0;
            if (end != nextPosition) {
                throw new StoreException.Corrupted(
                        "the state ends at position " + nextPosition + ", table events at " + end);
            }
            return true;
        });
    }

    private void walkPositions(long from, long end) {
        for (long next = from; next >= 0 && next < end; next += forwards ? 1 : -1) {
            moveTo(next);
            stream = rows.name(EventsLayout.streamId(events.val()));
            if (!visit()) {
                return;
            }
        }
    }

    /** Puts the cursor on a position's row and reads its header. */
    private void moveTo(long wanted) {
        boolean found;
        if (position != NOWHERE && wanted == position + 1) {
            found = events.next();
        } else if (position != NOWHERE && wanted == position - 1) {
            found = events.prev();
        } else {
            found = events.get(EventsLayout.key(rows.scratch(), wanted), GetOp.MDB_SET_KEY);
        }
        if (!found || EventsLayout.position(events.key()) != wanted) {
            throw Checksum.corrupted(Table.EVENTS, EventsLayout.key(rows.scratch(), wanted), "row is missing");
        }
        EventsLayout.verify(rows.checksum(), events.key(), events.val());
        position = wanted;
        revision = EventsLayout.revision(events.val());
        stampMs = EventsLayout.stampMs(events.val());
    }

    private boolean visit() {
        UnsafeBuffer row = events.val();
        return visitor.onEvent(this, row, EventsLayout.EVENT_OFFSET, row.capacity() - EventsLayout.EVENT_OFFSET);
    }

    @Override
    public StreamKey stream() {
        return Objects.requireNonNull(stream, "no event was reached yet");
    }

    @Override
    public long revision() {
        return revision;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public long stampMs() {
        return stampMs;
    }
}
