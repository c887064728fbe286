package io.weir.statemachine;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.weir.logstore.Lock;
import io.weir.logstore.StoreException;
import io.weir.logstore.StreamKey;
import io.weir.logstore.TransactionKey;
import io.weir.logstore.WriteBatch;
import io.weir.protocol.Append;
import io.weir.protocol.Appended;
import io.weir.protocol.Decide;
import io.weir.protocol.Decided;
import io.weir.protocol.Done;
import io.weir.protocol.No;
import io.weir.protocol.Outcome;
import io.weir.protocol.Prepare;
import io.weir.protocol.Refusal;
import io.weir.protocol.Requirement;
import io.weir.protocol.StreamName;
import io.weir.protocol.TransactionRecord;
import io.weir.protocol.TransactionRecord.State;
import io.weir.protocol.Violation;
import io.weir.protocol.Voted;
import io.weir.protocol.Yes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one log entry does with transactions over several partitions, in this one. Every rule is a line of the table of steps in
 * {@code docs/internals/transactions.md}, and was found by leaving it out; change none without the model.
 *
 * <p>Past the expiry means: this entry's log time is greater. What is staged stays until it is decided (at home) or resolved
 * (elsewhere), however late; what time drops are votes and marks.
 */
final class TransactionTable {
    private final WriteBatch batch;
    private final SessionTable sessions;
    private final Appender appender;
    private final long index;
    private final long logTimeMs;
    private final Set<StreamName> unlocked = new LinkedHashSet<>();
    private final List<Decided> decided = new ArrayList<>();

    /** Gives staged events their positions. */
    @FunctionalInterface
    interface Appender {
        /** Appends events behind the end of the stream. */
        void append(StreamName stream, StreamKey key, List<ByteString> events);
    }

    TransactionTable(WriteBatch batch, SessionTable sessions, Appender appender, long index, long logTimeMs) {
        this.batch = batch;
        this.sessions = sessions;
        this.appender = appender;
        this.index = index;
        this.logTimeMs = logTimeMs;
    }

    Outcome prepare(TransactionKey key, Prepare prepare, byte[] fingerprint) {
        TransactionRecord known = record(key);
        if (known != null) {
            return isOther(known, fingerprint) ? reused(key) : voted(recordedVote(known));
        }
        if (sessions.isFromFuture(key.session())) {
            return Outcome.newBuilder()
                    .setRefusal(Refusal.newBuilder()
                            .setReason(Refusal.Reason.INVALID)
                            .setDetail("session's issue stamp lies in the future"))
                    .build();
        }
        if (isPast(key)) {
            return voted(Voted.newBuilder()
                    .setNo(No.newBuilder().setReason(No.Reason.EXPIRED).setLogTimeMs(logTimeMs))
                    .build());
        }
        Lock held = Locks.inTheWay(batch, key, prepare.getAppendsList(), prepare.getRequirementsList());
        if (held != null) {
            return voted(Voted.newBuilder().setLocked(Locks.locked(held)).build());
        }
        Voted vote = vote(prepare);
        TransactionRecord.Builder record = TransactionRecord.newBuilder()
                .setFingerprint(ByteString.copyFrom(fingerprint))
                .setVote(vote)
                .addAllParticipants(prepare.getParticipantsList())
                .setLowWaterMark(prepare.getLowWaterMark())
                .setSinceMs(logTimeMs);
        if (vote.hasYes()) {
            lock(key, prepare);
            batch.putStaged(key, prepare.toByteArray());
            put(key, record.setState(State.STAGED).build());
        } else {
            put(key, record.setState(State.NO).build());
        }
        return voted(vote);
    }

    /** What is only decided or marked has no fingerprint: it is the same transaction, whatever was to be in it. */
    private static boolean isOther(TransactionRecord known, byte[] fingerprint) {
        return !known.getFingerprint().isEmpty() && !known.getFingerprint().equals(ByteString.copyFrom(fingerprint));
    }

    private static Outcome reused(TransactionKey key) {
        return Outcome.newBuilder()
                .setRefusal(Refusal.newBuilder()
                        .setReason(Refusal.Reason.REQUEST_ID_REUSED)
                        .setValue(key.sequence())
                        .setDetail("the same transaction came with other content before"))
                .build();
    }

