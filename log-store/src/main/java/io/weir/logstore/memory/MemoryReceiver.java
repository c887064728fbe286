package io.weir.logstore.memory;

import io.weir.logstore.DigestMark;
import io.weir.logstore.Expiry;
import io.weir.logstore.PartitionState;
import io.weir.logstore.SessionId;
import io.weir.logstore.SessionRow;
import io.weir.logstore.StoreException;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.StoreReceiver;
import io.weir.logstore.StreamHead;
import io.weir.logstore.StreamKey;
import io.weir.logstore.copy.CopyReader;
import io.weir.logstore.copy.RowDecoder;
import io.weir.logstore.copy.RowSink;
import io.weir.logstore.memory.Tables.AnswerKey;
import io.weir.logstore.memory.Tables.MemoryRun;
import io.weir.logstore.memory.Tables.Revision;
import io.weir.logstore.memory.Tables.RunKey;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Builds new maps out of a copy. */
final class MemoryReceiver implements StoreReceiver {
    private final StoreIdentity identity;
    private final Rows received = new Rows();
    private final CopyReader reader = new CopyReader(new RowDecoder(received));
    private boolean finished;

    MemoryReceiver(StoreIdentity identity) {
        this.identity = identity;
    }

    @Override
    public void accept(ByteBuffer chunk) {
        reader.accept(chunk);
    }

    @Override
    public long rows() {
        return reader.rows();
    }

    @Override
    public PartitionState finish() {
        if (!reader.isComplete()) {
            throw new StoreException.Corrupted("the copy has no end");
        }
        received.linkEvents();
        finished = true;
        return received.tables.state;
    }

    /** The maps; the caller's from now on. */
    Tables tables() {
        if (!finished) {
            throw new IllegalStateException("the copy is not finished");
        }
        return received.tables;
    }

    @Override
    public void close() {}

    private final class Rows implements RowSink {
        private record Event(long position, long streamId, long revision, long stampMs, byte[] bytes) {}

        private final Tables tables = new Tables();
        private final List<Event> events = new ArrayList<>();
        private final Map<Long, StreamKey> names = new HashMap<>();

        @Override
        public void begin(StoreIdentity of, PartitionState state, DigestMark mark) {
            if (!of.equals(identity)) {
                throw new StoreException.Incompatible("the copy is of " + of + ", not of " + identity);
            }
            tables.state = state;
            tables.mark = mark;
        }

        @Override
        public void event(long position, long streamId, long revision, long stampMs, byte[] event) {
            events.add(new Event(position, streamId, revision, stampMs, event));
        }

        @Override
        public void run(int slot, long streamId, long firstRevision, long firstPosition, int count) {
            tables.runs.put(
                    new RunKey(slot, new Revision(streamId, firstRevision)), new MemoryRun(firstPosition, count));
        }

        @Override
        public void stream(StreamKey stream, long streamId) {
            Map.Entry<RunKey, MemoryRun> last =
                    tables.runs.floorEntry(new RunKey(stream.slot(), new Revision(streamId, Long.MAX_VALUE)));
            if (last == null || last.getKey().first().streamId() != streamId) {
                throw new StoreException.Corrupted("stream " + stream + " of the copy has no run");
            }
            int count = last.getValue().count();
            tables.streams.put(
                    stream,
                    new StreamHead(
                            streamId,
                            last.getKey().first().revision() + count - 1,
                            last.getValue().firstPosition() + count - 1));
        }

        @Override
        public void name(long streamId, StreamKey stream) {
            names.put(streamId, stream);
        }

        @Override
        public void session(SessionId id, SessionRow row) {
            tables.sessions.put(id, row);
        }

        @Override
        public void answer(SessionId id, long sequence, byte[] answer) {
            tables.answers.put(new AnswerKey(id, sequence), answer);
        }

        @Override
        public void expiry(Expiry expiry) {
            tables.expiries.put(expiry, true);
        }

        /** Events come before the names of their streams. */
        void linkEvents() {
            for (Event event : events) {
                StreamKey stream = names.get(event.streamId);
                if (stream == null) {
                    throw new StoreException.Corrupted("stream " + event.streamId + " of the copy has no name");
                }
                MemoryEvent row = new MemoryEvent(stream, event.revision, event.position, event.stampMs, event.bytes);
                tables.byPosition.put(event.position, row);
                tables.byRevision.put(new Revision(event.streamId, event.revision), row);
                tables.eventBytes += event.bytes.length;
            }
            if (tables.byPosition.size() != tables.state.nextPosition()
                    || tables.streams.size() != tables.state.nextStreamId()) {
                throw new StoreException.Corrupted("the rows of the copy are not what " + tables.state + " says");
            }
        }
    }
}
