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
    /**
     * How far behind log time an expiry may lie: further than the longest timeout that a call can have. Else a client whose
     * clock is wrong by years would leave marks for years.
     */
    static final long MAX_EXPIRES_AHEAD_MS = (1L << 32) + 3_600_000;

    private static final Refusal FROM_FUTURE =
            invalid("session's issue stamp or the transaction's expiry lies too far in the future");
    private static final Refusal NOT_HOME = invalid("resolved here before it was decided: its home is not here");

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
            return isOther(known, fingerprint)
                    ? refused(reused(key, "the same transaction came with other content before"))
                    : voted(recordedVote(known));
        }
        if (isPast(key)) {
            return voted(Voted.newBuilder()
                    .setNo(No.newBuilder().setReason(No.Reason.EXPIRED).setLogTimeMs(logTimeMs))
                    .build());
        }
        Refusal never = isFromFuture(key) ? FROM_FUTURE : usedBefore(key);
        if (never != null) {
            return refused(never);
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

    private static Refusal reused(TransactionKey key, String detail) {
        return Refusal.newBuilder()
                .setReason(Refusal.Reason.REQUEST_ID_REUSED)
                .setValue(key.sequence())
                .setDetail(detail)
                .build();
    }

    /**
     * Of a transaction that is not known and not past its expiry. What was kept of it would still be there; so an answer under its
     * request id is that of another request, or it was fenced off. Either way it must not be executed.
     */
    private @Nullable Refusal usedBefore(TransactionKey key) {
        Outcome answer = sessions.answer(key.session(), key.sequence());
        if (answer == null) {
            return null;
        }
        return answer.getRefusal().getReason() == Refusal.Reason.FENCED
                ? answer.getRefusal()
                : reused(key, "the transaction's request id was that of another request before");
    }

    /** Nothing is kept of such ones: it would stay until that future. */
    private boolean isFromFuture(TransactionKey key) {
        return sessions.isFromFuture(key.session()) || key.expiryMs() - logTimeMs > MAX_EXPIRES_AHEAD_MS;
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
        batch.putLock(new Lock(StreamKeys.key(StreamName.of(stream)), key, exclusive));
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
        if (known == null && isFromFuture(key)) {
            return refused(FROM_FUTURE);
        }
        if (known != null && isResolved(known)) {
            return refused(NOT_HOME);
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
        if (state == State.ABORTED) {
            record.clearVote(); // nobody asks for it any more, and two lists of violations might not fit
        }
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
        // Another request's answer under the same id stands where the decision would be.
        boolean wouldKnow = answer == null && sessions.wouldRemember(key.session(), key.sequence());
        return wouldKnow
                ? Decided.newBuilder().setNever(true).build()
                : Decided.newBuilder().setForgottenOrNever(true).build();
    }

    Outcome resolve(TransactionKey key, boolean commit) {
        TransactionRecord known = record(key);
        if (known != null && known.getState() == State.STAGED) {
            release(key, commit);
            TransactionRecord.Builder resolved = known.toBuilder();
            end(
                    key,
                    commit
                            ? resolved.setState(State.COMMITTED)
                            : resolved.setState(State.ABORTED).clearVote());
        } else if (known == null && !commit) {
            if (isFromFuture(key)) {
                return refused(FROM_FUTURE);
            }
            end(key, TransactionRecord.newBuilder().setState(State.ABORTED).setSinceMs(logTimeMs));
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
        end(key, TransactionRecord.newBuilder().setState(State.FORGOTTEN).setSinceMs(known.getSinceMs()));
    }

    /** Keeps what is left at the end: a vote or a mark, until the expiry. The sweep has passed those that are past it. */
    private void end(TransactionKey key, TransactionRecord.Builder record) {
        if (isPast(key)) {
            batch.removeTransaction(key);
        } else {
            put(key, record.build());
        }
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
                appender.append(stream, StreamKeys.key(stream), append.getEventsList());
            }
        }
        for (Requirement requirement : prepare.getRequirementsList()) {
            unlock(StreamName.of(requirement.getStream()), key);
        }
        batch.removeStaged(key);
    }

    private void unlock(StreamName stream, TransactionKey holder) {
        batch.removeLock(StreamKeys.key(stream), holder);
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
     * What a piece of the sweep came to.
     *
     * @param looked how many transactions were looked at
     * @param nextMs the expiry from which to go on, or {@link #NOTHING_LEFT}
     */
    record Swept(long looked, long nextMs) {
        static final long NOTHING_LEFT = -1;
    }

    /**
     * Drops votes, marks and forgotten decisions of transactions that are past an expiry of {@code fromMs} or later. Those
     * that are open stay, and are dropped when they end: so nobody need look at them again.
     *
     * @param steps how many are looked at; only all that expire in the same millisecond are not parted
     */
    Swept sweep(long fromMs, long steps) {
        long looked = 0;
        long lastMs = Swept.NOTHING_LEFT;
        TransactionKey key = batch.nextTransaction(TransactionKey.firstOf(fromMs));
        while (key != null && isPast(key)) {
            if (looked >= steps && key.expiryMs() != lastMs) {
                return new Swept(looked, key.expiryMs());
            }
            if (record(key) == null) {
                batch.removeTransaction(key);
            }
            looked++;
            lastMs = key.expiryMs();
            key = batch.nextTransaction(key);
        }
        return new Swept(looked, Swept.NOTHING_LEFT);
    }

    /** Resolved as a participant is that does not decide. */
    private static boolean isResolved(TransactionRecord record) {
        return record.getState() == State.COMMITTED || record.getState() == State.ABORTED;
    }

    private boolean isPast(TransactionKey key) {
        return logTimeMs > key.expiryMs();
    }

    private void put(TransactionKey key, TransactionRecord record) {
        batch.putTransaction(key, record.toByteArray());
    }

    /** What is kept of a transaction; null too if it is only kept because the sweep has not come yet. */
    private @Nullable TransactionRecord record(TransactionKey key) {
        TransactionRecord record = TransactionRecords.record(batch, key);
        return record == null || (isPast(key) && !isOpen(record)) ? null : record;
    }

    /** Whether something is still to come: a decision, a resolution, or Forget. Time does not end it. */
    private static boolean isOpen(TransactionRecord record) {
        return record.getState() == State.STAGED || record.hasDecision();
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

    private static Outcome refused(Refusal refusal) {
        return Outcome.newBuilder().setRefusal(refusal).build();
    }

    private static Refusal invalid(String detail) {
        return Refusal.newBuilder()
                .setReason(Refusal.Reason.INVALID)
                .setDetail(detail)
                .build();
    }

    private static Outcome done() {
        return Outcome.newBuilder().setDone(Done.getDefaultInstance()).build();
    }
}