    private static Voted recordedVote(TransactionRecord known) {
        return switch (known.getState()) {
            case STAGED, NO, COMMITTED -> known.getVote();
            case ABORTED, FORGOTTEN, UNSPECIFIED, UNRECOGNIZED -> no(No.Reason.ABORTED, List.of());
        };
    }

    private Voted vote(Prepare prepare) {
        Decision decision = new Decision(batch, 0);
        Yes.Builder yes = Yes.newBuilder().setIndex(index);
        for (Append append : prepare.getAppendsList()) {
            Appended planned = decision.append(append);
            yes.addAppends(planned.toBuilder().clearFirstPosition());
        }
        prepare.getRequirementsList().forEach(decision::require);
        List<Violation> violations = decision.violations();
        return violations.isEmpty() ? Voted.newBuilder().setYes(yes).build() : no(No.Reason.VIOLATED, violations);
    }

    private void lock(TransactionKey key, Prepare prepare) {
        // A stream that is both written and named in a condition gets the stronger lock, which is put last.
        for (Requirement requirement : prepare.getRequirementsList()) {
            putLock(key, requirement.getStream(), false);
        }
        for (Append append : prepare.getAppendsList()) {
            if (append.getEventsCount() == 0) {
                putLock(key, append.getStream(), false);
            }
        }
        for (Append append : prepare.getAppendsList()) {
            if (append.getEventsCount() > 0) {
                putLock(key, append.getStream(), true);
            }
        }
    }

    private void putLock(TransactionKey key, ByteString stream, boolean exclusive) {
        batch.putLock(new Lock(Locks.keyOf(StreamName.of(stream)), key, exclusive));
    }

    Outcome decide(TransactionKey key, Decide decide) {
        TransactionRecord known = record(key);
        if (known != null && known.hasDecision()) {
            return decided(known.getDecision());
        }
        boolean isOver = known == null ? isPast(key) : known.getState() == State.FORGOTTEN;
        if (isOver) {
            return decided(remembered(key));
        }
        if (decide.hasCommit()) {
            return commit(key, known, decide);
        }
        Decided aborted = Decided.newBuilder().setAborted(decide.getAbort()).build();
        drop(key, known);
        store(key, decision(known, State.ABORTED, decide, aborted));
        return decided(aborted);
    }

    private Outcome commit(TransactionKey key, @Nullable TransactionRecord known, Decide decide) {
        if (known == null || known.getState() != State.STAGED) {
            return decided(Decided.newBuilder().setNotStaged(true).build());
        }
        Decided committed =
                Decided.newBuilder().setCommitted(decide.getCommit()).build();
        release(key, true);
        store(key, decision(known, State.COMMITTED, decide, committed));
        return decided(committed);
    }

    private TransactionRecord decision(@Nullable TransactionRecord known, State state, Decide decide, Decided decided) {
        TransactionRecord.Builder record = known == null
                ? TransactionRecord.newBuilder()
                        .addAllParticipants(decide.getParticipantsList())
                        .setSinceMs(logTimeMs)
                : known.toBuilder();
        return record.setState(state).setDecision(decided).build();
    }

    /** It stays among those that are staged, without its events, until all are resolved. */
    private void store(TransactionKey key, TransactionRecord record) {
        decided.add(record.getDecision());
        if (record.getParticipantsCount() == 0) {
            keepAnswer(key, record); // nobody knows of anybody who could have staged anything
            return;
        }
        batch.putStaged(
                key,
                Prepare.newBuilder()
                        .addAllParticipants(record.getParticipantsList())
                        .build()
                        .toByteArray());
        put(key, record);
    }

    /** After {@code Forget} the answer is one of the session's. Where that would still be, its absence is an answer too. */
    private Decided remembered(TransactionKey key) {
        Outcome answer = sessions.answer(key.session(), key.sequence());
        if (answer != null && answer.hasDecided()) {
            return answer.getDecided();
        }
        return sessions.wouldRemember(key.session(), key.sequence())
                ? Decided.newBuilder().setNever(true).build()
                : Decided.newBuilder().setForgottenOrNever(true).build();
    }

    Outcome resolve(TransactionKey key, boolean commit) {
        TransactionRecord known = record(key);
        boolean isStaged = known != null && known.getState() == State.STAGED;
        if (commit && isStaged) {
            release(key, true);
            put(key, known.toBuilder().setState(State.COMMITTED).build());
        } else if (!commit && (known == null || isStaged)) {
            drop(key, known);
            TransactionRecord.Builder mark =
                    known == null ? TransactionRecord.newBuilder().setSinceMs(logTimeMs) : known.toBuilder();
            put(key, mark.setState(State.ABORTED).build());
        }
        return done();
    }

