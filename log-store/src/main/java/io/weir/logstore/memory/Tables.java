package io.weir.logstore.memory;

import io.weir.logstore.DigestMark;
import io.weir.logstore.Expiry;
import io.weir.logstore.PartitionState;
import io.weir.logstore.Run;
import io.weir.logstore.SessionId;
import io.weir.logstore.SessionRow;
import io.weir.logstore.StreamHead;
import io.weir.logstore.StreamKey;
import io.weir.logstore.TransactionKey;
import java.util.TreeMap;

/** All rows of a partition as sorted maps of objects. While {@code views} is above zero it must not change. */
final class Tables {
    final TreeMap<StreamKey, StreamHead> streams;
    final TreeMap<Revision, MemoryEvent> byRevision;
    final TreeMap<Long, MemoryEvent> byPosition;
    /** Which events share a row on disk: the position of the first, and the one after the last. */
    final TreeMap<Long, Long> rowEnds;

    final TreeMap<RunKey, Run> runs;
    final TreeMap<SessionId, SessionRow> sessions;
    final TreeMap<AnswerKey, byte[]> answers;
    final TreeMap<Expiry, Boolean> expiries;
    final TreeMap<TransactionKey, byte[]> transactions;
    final TreeMap<TransactionKey, byte[]> staged;
    final TreeMap<LockKey, Boolean> locks;
    PartitionState state = PartitionState.EMPTY;
    DigestMark mark = DigestMark.NONE;
    long eventBytes;
    int views;

    Tables() {
        streams = new TreeMap<>();
        byRevision = new TreeMap<>();
        byPosition = new TreeMap<>();
        rowEnds = new TreeMap<>();
        runs = new TreeMap<>();
        sessions = new TreeMap<>();
        answers = new TreeMap<>();
        expiries = new TreeMap<>();
        transactions = new TreeMap<>();
        staged = new TreeMap<>();
        locks = new TreeMap<>();
    }

    private Tables(Tables other) {
        streams = new TreeMap<>(other.streams);
        byRevision = new TreeMap<>(other.byRevision);
        byPosition = new TreeMap<>(other.byPosition);
        rowEnds = new TreeMap<>(other.rowEnds);
        runs = new TreeMap<>(other.runs);
        sessions = new TreeMap<>(other.sessions);
        answers = new TreeMap<>(other.answers);
        expiries = new TreeMap<>(other.expiries);
        transactions = new TreeMap<>(other.transactions);
        staged = new TreeMap<>(other.staged);
        locks = new TreeMap<>(other.locks);
        state = other.state;
        mark = other.mark;
        eventBytes = other.eventBytes;
    }

    Tables copy() {
        return new Tables(this);
    }

    /** Key of an event inside its stream. */
    record Revision(long streamId, long revision) implements Comparable<Revision> {
        @Override
        public int compareTo(Revision other) {
            int byStream = Long.compare(streamId, other.streamId);
            return byStream != 0 ? byStream : Long.compareUnsigned(revision, other.revision);
        }
    }

    /** Key of an append: streams of a slot stand together. */
    record RunKey(int slot, Revision first) implements Comparable<RunKey> {
        @Override
        public int compareTo(RunKey other) {
            int bySlot = Integer.compare(slot, other.slot);
            return bySlot != 0 ? bySlot : first.compareTo(other.first);
        }
    }

    /** Key of an answer; sequences are unsigned. */
    record AnswerKey(SessionId session, long sequence) implements Comparable<AnswerKey> {
        @Override
        public int compareTo(AnswerKey other) {
            int bySession = session.compareTo(other.session);
            return bySession != 0 ? bySession : Long.compareUnsigned(sequence, other.sequence);
        }
    }

    /** Key of a lock: streams of a slot stand together, short names first. */
    record LockKey(StreamKey stream, TransactionKey holder) implements Comparable<LockKey> {
        private static final TransactionKey FIRST = TransactionKey.firstOf(0);

        /** Not after any key of the stream. */
        static LockKey firstOf(StreamKey stream) {
            return new LockKey(stream, FIRST);
        }

        @Override
        public int compareTo(LockKey other) {
            int order = Integer.compare(stream.slot(), other.stream.slot());
            if (order == 0) {
                order = Integer.compare(stream.name().length, other.stream.name().length);
            }
            if (order == 0) {
                order = stream.compareTo(other.stream);
            }
            return order != 0 ? order : holder.compareTo(other.holder);
        }
    }
}
