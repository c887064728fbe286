package io.weir.logstore.lmdb;

import io.weir.logstore.EventHeader;
import io.weir.logstore.EventVisitor;
import io.weir.logstore.Run;
import io.weir.logstore.StreamHead;
import io.weir.logstore.StreamKey;
import io.weir.logstore.layout.Table;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One walk over events, of a stream or of the partition, and the header that its visitor sees. Every event is checked: its
 * checksum, and that it is the event that the walk expects next. A gap is damage, not an end.
 */
final class EventScan implements EventHeader {
    private final TableReader rows;
    private final EventVisitor visitor;
    private final EventCursor events;
    private final boolean forwards;
    private @Nullable StreamKey stream;

    private EventScan(
            TableReader rows, EventCursor events, @Nullable StreamKey stream, boolean forwards, EventVisitor visitor) {
        this.rows = rows;
        this.events = events;
        this.stream = stream;
        this.forwards = forwards;
        this.visitor = visitor;
    }

    /** Walks over a stream from a revision, as {@link io.weir.logstore.ReadView#readStream} says. */
    static void ofStream(TableReader rows, StreamKey key, long from, boolean forwards, EventVisitor visitor) {
        StreamRuns runs = rows.runs(key);
        if (runs == null) {
            return;
        }
        long last = runs.head().lastRevision();
        boolean beyond = Long.compareUnsigned(from, last) > 0;
        if (beyond && forwards) {
            return;
        }
        long first = beyond ? last : from;
        rows.withCursor(Table.EVENTS, cursor -> {
            EventScan scan = new EventScan(rows, new EventCursor(rows, cursor), key, forwards, visitor);
            scan.walkRuns(runs, first);
            return true;
        });
    }

    private void walkRuns(StreamRuns runs, long from) {
        StreamHead head = runs.head();
        long next = from;
        while (next >= 0 && next <= head.lastRevision()) {
            Run run = runs.of(next);
            while (next >= run.firstRevision() && next <= run.lastRevision()) {
                events.moveTo(run.firstPosition() + (next - run.firstRevision()));
                events.require(head.streamId(), next);
                if (!visit()) {
                    return;
                }
                next += forwards ? 1 : -1;
            }
        }
    }

    /** Walks over the partition from a position, as {@link io.weir.logstore.ReadView#readPartition} says. */
    static void ofPartition(TableReader rows, long nextPosition, long from, boolean forwards, EventVisitor visitor) {
        boolean beyond = Long.compareUnsigned(from, nextPosition) >= 0;
        if (nextPosition == 0 || (beyond && forwards)) {
            return;
        }
        long first = beyond ? nextPosition - 1 : from;
        rows.withCursor(Table.EVENTS, cursor -> {
            EventScan scan = new EventScan(rows, new EventCursor(rows, cursor), null, forwards, visitor);
            scan.walkPositions(first, nextPosition);
            return true;
        });
    }

    private void walkPositions(long from, long end) {
        for (long next = from; next >= 0 && next < end; next += forwards ? 1 : -1) {
            events.moveTo(next);
            stream = rows.name(events.streamId());
            if (!visit()) {
                return;
            }
        }
    }

    private boolean visit() {
        events.verify();
        return visitor.onEvent(this, events.row(), events.offset(), events.length());
    }

    @Override
    public StreamKey stream() {
        return Objects.requireNonNull(stream, "no event was reached yet");
    }

    @Override
    public long revision() {
        return events.revision();
    }

    @Override
    public long position() {
        return events.position();
    }

    @Override
    public long stampMs() {
        return events.stampMs();
    }
}
