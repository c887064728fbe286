package io.weir.logstore.support;

import io.weir.logstore.Expiry;
import io.weir.logstore.RowVisitor;
import io.weir.logstore.SessionId;
import io.weir.logstore.SessionRow;
import io.weir.logstore.StreamKey;
import io.weir.logstore.layout.Checksum;
import io.weir.logstore.layout.EventsLayout;
import io.weir.logstore.layout.RunsLayout;
import io.weir.logstore.layout.Scratch;
import io.weir.logstore.layout.SessionsLayout;
import io.weir.logstore.layout.StreamsLayout;
import io.weir.logstore.layout.Table;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Makes rows out of values, for a store that keeps objects, not bytes. Every method hands one row to the visitor and
 * returns what it returned. Not thread-safe.
 */
public final class RowEncoder {
    private final RowVisitor visitor;
    private final Scratch scratch = new Scratch();
    private final Checksum checksum = new Checksum();

    public RowEncoder(RowVisitor visitor) {
        this.visitor = visitor;
    }

    public boolean event(long position, long streamId, long revision, long stampMs, byte[] event) {
        UnsafeBuffer key = EventsLayout.key(scratch, position);
        UnsafeBuffer value = value(EventsLayout.EVENT_OFFSET + event.length);
        EventsLayout.put(checksum, key, value, streamId, revision, stampMs, ByteBuffer.wrap(event));
        return visitor.onRow(Table.EVENTS, key, value);
    }

    public boolean run(int slot, long streamId, long firstRevision, long firstPosition, int count) {
        UnsafeBuffer key = RunsLayout.key(scratch, slot, streamId, firstRevision);
        UnsafeBuffer value = value(RunsLayout.VALUE_BYTES);
        RunsLayout.put(checksum, key, value, firstPosition, count);
        return visitor.onRow(Table.RUNS, key, value);
    }

    public boolean stream(StreamKey stream, long streamId) {
        UnsafeBuffer key = StreamsLayout.streamKey(scratch, stream);
        UnsafeBuffer value = value(StreamsLayout.STREAM_VALUE_BYTES);
        StreamsLayout.putStream(checksum, key, value, streamId);
        return visitor.onRow(Table.STREAMS, key, value);
    }

    public boolean name(long streamId, StreamKey stream) {
        UnsafeBuffer key = StreamsLayout.nameKey(scratch, streamId);
        UnsafeBuffer value = value(StreamsLayout.nameBytes(stream));
        StreamsLayout.putName(checksum, key, value, stream);
        return visitor.onRow(Table.NAMES, key, value);
    }

    public boolean session(SessionId id, SessionRow row) {
        UnsafeBuffer key = SessionsLayout.sessionKey(scratch, id);
        UnsafeBuffer value = value(SessionsLayout.SESSION_VALUE_BYTES);
        SessionsLayout.putSession(checksum, key, value, row);
        return visitor.onRow(Table.SESSIONS, key, value);
    }

    public boolean answer(SessionId id, long sequence, byte[] answer) {
        UnsafeBuffer key = SessionsLayout.answerKey(scratch, id, sequence);
        UnsafeBuffer value = value(SessionsLayout.answerBytes(answer));
        SessionsLayout.putAnswer(checksum, key, value, answer);
        return visitor.onRow(Table.ANSWERS, key, value);
    }

    public boolean expiry(Expiry expiry) {
        UnsafeBuffer key = SessionsLayout.expiryKey(scratch, expiry);
        UnsafeBuffer value = value(SessionsLayout.EXPIRY_VALUE_BYTES);
        SessionsLayout.putExpiry(checksum, key, value);
        return visitor.onRow(Table.EXPIRY, key, value);
    }

    private static UnsafeBuffer value(int bytes) {
        return new UnsafeBuffer(new byte[bytes]);
    }
}
