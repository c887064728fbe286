package io.weir.statemachine;

import io.weir.logstore.Expiry;
import io.weir.logstore.Lock;
import io.weir.logstore.SessionId;
import io.weir.logstore.SessionRow;
import io.weir.logstore.StoreException;
import io.weir.logstore.WriteBatch;
import io.weir.protocol.Command;
import io.weir.protocol.Limits;
import io.weir.protocol.Outcome;
import io.weir.protocol.Refusal;
import io.weir.protocol.Refusal.Reason;
import io.weir.protocol.RequestId;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of a partition, as one log entry sees them: whether a request may be executed, what it was answered before,
 * and when a session is forgotten. The only place that touches sessions and answers.
 *
 * <p><b>At most once.</b> A request is executed only if its session is alive, its sequence is above the low-water mark, and
 * no answer is stored. The answer is stored in the batch that executes it. It goes only when the mark has passed it or the
 * session has ended, and both are for ever: the mark never falls, and a session whose time has passed is expired whether
 * its row is still there or not, since log time never falls either.
 *
 * <p><b>A refusal changes nothing</b>: neither the mark nor the last use nor an answer. But for one: in a session that
 * transactions have filled beyond its limit, a command that is refused for want of room has raised the mark, and the answers
 * below it are gone.
 *
 * <p>Rows of sessions are read and written once an entry, and answers that the mark has passed are removed together: a client
 * that pipelines is in an entry hundreds of times. See {@link #flush}.
 */
final class SessionTable {
    /** How far before log time a session may seem to be issued: clocks differ, by far less than this. */
    static final long MAX_ISSUED_AHEAD_MS = 3_600_000;

    private static final long NOTHING = 0;
    private static final long ALL = -1; // the largest sequence, unsigned

    private final WriteBatch batch;
    private final long logTimeMs;
    private final long stampMs;
    private final Map<SessionId, Slot> slots = new LinkedHashMap<>();

    /** A session as the entry has left it so far. */
    private static final class Slot {
        private final Set<Long> answeredHere = new LinkedHashSet<>();
        /** As it will be written, but that it counts the answers that are yet to be removed; null if there is none. */
        @Nullable
        SessionRow row;

        /** Answers up to here are removed; those from here to the row's mark are yet to be. */
        long removedTo;

        boolean isChanged;

        /** No answer has a higher sequence, unsigned. */
        private long lastAnswer;

        /** @param lastAnswer the highest sequence that was answered before */
        Slot(@Nullable SessionRow row, long lastAnswer) {
            this.row = row;
            this.removedTo = row == null ? 0 : row.lowWaterMark();
            this.lastAnswer = lastAnswer;
        }

        void answered(long sequence) {
            answeredHere.add(sequence);
            lastAnswer = Long.compareUnsigned(sequence, lastAnswer) > 0 ? sequence : lastAnswer;
        }

        boolean wasAnsweredHere(long sequence) {
            return answeredHere.contains(sequence);
        }

        /** Spares most commands the look: they are the latest of their sessions. */
        boolean mayHaveAnswer(long sequence) {
            return Long.compareUnsigned(sequence, lastAnswer) <= 0;
        }

        void change(SessionRow next) {
            row = next;
            isChanged = true;
        }
    }

    /** What may be done with a command. */
    sealed interface Admission {}

    /** It is not executed, and leaves no trace. */
    record Refused(Refusal refusal) implements Admission {}

    /** It was executed before, with this outcome. */
    record Answered(Outcome outcome) implements Admission {}

    /** A transaction is in its way, and it leaves no trace; it may be proposed again. */
    record Held(Lock lock) implements Admission {}

    /** It must be executed now, and its answer given to {@link #store}; {@code row} is the session without it. */
    record Admitted(SessionId session, long sequence, SessionRow row, boolean isNew) implements Admission {}

    /**
     * @param logTimeMs log time, the entry's stamp included
     * @param stampMs the entry's own stamp, which the leader compared with the deadlines
     */
    SessionTable(WriteBatch batch, long logTimeMs, long stampMs) {
        this.batch = batch;
        this.logTimeMs = logTimeMs;
        this.stampMs = stampMs;
    }

    /**
     * Judges a well-formed command. The order of the checks matters: what was executed is answered before anything that
     * only time or other requests could have changed since (the deadline, locks, {@code after}, the room for answers) is asked.
     *
     * @param lock tells what is in the way of the command
     */
    Admission admit(Command command, long deadlineMs, byte[] fingerprint, Supplier<@Nullable Lock> lock) {
        RequestId id = command.getRequestId();
        SessionId session = new SessionId(id.getSessionHigh(), id.getSessionLow());
        SessionRow row = slot(session).row;
        Refusal dead = checkAlive(session, row);
        if (dead != null) {
            return new Refused(dead);
        }
        if (row != null) {
            Admission known = findAnswer(session, row, command, fingerprint);
            if (known != null) {
                return known;
            }
        }
        if (Long.compareUnsigned(stampMs, deadlineMs) > 0) {
            return refused(Reason.DEADLINE_PASSED, stampMs, deadlineMs, "proposed after its deadline");
        }
        Lock held = lock.get();
        if (held != null) { // what must come before it has met the lock as well, and would wait in front of it
            return new Held(held);
        }
        long missing = firstUnanswered(session, row, command);
        return missing == NOTHING
                ? makeRoom(session, row, command)
                : refused(Reason.OUT_OF_ORDER, missing, 0, "a request that must come before it has no answer here");
    }

    /** Whether a session seems to be issued so late that no clock is that wrong: nothing is kept of such ones. */
    boolean isFromFuture(SessionId session) {
        return SessionIds.issuedMs(session.high()) - logTimeMs > MAX_ISSUED_AHEAD_MS;
    }

    private @Nullable Refusal checkAlive(SessionId session, @Nullable SessionRow row) {
        long issuedMs = SessionIds.issuedMs(session.high());
        if (isFromFuture(session)) {
            return refusal(
                    Reason.INVALID,
                    issuedMs,
                    logTimeMs + MAX_ISSUED_AHEAD_MS,
                    "session's issue stamp lies in the future");
        }
        // The refusal names no last use: it is gone with the row, and the answer must not tell whether the sweep came.
        return logTimeMs > lastMs(session, row)
                ? refusal(Reason.SESSION_EXPIRED, logTimeMs, 0, "session's time has passed")
                : null;
    }

    /** The last log time at which the session is alive. */
    private static long lastMs(SessionId session, @Nullable SessionRow row) {
        long issuedMs = SessionIds.issuedMs(session.high());
        long usedMs = row == null ? issuedMs : Math.max(issuedMs, row.lastUseMs());
        return usedMs + SessionIds.lifeMs(session.high());
    }

    private @Nullable Admission findAnswer(SessionId session, SessionRow row, Command command, byte[] fingerprint) {
        long sequence = command.getRequestId().getSequence();
        if (Long.compareUnsigned(sequence, row.lowWaterMark()) <= 0) {
            return refused(
                    Reason.ANSWER_FORGOTTEN, sequence, row.lowWaterMark(), "at or below the session's low-water mark");
        }
        byte[] stored = storedAnswer(session, sequence);
        if (stored == null) {
            return null;
        }
        Outcome outcome = StoredAnswer.outcome(stored);
        boolean isSame = StoredAnswer.matches(stored, fingerprint) || command.hasFence() || isFence(outcome);
        if (!isSame) {
            return refused(Reason.REQUEST_ID_REUSED, sequence, 0, "the same request id came with other content before");
        }
        slot(session).change(used(raised(row, command.getLowWaterMark())));
        return new Answered(outcome);
    }

    /** Whether this is the answer to a question that came before its request: it answers the request as well. */
    private static boolean isFence(Outcome outcome) {
        return outcome.getRefusal().getReason() == Reason.FENCED;
    }

    /** The first request named in {@code after} that has neither an answer here nor been given up, or 0. */
    private long firstUnanswered(SessionId session, @Nullable SessionRow row, Command command) {
        long mark = command.getLowWaterMark();
        if (row != null && Long.compareUnsigned(row.lowWaterMark(), mark) > 0) {
            mark = row.lowWaterMark();
        }
        for (int i = 0; i < command.getAfterCount(); i++) {
            long sequence = command.getAfter(i);
            boolean settled =
                    Long.compareUnsigned(sequence, mark) <= 0 || (row != null && isAnswered(session, sequence));
            if (!settled) {
                return sequence;
            }
        }
        return NOTHING;
    }

    private boolean isAnswered(SessionId session, long sequence) {
        return slot(session).wasAnsweredHere(sequence) || storedAnswer(session, sequence) != null;
    }

    /** Admits, unless the session is full; raising a full session's mark without room won has changed nothing. */
    private Admission makeRoom(SessionId session, @Nullable SessionRow row, Command command) {
        long sequence = command.getRequestId().getSequence();
        if (row == null) {
            return new Admitted(session, sequence, new SessionRow(command.getLowWaterMark(), logTimeMs, 0), true);
        }
        SessionRow raised = raised(row, command.getLowWaterMark());
        if (raised.answers() >= Limits.MAX_ANSWERS_PER_SESSION) {
            // What has been given up goes first, by earlier commands of the entry and by this one.
            raised = withoutPassed(session, raised(withoutPassed(session, row), command.getLowWaterMark()));
        }
        if (raised.answers() >= Limits.MAX_ANSWERS_PER_SESSION) {
            return refused(
                    Reason.SESSION_FULL,
                    raised.answers(),
                    Limits.MAX_ANSWERS_PER_SESSION,
                    "too many answers above the session's low-water mark");
        }
        return new Admitted(session, sequence, raised, false);
    }

    /** The row with the mark at least at {@code mark}; see {@link #withoutPassed}. */
    private static SessionRow raised(SessionRow row, long mark) {
        return Long.compareUnsigned(mark, row.lowWaterMark()) <= 0
                ? row
                : new SessionRow(mark, row.lastUseMs(), row.answers());
    }

    /**
     * Removes the answers that a row's mark has passed, all of them, since nobody looks below the mark again; each was paid for by
     * the command or step that stored it. Changes nothing if there are none.
     *
     * @param row the session's, perhaps with a higher mark
     * @return the row without them
     */
    private SessionRow withoutPassed(SessionId session, SessionRow row) {
        Slot slot = slot(session);
        if (Long.compareUnsigned(slot.removedTo, row.lowWaterMark()) >= 0 || row.answers() == 0) {
            return row;
        }
        int removed = batch.removeAnswers(session, slot.removedTo, row.lowWaterMark(), row.answers());
        if (removed == 0) {
            return row;
        }
        slot.removedTo = row.lowWaterMark();
        SessionRow without = new SessionRow(row.lowWaterMark(), row.lastUseMs(), row.answers() - removed);
        slot.change(without);
        return without;
    }

    private SessionRow used(SessionRow row) {
        return new SessionRow(row.lowWaterMark(), logTimeMs, row.answers());
    }

    /** Keeps the answer of an executed command. A new session gets its only expiry note. */
    void store(Admitted admitted, byte[] fingerprint, Outcome outcome) {
        SessionId session = admitted.session();
        SessionRow row = admitted.row();
        batch.putAnswer(session, admitted.sequence(), StoredAnswer.encode(fingerprint, outcome));
        SessionRow next = new SessionRow(row.lowWaterMark(), logTimeMs, row.answers() + 1);
        Slot slot = slot(session);
        slot.change(next);
        slot.answered(admitted.sequence());
        if (admitted.isNew()) {
            slot.removedTo = next.lowWaterMark();
            batch.addExpiry(new Expiry(lastMs(session, next), session));
        }
    }

    /** The stored answer of a request, or null; null too if the session's time has passed, swept or not. */
    @Nullable
    Outcome answer(SessionId session, long sequence) {
        SessionRow row = slot(session).row;
        boolean isGivenUp = row != null && Long.compareUnsigned(sequence, row.lowWaterMark()) <= 0;
        boolean isKept = !isGivenUp && checkAlive(session, row) == null;
        byte[] stored = isKept ? storedAnswer(session, sequence) : null;
        return stored == null ? null : StoredAnswer.outcome(stored);
    }

    /**
     * Whether an answer of this request, had there been one, could not be gone: neither has the client given it up, nor can
     * the session have ended. Later uses prolong a session; whether there were any is known only as long as it lives.
     */
    boolean wouldRemember(SessionId session, long sequence) {
        SessionRow row = slot(session).row;
        boolean isGivenUp = row != null && Long.compareUnsigned(sequence, row.lowWaterMark()) <= 0;
        return !isGivenUp && logTimeMs <= lastMs(session, null);
    }

    /**
     * Keeps the answer of a request that was decided in another way than by a command, if the session is alive and has not
     * given the answer up; even in a full session, since its absence would be taken for an answer ({@link #wouldRemember}).
     * Counts as a use.
     */
    void keep(SessionId session, long sequence, long lowWaterMark, byte[] fingerprint, Outcome outcome) {
        SessionRow row = slot(session).row;
        if (checkAlive(session, row) != null) {
            return;
        }
        SessionRow raised = row == null ? new SessionRow(lowWaterMark, logTimeMs, 0) : raised(row, lowWaterMark);
        boolean isWanted = Long.compareUnsigned(sequence, raised.lowWaterMark()) > 0;
        boolean isKnown = row != null && isAnswered(session, sequence);
        if (isWanted && !isKnown) {
            store(new Admitted(session, sequence, raised, row == null), fingerprint, outcome);
        } else if (row != null) {
            slot(session).change(used(raised));
        }
    }

    private Slot slot(SessionId session) {
        return slots.computeIfAbsent(session, id -> {
            SessionRow row = batch.session(id);
            return new Slot(row, row == null || row.answers() == 0 ? 0 : batch.lastAnswer(id));
        });
    }

    private byte @Nullable [] storedAnswer(SessionId session, long sequence) {
        return slot(session).mayHaveAnswer(sequence) ? batch.answer(session, sequence) : null;
    }

    /** Writes what the entry has made of its sessions: at its end. */
    void flush() {
        slots.forEach(this::write);
        slots.clear();
    }

    private void write(SessionId session, Slot slot) {
        if (slot.isChanged && slot.row != null) {
            batch.putSession(session, withoutPassed(session, slot.row));
        }
    }

    /**
     * Looks at a session whose note is due. A use does not move a session's note; the note that has come due moves to the end
     * of the life that the uses have won. The row goes last: as long as an answer is left, the session is known, and known to
     * be expired.
     *
     * @param maxAnswers how many answers may be removed, at least one
     * @return how many answers were removed
     */
    int visit(Expiry note, int maxAnswers) {
        SessionId session = note.session();
        Slot slot = slots.get(session);
        if (slot != null) {
            write(session, slot);
            slots.remove(session);
        }
        SessionRow row = batch.session(session);
        if (row == null) {
            throw new StoreException.Corrupted("an expiry note names a session that has no row: " + note);
        }
        long lastMs = lastMs(session, row);
        if (logTimeMs <= lastMs) {
            batch.removeExpiry(note);
            batch.addExpiry(new Expiry(lastMs, session));
            return 0;
        }
        int removed = row.answers() == 0 ? 0 : batch.removeAnswers(session, NOTHING, ALL, maxAnswers);
        if (removed == 0 && row.answers() > 0) {
            throw new StoreException.Corrupted("a session's row counts " + row.answers() + " answers, none is stored");
        }
        if (removed < row.answers()) {
            batch.putSession(session, new SessionRow(row.lowWaterMark(), row.lastUseMs(), row.answers() - removed));
        } else {
            batch.removeSession(session);
            batch.removeExpiry(note);
        }
        return removed;
    }

    private static Refused refused(Reason reason, long value, long limit, String detail) {
        return new Refused(refusal(reason, value, limit, detail));
    }

    private static Refusal refusal(Reason reason, long value, long limit, String detail) {
        return Refusal.newBuilder()
                .setReason(reason)
                .setValue(value)
                .setLimit(limit)
                .setDetail(detail)
                .build();
    }
}
