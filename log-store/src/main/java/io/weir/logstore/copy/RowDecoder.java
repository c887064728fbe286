package io.weir.logstore.copy;

import io.weir.logstore.DigestMark;
import io.weir.logstore.PartitionState;
import io.weir.logstore.RowEvent;
import io.weir.logstore.Run;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.TableDigests;
import io.weir.logstore.layout.Checksum;
import io.weir.logstore.layout.EventsLayout;
import io.weir.logstore.layout.RunBlock;
import io.weir.logstore.layout.RunsLayout;
import io.weir.logstore.layout.SessionsLayout;
import io.weir.logstore.layout.StreamsLayout;
import io.weir.logstore.layout.Table;
import io.weir.logstore.layout.TransactionsLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/** Makes values out of the rows of a copy. */
public final class RowDecoder implements CopyTarget {
    private final RowSink sink;
    private final Checksum checksum = new Checksum();
    private final RunBlock block = new RunBlock();

    public RowDecoder(RowSink sink) {
        this.sink = sink;
    }

    @Override
    public void begin(StoreIdentity identity, PartitionState state, DigestMark mark) {
        sink.begin(identity, state, mark);
    }

    @Override
    public void row(Table table, DirectBuffer key, DirectBuffer value) {
        switch (table) {
            case EVENTS -> sink.events(EventsLayout.firstPosition(key), events(key, value));
            case RUNS, HEADS -> runs(table, key, value);
            case STREAMS -> sink.stream(StreamsLayout.stream(key), StreamsLayout.streamId(checksum, key, value));
            case NAMES -> sink.name(StreamsLayout.namedId(key), StreamsLayout.name(checksum, key, value));
            case SESSIONS -> sink.session(SessionsLayout.sessionId(key), SessionsLayout.session(checksum, key, value));
            case ANSWERS ->
                sink.answer(
                        SessionsLayout.sessionId(key),
                        SessionsLayout.answerSequence(key),
                        SessionsLayout.answer(checksum, key, value));
            case EXPIRY -> sink.expiry(SessionsLayout.expiry(checksum, key, value));
            case TRANSACTIONS ->
                sink.transaction(
                        TransactionsLayout.id(table, key), TransactionsLayout.get(checksum, table, key, value));
            case STAGED ->
                sink.staged(TransactionsLayout.id(table, key), TransactionsLayout.get(checksum, table, key, value));
            case LOCKS -> sink.lock(TransactionsLayout.lock(checksum, key, value));
            case META -> throw Checksum.corrupted(table, key, "a copy has no such row");
        }
    }

    private List<RowEvent> events(DirectBuffer key, DirectBuffer value) {
        EventsLayout.verify(checksum, key, value);
        List<RowEvent> events = new ArrayList<>();
        for (int i = 0; i < EventsLayout.count(value); i++) {
            byte[] bytes = new byte[EventsLayout.length(value, i)];
            value.getBytes(EventsLayout.offset(value, i), bytes);
            events.add(new RowEvent(
                    EventsLayout.streamId(value, i),
                    EventsLayout.revision(value, i),
                    EventsLayout.stampMs(value),
                    ByteBuffer.wrap(bytes)));
        }
        return events;
    }

    private void runs(Table table, DirectBuffer key, DirectBuffer value) {
        RunsLayout.get(checksum, table, key, value, block);
        for (Run run = block.first(); run != null; run = block.after(run)) {
            sink.run(RunsLayout.slot(key), RunsLayout.streamId(key), run);
        }
    }

    @Override
    public void end(TableDigests digests) {}
}
