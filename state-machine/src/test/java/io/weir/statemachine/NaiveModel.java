package io.weir.statemachine;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.weir.logstore.SessionId;
import io.weir.protocol.Append;
import io.weir.protocol.Appended;
import io.weir.protocol.Command;
import io.weir.protocol.Committed;
import io.weir.protocol.Expected;
import io.weir.protocol.Limits;
import io.weir.protocol.LogEntry;
import io.weir.protocol.Outcome;
import io.weir.protocol.Proposal;
import io.weir.protocol.Refusal;
import io.weir.protocol.Refusal.Reason;
import io.weir.protocol.Rejected;
import io.weir.protocol.Requirement;
import io.weir.protocol.StreamState;
import io.weir.protocol.Transact;
import io.weir.protocol.Violation;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a partition should answer, said as plainly as possible: it never forgets a session or an answer, so it has no sweep,
 * and only compares times and marks. Flaws can be put in on purpose: a test that cannot tell a flawed model from the
 * machine would not see the same flaw in the machine.
 */
final class NaiveModel {
    /** Mistakes that a state machine could make. */
    enum Flaw {
        DEADLINE_BEFORE_ANSWER,
        DEADLINE_BY_LOG_TIME,
        ORDER_BEFORE_ANSWER,
        ORDER_IGNORED,
        ORDER_IGNORES_THE_MARK,
        MARK_FALLS,
        MARK_IGNORED,
        MARK_RAISED_BY_REFUSALS,
        CONTENT_NOT_COMPARED,
        REJECTION_NOT_STORED,
        DUPLICATE_IS_NO_USE,
        USE_DOES_NOT_PROLONG,
        EXPIRED_EXECUTES,
        LOG_TIME_FALLS,
        APPENDS_BLIND_TO_EACH_OTHER,
        REQUIREMENTS_SEE_APPENDS,
        FIRST_VIOLATION_ONLY,
        HALF_A_TRANSACTION,
        POSITIONS_WITH_GAPS,
        FENCE_NOT_STORED,
        FENCED_IS_REUSED,
        LOCKS_BEFORE_ANSWER,
        COMMAND_WRITES_UNDER_SHARED_LOCK,
        COMMAND_IGNORES_LOCKS,
        CONDITION_IGNORES_LOCKS,
        CONDITION_MINDS_SHARED_LOCKS,
        CONDITIONS_BEFORE_LOCKS,
        NEWEST_HOLDER_NAMED,
        LOCKED_IS_RECORDED,
        NAMED_STREAMS_NOT_LOCKED,
        NAMED_STREAMS_STAY_LOCKED,
        OTHER_CONTENT_NOT_COMPARED,
        VOTE_DROPPED_AT_END,
        VOTE_KEPT_PAST_EXPIRY,
        STAGED_DROPPED_PAST_EXPIRY,
        STAGED_IS_VISIBLE,
        COMMIT_WITHOUT_VOTE,
        SECOND_DECISION_WINS,
        DECISION_STORED_PAST_EXPIRY,
        NEVER_WHEN_SESSION_IS_OVER,
        NEVER_WHEN_GIVEN_UP,
        ABORT_LEAVES_NO_MARK,
        FORGET_DROPS_ALL,
        FORGET_KEEPS_NO_ANSWER,
        DECISION_OF_NOBODY_STAYS_OPEN,
        RESOLVED_IS_DECIDED,
    }

    static final class Session {
        final Map<Long, Message> contents = new HashMap<>();
        final TreeMap<Long, Outcome> answers = new TreeMap<>();
        long mark;
        long lastUseMs;
    }

    private final Set<Flaw> flaws = EnumSet.noneOf(Flaw.class);
    private final Map<SessionId, Session> sessions = new HashMap<>();
    private final NaiveTransactions transactions = new NaiveTransactions(this);
    final Map<ByteString, Long> lengths = new HashMap<>();
    long nextPosition;
    long logTimeMs;
    private long index;

    static NaiveModel correct() {
        return new NaiveModel();
    }

    static NaiveModel with(Flaw flaw) {
        NaiveModel model = new NaiveModel();
        model.flaws.add(flaw);
        return model;
    }

    long nextPosition() {
        return nextPosition;
    }

    NaiveTransactions transactions() {
        return transactions;
    }

    long index() {
        return index;
    }

    /** Outcomes without the sentences of refusals. */
    List<Outcome> apply(long index, LogEntry entry) {
        this.index = index;
        long stampMs = entry.getStampMs();
        if (stampMs <= SessionIds.MAX_STAMP_MS && (stampMs > logTimeMs || has(Flaw.LOG_TIME_FALLS))) {
            logTimeMs = stampMs;
        }
        List<Outcome> outcomes = new ArrayList<>();
        for (Proposal proposal : entry.getProposalsList()) {
            Outcome outcome = proposal.hasStep() ? transactions.take(proposal.getStep()) : decide(proposal, stampMs);
            outcomes.add(withoutDetail(outcome));
        }
        return outcomes;
    }

