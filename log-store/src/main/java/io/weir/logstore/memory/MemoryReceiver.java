package io.weir.logstore.memory;

import io.weir.logstore.DigestMark;
import io.weir.logstore.Expiry;
import io.weir.logstore.Lock;
import io.weir.logstore.PartitionState;
import io.weir.logstore.RowEvent;
import io.weir.logstore.Run;
import io.weir.logstore.SessionId;
import io.weir.logstore.SessionRow;
import io.weir.logstore.StoreException;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.StoreReceiver;
import io.weir.logstore.StreamHead;
import io.weir.logstore.StreamKey;
import io.weir.logstore.TransactionKey;
import io.weir.logstore.copy.CopyReader;
import io.weir.logstore.copy.RowDecoder;
import io.weir.logstore.copy.RowSink;
import io.weir.logstore.memory.Tables.AnswerKey;
import io.weir.logstore.memory.Tables.LockKey;
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
        received.link();
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
        private final Tables tables = new Tables();
        private final List<RowEvent> events = new ArrayList<>();
        private final Map<StreamKey, Long> streams = new HashMap<>();
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
        public void events(long firstPosition, List<RowEvent> row) {
            tables.rowEnds.put(firstPosition, firstPosition + row.size());
            events.addAll(row);
        }

        @Override
        public void run(int slot, long streamId, Run run) {
            tables.runs.put(new RunKey(slot, new Revision(streamId, run.firstRevision())), run);
        }

        @Override
        public void stream(StreamKey stream, long streamId) {
            streams.put(stream, streamId);
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

        @Override
        public void transaction(TransactionKey id, byte[] kept) {
            tables.transactions.put(id, kept);
        }

        @Override
        public void staged(TransactionKey id, byte[] staged) {
            tables.staged.put(id, staged);
        }

        @Override
        public void lock(Lock lock) {
            tables.locks.put(new LockKey(lock.stream(), lock.holder()), lock.exclusive());
        }

        /** Events come before the names of their streams, and streams before their heads. */
        void link() {
            long position = 0;
            for (RowEvent event : events) {
                StreamKey stream = names.get(event.streamId());
                if (stream == null) {
                    throw new StoreException.Corrupted("stream " + event.streamId() + " of the copy has no name");
                }
                byte[] bytes = event.bytes().array();
                MemoryEvent linked = new MemoryEvent(stream, event.revision(), position, event.stampMs(), bytes);
                tables.byPosition.put(position, linked);
                tables.byRevision.put(new Revision(event.streamId(), event.revision()), linked);
                tables.eventBytes += bytes.length;
                position++;
            }
            streams.forEach((stream, streamId) -> tables.streams.put(stream, head(stream, streamId)));
        }

        private StreamHead head(StreamKey stream, long streamId) {
            Map.Entry<RunKey, Run> last =
                    tables.runs.floorEntry(new RunKey(stream.slot(), new Revision(streamId, Long.MAX_VALUE)));
            if (last == null || last.getKey().first().streamId() != streamId) {
                throw new StoreException.Corrupted("stream " + stream + " of the copy has no run");
            }
            return new StreamHead(
                    streamId, last.getValue().lastRevision(), last.getValue().lastPosition());
        }
    }
}
