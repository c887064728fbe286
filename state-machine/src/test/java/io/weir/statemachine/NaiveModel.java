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
    }

    private static final class Session {
        final Map<Long, Message> contents = new HashMap<>();
        final TreeMap<Long, Outcome> answers = new TreeMap<>();
        long mark;
        long lastUseMs;
    }

    private final Set<Flaw> flaws = EnumSet.noneOf(Flaw.class);
    private final Map<SessionId, Session> sessions = new HashMap<>();
    private final Map<ByteString, Long> lengths = new HashMap<>();
    private long nextPosition;
    private long logTimeMs;

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

    /** Outcomes without the sentences of refusals. */
    List<Outcome> apply(LogEntry entry) {
        long stampMs = entry.getStampMs();
        if (stampMs <= SessionIds.MAX_STAMP_MS && (stampMs > logTimeMs || has(Flaw.LOG_TIME_FALLS))) {
            logTimeMs = stampMs;
        }
        List<Outcome> outcomes = new ArrayList<>();
        for (Proposal proposal : entry.getProposalsList()) {
            outcomes.add(withoutDetail(decide(proposal, stampMs)));
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
        if (!outcome.hasRejected() || !has(Flaw.REJECTION_NOT_STORED)) {
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
        if (!content(command).equals(session.contents.get(sequence)) && !has(Flaw.CONTENT_NOT_COMPARED)) {
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
        return command.hasAppend() ? command.getAppend() : command.getTransact();
    }

    private Outcome execute(Command command) {
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

    private static void check(List<Violation> violations, ByteString stream, Expected expected, long length) {
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

    private boolean has(Flaw flaw) {
        return flaws.contains(flaw);
    }

    private static Outcome refused(Reason reason, long value, long limit) {
        return Outcome.newBuilder()
                .setRefusal(
                        Refusal.newBuilder().setReason(reason).setValue(value).setLimit(limit))
                .build();
    }
}