    static Outcome withoutDetail(Outcome outcome) {
        Outcome.Builder builder = outcome.toBuilder();
        if (outcome.hasRefusal()) {
            builder.getRefusalBuilder().clearDetail();
        }
        return builder.build();
    }

    private Outcome decide(Proposal proposal, long stampMs) {
        Command command = proposal.getCommand();
        Refusal malformed = CommandCheck.check(command);
        if (malformed != null) {
            return Outcome.newBuilder().setRefusal(malformed).build();
        }
        SessionId id = new SessionId(
                command.getRequestId().getSessionHigh(), command.getRequestId().getSessionLow());
        long sequence = command.getRequestId().getSequence();
        long issuedMs = SessionIds.issuedMs(id.high());
        if (issuedMs > logTimeMs + SessionTable.MAX_ISSUED_AHEAD_MS) {
            return refused(Reason.INVALID, issuedMs, logTimeMs + SessionTable.MAX_ISSUED_AHEAD_MS);
        }
        Session session = sessions.get(id);
        long lastMs = SessionIds.lifeMs(id.high())
                + (session == null || has(Flaw.USE_DOES_NOT_PROLONG)
                        ? issuedMs
                        : Math.max(issuedMs, session.lastUseMs));
        if (logTimeMs > lastMs && !has(Flaw.EXPIRED_EXECUTES)) {
            return refused(Reason.SESSION_EXPIRED, logTimeMs, 0);
        }
        boolean late =
                Long.compareUnsigned(has(Flaw.DEADLINE_BY_LOG_TIME) ? logTimeMs : stampMs, proposal.getDeadlineMs())
                        > 0;
        Outcome locked = transactions.inTheWay(command);
        if (locked != null && has(Flaw.LOCKS_BEFORE_ANSWER)) {
            return locked;
        }
        Session known = session == null ? new Session() : session;
        long missing = missing(known, command);
        if (late && has(Flaw.DEADLINE_BEFORE_ANSWER)) {
            return refused(Reason.DEADLINE_PASSED, stampMs, proposal.getDeadlineMs());
        }
        if (missing != 0 && has(Flaw.ORDER_BEFORE_ANSWER)) {
            return refused(Reason.OUT_OF_ORDER, missing, 0);
        }
        Outcome before = answered(known, command);
        if (before != null) {
            return before;
        }
        if (has(Flaw.MARK_RAISED_BY_REFUSALS)) {
            known.mark = Math.max(known.mark, command.getLowWaterMark());
        }
        if (late) {
            return refused(Reason.DEADLINE_PASSED, stampMs, proposal.getDeadlineMs());
        }
        if (locked != null) {
            return locked;
        }
        if (missing != 0 && !has(Flaw.ORDER_IGNORED)) {
            return refused(Reason.OUT_OF_ORDER, missing, 0);
        }
        raise(known, command.getLowWaterMark());
        int kept = known.answers.tailMap(known.mark, false).size();
        if (kept >= Limits.MAX_ANSWERS_PER_SESSION) {
            return refused(Reason.SESSION_FULL, kept, Limits.MAX_ANSWERS_PER_SESSION);
        }
        sessions.put(id, known);
        known.lastUseMs = logTimeMs;
        Outcome outcome = execute(command);
        boolean stores = outcome.hasRejected()
                ? !has(Flaw.REJECTION_NOT_STORED)
                : !command.hasFence() || !has(Flaw.FENCE_NOT_STORED);
        if (stores) {
            known.contents.put(sequence, content(command));
            known.answers.put(sequence, outcome);
        }
        return outcome;
    }

    private @Nullable Outcome answered(Session session, Command command) {
        long sequence = command.getRequestId().getSequence();
        if (sequence <= session.mark && !has(Flaw.MARK_IGNORED)) {
            return refused(Reason.ANSWER_FORGOTTEN, sequence, session.mark);
        }
        Outcome answer = session.answers.get(sequence);
        if (answer == null) {
            return null;
        }
        boolean isFence = answer.getRefusal().getReason() == Reason.FENCED && !has(Flaw.FENCED_IS_REUSED);
        boolean isSame = isFence || command.hasFence() || content(command).equals(session.contents.get(sequence));
        if (!isSame && !has(Flaw.CONTENT_NOT_COMPARED)) {
            return refused(Reason.REQUEST_ID_REUSED, sequence, 0);
        }
        if (!has(Flaw.DUPLICATE_IS_NO_USE)) {
            session.lastUseMs = logTimeMs;
            raise(session, command.getLowWaterMark());
        }
        return answer;
    }

    private long missing(Session session, Command command) {
        long mark = has(Flaw.ORDER_IGNORES_THE_MARK) ? 0 : Math.max(session.mark, command.getLowWaterMark());
        return command.getAfterList().stream()
                .filter(sequence -> sequence > mark && !session.answers.containsKey(sequence))
                .findFirst()
                .orElse(0L);
    }

