package io.weir.client.internal;

import com.google.protobuf.ByteString;
import io.weir.protocol.Append;
import io.weir.protocol.Appended;
import io.weir.protocol.Command;
import io.weir.protocol.Committed;
import io.weir.protocol.Expected;
import io.weir.protocol.ListTransactions;
import io.weir.protocol.Outcome;
import io.weir.protocol.RecordedEvent;
import io.weir.protocol.Refusal;
import io.weir.protocol.Rejected;
import io.weir.protocol.RequestId;
import io.weir.protocol.Requirement;
import io.weir.protocol.StreamState;
import io.weir.protocol.TransactionInfo;
import io.weir.protocol.TransactionList;
import io.weir.protocol.Violation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The log of one partition of a {@link FakeCluster}, by the rules of the real one: conditions, sessions, order. */
final class FakePartition {
    /** Answers that a session keeps at most; the real limit unless a test lowers it. */
    int maxAnswers = io.weir.protocol.Limits.MAX_ANSWERS_PER_SESSION;

    /** The most answers that any session has had here. */
    int mostAnswers;

    /** Index of the last entry with a part of a transaction over several partitions that is visible here. */
    long logIndex;

    final List<TransactionInfo> open = new ArrayList<>();
    final List<RecordedEvent> log = new ArrayList<>();
    final Map<ByteString, List<RecordedEvent>> streams = new TreeMap<>(ByteString.unsignedLexicographicalComparator());
    final Set<Long> expiredSessions = new HashSet<>(); // by their lower half
    private final Map<Long, Session> sessions = new HashMap<>();

    private record Answer(ByteString content, Outcome outcome) {}

    private static final class Session {
        long mark;
        final TreeMap<Long, Answer> answers = new TreeMap<>();
    }

    Outcome apply(Command command) {
        RequestId id = command.getRequestId();
        if (command.getAfterList().stream().anyMatch(earlier -> earlier >= id.getSequence())) {
            return refusal(Refusal.Reason.INVALID, id.getSequence());
        }
        if (expiredSessions.contains(id.getSessionLow())) {
            return refusal(Refusal.Reason.SESSION_EXPIRED, 0);
        }
        Session session = sessions.computeIfAbsent(id.getSessionLow(), absent -> new Session());
        session.mark = Math.max(session.mark, command.getLowWaterMark());
        session.answers.headMap(session.mark, true).clear();
        if (id.getSequence() <= session.mark) {
            return refusal(Refusal.Reason.ANSWER_FORGOTTEN, session.mark);
        }
        ByteString content = contentOf(command);
        Answer known = session.answers.get(id.getSequence());
        if (known != null) {
            boolean isSame = known.content.equals(content)
                    || command.hasFence()
                    || known.outcome.getRefusal().getReason() == Refusal.Reason.FENCED;
            return isSame ? known.outcome : refusal(Refusal.Reason.REQUEST_ID_REUSED, 0);
        }
        for (long earlier : command.getAfterList()) {
            if (earlier > session.mark && !session.answers.containsKey(earlier)) {
                return refusal(Refusal.Reason.OUT_OF_ORDER, earlier);
            }
        }
        if (session.answers.size() >= maxAnswers) {
            return refusal(Refusal.Reason.SESSION_FULL, session.answers.size());
        }
        Outcome outcome = decide(command);
        session.answers.put(id.getSequence(), new Answer(content, outcome));
        mostAnswers = Math.max(mostAnswers, session.answers.size());
        return outcome;
    }

    private static ByteString contentOf(Command command) {
        return switch (command.getOperationCase()) {
            case APPEND -> command.getAppend().toByteString();
            case TRANSACT -> command.getTransact().toByteString();
            case FENCE -> ByteString.EMPTY;
            default -> throw new IllegalStateException("no command of one partition: " + command);
        };
    }

    static Outcome refusal(Refusal.Reason reason, long value) {
        return Outcome.newBuilder()
                .setRefusal(Refusal.newBuilder().setReason(reason).setValue(value))
                .build();
    }

