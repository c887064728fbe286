package io.weir.logstore.copy;

import io.weir.logstore.DigestMark;
import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.TableDigests;
import io.weir.logstore.layout.Checksum;
import io.weir.logstore.layout.EventsLayout;
import io.weir.logstore.layout.RunsLayout;
import io.weir.logstore.layout.SessionsLayout;
import io.weir.logstore.layout.StreamsLayout;
import io.weir.logstore.layout.Table;
import org.agrona.DirectBuffer;

/** Makes values out of the rows of a copy. */
public final class RowDecoder implements CopyTarget {
    private final RowSink sink;
    private final Checksum checksum = new Checksum();

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
            case EVENTS -> event(key, value);
            case RUNS -> {
                RunsLayout.Run run = RunsLayout.run(checksum, key, value);
                sink.run(
                        RunsLayout.slot(key),
                        RunsLayout.streamId(key),
                        run.firstRevision(),
                        run.firstPosition(),
                        run.count());
            }
            case STREAMS -> sink.stream(StreamsLayout.stream(key), StreamsLayout.streamId(checksum, key, value));
            case NAMES -> sink.name(StreamsLayout.namedId(key), StreamsLayout.name(checksum, key, value));
            case SESSIONS -> sink.session(SessionsLayout.sessionId(key), SessionsLayout.session(checksum, key, value));
            case ANSWERS ->
                sink.answer(
                        SessionsLayout.sessionId(key),
                        SessionsLayout.answerSequence(key),
                        SessionsLayout.answer(checksum, key, value));
            case EXPIRY -> sink.expiry(SessionsLayout.expiry(checksum, key, value));
            case META -> throw Checksum.corrupted(table, key, "a copy has no such row");
        }
    }

    private void event(DirectBuffer key, DirectBuffer value) {
        EventsLayout.verify(checksum, key, value);
        byte[] event = new byte[value.capacity() - EventsLayout.EVENT_OFFSET];
        value.getBytes(EventsLayout.EVENT_OFFSET, event);
        sink.event(
                EventsLayout.position(key),
                EventsLayout.streamId(value),
                EventsLayout.revision(value),
                EventsLayout.stampMs(value),
                event);
    }

    @Override
    public void end(TableDigests digests) {}
}