    private void raise(Session session, long mark) {
        session.mark = has(Flaw.MARK_FALLS) ? mark : Math.max(session.mark, mark);
    }

    private static Message content(Command command) {
        return command.hasAppend()
                ? command.getAppend()
                : command.hasFence() ? command.getFence() : command.getTransact();
    }

    private boolean isAlive(SessionId id) {
        Session session = sessions.get(id);
        long issuedMs = SessionIds.issuedMs(id.high());
        long usedMs = session == null ? issuedMs : Math.max(issuedMs, session.lastUseMs);
        return logTimeMs <= usedMs + SessionIds.lifeMs(id.high())
                && issuedMs <= logTimeMs + SessionTable.MAX_ISSUED_AHEAD_MS;
    }

    /** What is known under a request's id, or null. */
    @Nullable
    Outcome answer(SessionId id, long sequence) {
        Session session = sessions.get(id);
        return session == null || !isAlive(id) || isGivenUp(id, sequence) ? null : session.answers.get(sequence);
    }

    boolean isGivenUp(SessionId id, long sequence) {
        Session session = sessions.get(id);
        return session != null && sequence <= session.mark;
    }

    void keep(SessionId id, long sequence, long mark, Message content, Outcome outcome) {
        if (!isAlive(id)) {
            return;
        }
        Session session = sessions.computeIfAbsent(id, any -> new Session());
        session.lastUseMs = logTimeMs;
        raise(session, mark);
        if (sequence > session.mark && !session.answers.containsKey(sequence)) {
            session.contents.put(sequence, content);
            session.answers.put(sequence, outcome);
        }
    }

    private Outcome execute(Command command) {
        if (command.hasFence()) {
            return refused(Reason.FENCED, 0, 0);
        }
        boolean single = command.hasAppend();
        Transact transact =
                single ? Transact.newBuilder().addAppends(command.getAppend()).build() : command.getTransact();
        Map<ByteString, Long> planned = new HashMap<>(lengths);
        List<Violation> violations = new ArrayList<>();
        List<Appended> appends = new ArrayList<>();
        long position = nextPosition;
        for (Append append : transact.getAppendsList()) {
            long length = planned.getOrDefault(append.getStream(), 0L);
            long seen = has(Flaw.APPENDS_BLIND_TO_EACH_OTHER) ? lengths.getOrDefault(append.getStream(), 0L) : length;
            check(violations, append.getStream(), append.getExpected(), seen);
            appends.add(Appended.newBuilder()
                    .setFirstRevision(length)
                    .setCount(append.getEventsCount())
                    .setFirstPosition(position)
                    .build());
            planned.put(append.getStream(), length + append.getEventsCount());
            position += append.getEventsCount();
        }
        for (Requirement requirement : transact.getRequirementsList()) {
            Map<ByteString, Long> seen = has(Flaw.REQUIREMENTS_SEE_APPENDS) ? planned : lengths;
            check(
                    violations,
                    requirement.getStream(),
                    requirement.getExpected(),
                    seen.getOrDefault(requirement.getStream(), 0L));
        }
        if (violations.isEmpty() || has(Flaw.HALF_A_TRANSACTION)) {
            lengths.putAll(planned);
        }
        if (violations.isEmpty() || has(Flaw.POSITIONS_WITH_GAPS)) {
            nextPosition = position;
        }
        if (!violations.isEmpty()) {
            int shown = has(Flaw.FIRST_VIOLATION_ONLY) ? 1 : violations.size();
            return Outcome.newBuilder()
                    .setRejected(Rejected.newBuilder().addAllViolations(violations.subList(0, shown)))
                    .build();
        }
        return single
                ? Outcome.newBuilder().setAppended(appends.get(0)).build()
                : Outcome.newBuilder()
                        .setCommitted(
                                Committed.newBuilder().addAllAppends(appends).setNextPosition(position))
                        .build();
    }

    static void check(List<Violation> violations, ByteString stream, Expected expected, long length) {
        boolean holds = switch (expected.getKind()) {
            case ANY -> true;
            case NO_STREAM -> length == 0;
            case EXISTS -> length > 0;
            case REVISION -> length == expected.getRevision() + 1;
            case AT_MOST -> length <= expected.getRevision() + 1;
            default -> throw new AssertionError(expected);
        };
        if (!holds) {
            violations.add(Violation.newBuilder()
                    .setStream(stream)
                    .setExpected(expected)
                    .setActual(StreamState.newBuilder().setExists(length > 0).setRevision(Math.max(0, length - 1)))
                    .build());
        }
    }

    boolean has(Flaw flaw) {
        return flaws.contains(flaw);
    }

    static Outcome refused(Reason reason, long value, long limit) {
        return Outcome.newBuilder()
                .setRefusal(
                        Refusal.newBuilder().setReason(reason).setValue(value).setLimit(limit))
                .build();
    }
}
