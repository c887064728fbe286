package io.weir.logstore.lmdb;

import io.weir.logstore.layout.Checksum;
import io.weir.logstore.layout.EventsLayout;
import io.weir.logstore.layout.Table;
import org.agrona.concurrent.UnsafeBuffer;
import org.lmdbjava.Cursor;

/** A cursor over events: over the rows of the table, and inside each. What it points at was checked. */
final class EventCursor {
    /** The cursor stands nowhere; no position is next to it. */
    private static final long NOWHERE = -1;

    private final TableReader rows;
    private final Cursor<UnsafeBuffer> cursor;
    private long rowStart = NOWHERE;
    private long rowEnd = NOWHERE;
    private int inRow;

    /** @param cursor of table {@code events}, not moved by anybody else */
    EventCursor(TableReader rows, Cursor<UnsafeBuffer> cursor) {
        this.rows = rows;
        this.cursor = cursor;
    }

    /** Goes to the event at a position, 0 or more, which must be there. */
    void moveTo(long position) {
        if (position < rowStart || position >= rowEnd) {
            boolean found = rowStart == NOWHERE ? seek(position) : step(position);
            if (found) {
                readRow();
            }
            if (!found || position < rowStart || position >= rowEnd) {
                throw Checksum.corrupted(
                        Table.EVENTS, EventsLayout.key(rows.scratch(), position), "no row has this event");
            }
        }
        inRow = (int) (position - rowStart);
    }

    private boolean step(long position) {
        if (position == rowEnd) {
            return cursor.next();
        }
        return position == rowStart - 1 ? cursor.prev() : seek(position);
    }

    private boolean seek(long position) {
        return TableReader.seekAtOrBefore(cursor, EventsLayout.key(rows.scratch(), position));
    }

    private void readRow() {
        EventsLayout.verifyHead(rows.checksum(), cursor.key(), cursor.val());
        rowStart = EventsLayout.firstPosition(cursor.key());
        rowEnd = rowStart + EventsLayout.count(cursor.val());
    }

    /** The position after the last event of all. */
    long end() {
        if (!cursor.last()) {
            return 0;
        }
        readRow();
        return rowEnd;
    }

    long position() {
        return rowStart + inRow;
    }

    long streamId() {
        return EventsLayout.streamId(row(), inRow);
    }

    long revision() {
        return EventsLayout.revision(row(), inRow);
    }

    long stampMs() {
        return EventsLayout.stampMs(row());
    }

    /** Checks the event's bytes too. */
    void verify() {
        EventsLayout.verifyEvent(rows.checksum(), cursor.key(), row(), inRow);
    }

    /** The row, of which {@link #length()} bytes at {@link #offset()} are the event's. */
    UnsafeBuffer row() {
        return cursor.val();
    }

    int offset() {
        return EventsLayout.offset(row(), inRow);
    }

    int length() {
        return EventsLayout.length(row(), inRow);
    }

    /** Requires that the event is the one that a stream has at this place. */
    void require(long wantedStream, long wantedRevision) {
        if (streamId() != wantedStream || revision() != wantedRevision) {
            throw Checksum.corrupted(
                    Table.EVENTS,
                    EventsLayout.key(rows.scratch(), position()),
                    "holds revision " + revision() + " of stream " + streamId() + ", by the runs of stream "
                            + wantedStream + " it is its revision " + wantedRevision);
        }
    }
}