    Outcome forget(TransactionKey key) {
        TransactionRecord known = record(key);
        if (known != null && known.hasDecision()) {
            batch.removeStaged(key);
            keepAnswer(key, known);
        }
        return done();
    }

    private void keepAnswer(TransactionKey key, TransactionRecord known) {
        byte[] fingerprint = Arrays.copyOf(known.getFingerprint().toByteArray(), CommandHash.FINGERPRINT_BYTES);
        sessions.keep(
                key.session(), key.sequence(), known.getLowWaterMark(), fingerprint, decided(known.getDecision()));
        put(
                key,
                TransactionRecord.newBuilder()
                        .setState(State.FORGOTTEN)
                        .setSinceMs(known.getSinceMs())
                        .build());
    }

    private void drop(TransactionKey key, @Nullable TransactionRecord known) {
        if (known != null && known.getState() == State.STAGED) {
            release(key, false);
        }
    }

    /** Ends what is staged: its events become visible, or go. */
    private void release(TransactionKey key, boolean commit) {
        Prepare prepare = staged(key);
        for (Append append : prepare.getAppendsList()) {
            StreamName stream = StreamName.of(append.getStream());
            unlock(stream, key);
            if (commit && append.getEventsCount() > 0) {
                appender.append(stream, Locks.keyOf(stream), append.getEventsList());
            }
        }
        for (Requirement requirement : prepare.getRequirementsList()) {
            unlock(StreamName.of(requirement.getStream()), key);
        }
        batch.removeStaged(key);
    }

    private void unlock(StreamName stream, TransactionKey holder) {
        batch.removeLock(Locks.keyOf(stream), holder);
        unlocked.add(stream);
    }

    /** The streams of which locks went, without duplicates, in that order. */
    List<StreamName> unlocked() {
        return List.copyOf(unlocked);
    }

    /** The decisions that were stored, in that order. */
    List<Decided> decided() {
        return List.copyOf(decided);
    }

    /**
     * Drops votes, marks and forgotten decisions that are past their expiry, the oldest first.
     *
     * @param steps how many transactions are looked at
     */
    void sweep(long steps) {
        TransactionKey key = batch.nextTransaction(null);
        for (long step = 0; step < steps && key != null && isPast(key); step++) {
            TransactionRecord record = record(key);
            boolean stays = record == null || record.getState() == State.STAGED || record.hasDecision();
            if (!stays) {
                batch.removeTransaction(key);
            }
            key = batch.nextTransaction(key);
        }
    }

    private boolean isPast(TransactionKey key) {
        return logTimeMs > key.expiryMs();
    }

    private void put(TransactionKey key, TransactionRecord record) {
        batch.putTransaction(key, record.toByteArray());
    }

    private @Nullable TransactionRecord record(TransactionKey key) {
        byte[] kept = batch.transaction(key);
        try {
            return kept == null ? null : TransactionRecord.parseFrom(kept);
        } catch (InvalidProtocolBufferException e) {
            throw new StoreException.Corrupted("what is kept of " + key + " is no record: " + e.getMessage());
        }
    }

    private Prepare staged(TransactionKey key) {
        byte[] staged = batch.staged(key);
        if (staged == null) {
            throw new StoreException.Corrupted(key + " is staged, but its events are missing");
        }
        try {
            return Prepare.parseFrom(staged);
        } catch (InvalidProtocolBufferException e) {
            throw new StoreException.Corrupted("what " + key + " has staged is damaged: " + e.getMessage());
        }
    }

    private static Voted no(No.Reason reason, List<Violation> violations) {
        return Voted.newBuilder()
                .setNo(No.newBuilder().setReason(reason).addAllViolations(violations))
                .build();
    }

    private static Outcome voted(Voted vote) {
        return Outcome.newBuilder().setVoted(vote).build();
    }

    private static Outcome decided(Decided decision) {
        return Outcome.newBuilder().setDecided(decision).build();
    }

    private static Outcome done() {
        return Outcome.newBuilder().setDone(Done.getDefaultInstance()).build();
    }
}
