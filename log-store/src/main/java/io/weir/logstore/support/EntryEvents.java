package io.weir.logstore.support;

import io.weir.logstore.RowEvent;
import io.weir.logstore.layout.EventPacking;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The events of one log entry, until they are cut into rows. Keeps the buffers, not their bytes. Not thread-safe. */
public final class EntryEvents {
    private final List<RowEvent> events = new ArrayList<>();
    private long firstPosition;

    /** Takes a row. */
    @FunctionalInterface
    public interface RowWriter {
        /** @param events valid during the call */
        void row(long firstPosition, List<RowEvent> events);
    }

    /** Adds events that follow those that are there. */
    public void add(long position, long streamId, long firstRevision, long stampMs, List<ByteBuffer> added) {
        if (events.isEmpty()) {
            firstPosition = position;
        }
        for (int i = 0; i < added.size(); i++) {
            events.add(new RowEvent(streamId, firstRevision + i, stampMs, added.get(i)));
        }
    }

    public boolean isEmpty() {
        return events.isEmpty();
    }

    /** The entry has ended: hands out its rows, and forgets it. */
    public void cut(RowWriter writer) {
        int from = 0;
        while (from < events.size()) {
            List<RowEvent> rest = events.subList(from, events.size());
            int count = EventPacking.nextRow(rest);
            writer.row(firstPosition + from, rest.subList(0, count));
            from += count;
        }
        events.clear();
    }
}