    private Outcome decide(Command command) {
        if (command.hasFence()) {
            return refusal(Refusal.Reason.FENCED, 0);
        }
        if (command.hasAppend()) {
            Append append = command.getAppend();
            List<Violation> violations = new ArrayList<>();
            check(append.getStream(), append.getExpected(), 0, violations);
            return violations.isEmpty()
                    ? Outcome.newBuilder().setAppended(append(append)).build()
                    : rejected(violations);
        }
        List<Violation> violations = new ArrayList<>();
        for (Requirement requirement : command.getTransact().getRequirementsList()) {
            check(requirement.getStream(), requirement.getExpected(), 0, violations);
        }
        Map<ByteString, Integer> before = new HashMap<>(); // events of the transaction's own earlier appends
        for (Append append : command.getTransact().getAppendsList()) {
            check(append.getStream(), append.getExpected(), before.getOrDefault(append.getStream(), 0), violations);
            before.merge(append.getStream(), append.getEventsCount(), Integer::sum);
        }
        if (!violations.isEmpty()) {
            return rejected(violations);
        }
        Committed.Builder committed = Committed.newBuilder();
        command.getTransact().getAppendsList().forEach(append -> committed.addAppends(append(append)));
        return Outcome.newBuilder()
                .setCommitted(committed.setNextPosition(log.size()))
                .build();
    }

    private static Outcome rejected(List<Violation> violations) {
        return Outcome.newBuilder()
                .setRejected(Rejected.newBuilder().addAllViolations(violations))
                .build();
    }

    /** Two a page. */
    TransactionList open(ListTransactions list) {
        List<TransactionInfo> later = open.stream()
                .dropWhile(info -> list.hasAfter() && !info.getId().equals(list.getAfter()))
                .skip(list.hasAfter() ? 1 : 0)
                .toList();
        return TransactionList.newBuilder()
                .addAllTransactions(later.subList(0, Math.min(2, later.size())))
                .setAtEnd(later.size() <= 2)
                .build();
    }

    StreamState stateOf(ByteString stream) {
        List<RecordedEvent> events = streams.get(stream);
        return events == null
                ? StreamState.getDefaultInstance()
                : StreamState.newBuilder()
                        .setExists(true)
                        .setRevision(events.size() - 1)
                        .build();
    }

    void check(ByteString stream, Expected expected, int more, List<Violation> violations) {
        int events = streams.getOrDefault(stream, List.of()).size() + more;
        StreamState state = events == 0
                ? StreamState.getDefaultInstance()
                : StreamState.newBuilder()
                        .setExists(true)
                        .setRevision(events - 1)
                        .build();
        boolean holds = switch (expected.getKind()) {
            case ANY -> true;
            case NO_STREAM -> !state.getExists();
            case EXISTS -> state.getExists();
            case REVISION -> state.getExists() && state.getRevision() == expected.getRevision();
            case AT_MOST -> !state.getExists() || state.getRevision() <= expected.getRevision();
            default -> throw new IllegalStateException("no condition: " + expected);
        };
        if (!holds) {
            violations.add(Violation.newBuilder()
                    .setStream(stream)
                    .setExpected(expected)
                    .setActual(state)
                    .build());
        }
    }

    Appended append(Append append) {
        List<RecordedEvent> events = streams.getOrDefault(append.getStream(), new ArrayList<>());
        Appended appended = Appended.newBuilder()
                .setFirstRevision(events.size())
                .setCount(append.getEventsCount())
                .setFirstPosition(log.size())
                .build();
        for (ByteString event : append.getEventsList()) {
            RecordedEvent recorded = RecordedEvent.newBuilder()
                    .setStream(append.getStream())
                    .setRevision(events.size())
                    .setPosition(log.size())
                    .setStampMs(1_000 + log.size())
                    .setEvent(event)
                    .build();
            events.add(recorded);
            log.add(recorded);
            streams.put(append.getStream(), events);
        }
        return appended;
    }
}
