package io.weir.statemachine;

import com.google.protobuf.ByteString;
import io.weir.logstore.SessionId;
import io.weir.protocol.Append;
import io.weir.protocol.Appended;
import io.weir.protocol.Command;
import io.weir.protocol.Decide;
import io.weir.protocol.Decided;
import io.weir.protocol.Done;
import io.weir.protocol.Locked;
import io.weir.protocol.No;
import io.weir.protocol.Outcome;
import io.weir.protocol.Prepare;
import io.weir.protocol.Refusal;
import io.weir.protocol.Refusal.Reason;
import io.weir.protocol.Requirement;
import io.weir.protocol.Transact;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionRecord.State;
import io.weir.protocol.TransactionStep;
import io.weir.protocol.Violation;
import io.weir.protocol.Voted;
import io.weir.protocol.Yes;
import io.weir.statemachine.NaiveModel.Flaw;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a partition should make of steps of transactions, after the table in {@code docs/internals/transactions.md}, said as plainly
 * as possible: it has no table of locks but asks what is staged, no sweep but asks the time, and forgets nothing.
 */
final class NaiveTransactions {
    /** What is known of a transaction. */
    static final class Part {
        State state = State.UNSPECIFIED;

        @Nullable
        Prepare prepare;

        @Nullable
        Voted vote;

        @Nullable
        Decided decision;

        boolean isForgotten;

        boolean isOpen() {
            return state == State.STAGED || (decision != null && !isForgotten);
        }
    }

    private final NaiveModel model;
    private final Map<TransactionId, Part> parts = new LinkedHashMap<>();

    NaiveTransactions(NaiveModel model) {
        this.model = model;
    }

    Map<TransactionId, Part> parts() {
        return parts;
    }

    Outcome take(TransactionStep step) {
        Refusal malformed = StepCheck.check(step);
        if (malformed != null) {
            return Outcome.newBuilder().setRefusal(malformed).build();
        }
        TransactionId id = step.getId();
        Part part = parts.getOrDefault(id, new Part());
        if (isPast(id) && !part.isOpen() && !has(Flaw.VOTE_KEPT_PAST_EXPIRY)) {
            part = new Part();
            parts.remove(id);
        }
        if (isPast(id) && part.state == State.STAGED && has(Flaw.STAGED_DROPPED_PAST_EXPIRY)) {
            part = new Part();
            parts.remove(id);
        }
        Outcome outcome = switch (step.getStepCase()) {
            case PREPARE -> prepare(id, part, step.getPrepare());
            case DECIDE -> decide(id, part, step.getDecide());
            case RESOLVE -> resolve(id, part, step.getResolve().getCommit());
            case FORGET -> forget(id, part);
            case STEP_NOT_SET -> throw new AssertionError("it was checked");
        };
        if (part.state != State.UNSPECIFIED) {
            parts.put(id, part);
        }
        return outcome;
    }

    boolean isPast(TransactionId id) {
        return model.logTimeMs > id.getExpiryMs();
    }

    private boolean isFromFuture(TransactionId id) {
        return SessionIds.issuedMs(id.getSessionHigh()) > model.logTimeMs + SessionTable.MAX_ISSUED_AHEAD_MS
                || id.getExpiryMs() > model.logTimeMs + TransactionTable.MAX_EXPIRES_AHEAD_MS;
    }

    private Outcome prepare(TransactionId id, Part part, Prepare prepare) {
        if (part.state != State.UNSPECIFIED) {
            boolean isOther = part.prepare != null && !content(part.prepare).equals(content(prepare));
            if (isOther && !has(Flaw.OTHER_CONTENT_NOT_COMPARED)) {
                return NaiveModel.refused(Reason.REQUEST_ID_REUSED, id.getSequence(), 0);
            }
            boolean isOver = part.state == State.ABORTED || part.isForgotten;
            return voted(isOver || part.vote == null ? no(No.Reason.ABORTED, List.of()) : part.vote);
        }
        if (isPast(id)) {
            return voted(Voted.newBuilder()
                    .setNo(No.newBuilder().setReason(No.Reason.EXPIRED).setLogTimeMs(model.logTimeMs))
                    .build());
        }
        if (isFromFuture(id)) {
            return NaiveModel.refused(Reason.INVALID, 0, 0);
        }
        Outcome other = model.answer(session(id), id.getSequence());
        if (other != null) {
            return other.getRefusal().getReason() == Reason.FENCED
                    ? other
                    : NaiveModel.refused(Reason.REQUEST_ID_REUSED, id.getSequence(), 0);
        }
        Voted vote = vote(prepare);
        Locked locked = has(Flaw.CONDITIONS_BEFORE_LOCKS) && vote.hasNo()
                ? null
                : inTheWay(prepare.getAppendsList(), prepare.getRequirementsList());
        if (locked != null) {
            Voted notYet = Voted.newBuilder().setLocked(locked).build();
            if (has(Flaw.LOCKED_IS_RECORDED)) {
                part.state = State.NO;
                part.vote = notYet;
            }
            return voted(notYet);
        }
        part.prepare = prepare;
        part.vote = vote;
        part.state = vote.hasYes() ? State.STAGED : State.NO;
        return voted(vote);
    }

    private Voted vote(Prepare prepare) {
        Map<ByteString, Long> planned = new HashMap<>(model.lengths);
        List<Violation> violations = new ArrayList<>();
        Yes.Builder yes = Yes.newBuilder().setIndex(model.index());
        for (Append append : prepare.getAppendsList()) {
            long length = planned.getOrDefault(append.getStream(), 0L);
            NaiveModel.check(violations, append.getStream(), append.getExpected(), length);
            yes.addAppends(Appended.newBuilder().setFirstRevision(length).setCount(append.getEventsCount()));
            planned.put(append.getStream(), length + append.getEventsCount());
        }
        for (Requirement requirement : prepare.getRequirementsList()) {
            long length = model.lengths.getOrDefault(requirement.getStream(), 0L);
            NaiveModel.check(violations, requirement.getStream(), requirement.getExpected(), length);
        }
        if (has(Flaw.STAGED_IS_VISIBLE) && violations.isEmpty()) {
            model.lengths.putAll(planned);
        }
        return violations.isEmpty() ? Voted.newBuilder().setYes(yes).build() : no(No.Reason.VIOLATED, violations);
    }

    private Outcome decide(TransactionId id, Part part, Decide decide) {
        if (part.decision != null && !part.isForgotten && !has(Flaw.SECOND_DECISION_WINS)) {
            return decided(part.decision);
        }
        boolean isOver = part.state == State.UNSPECIFIED
                ? isPast(id) && !has(Flaw.DECISION_STORED_PAST_EXPIRY)
                : part.isForgotten;
        if (isOver) {
            return decided(remembered(id));
        }
        if (part.state == State.UNSPECIFIED && isFromFuture(id)) {
            return NaiveModel.refused(Reason.INVALID, 0, 0);
        }
        boolean isResolved = part.decision == null && (part.state == State.COMMITTED || part.state == State.ABORTED);
        if (isResolved && !has(Flaw.RESOLVED_IS_DECIDED)) {
            return NaiveModel.refused(Reason.INVALID, 0, 0);
        }
        if (decide.hasCommit()) {
            if (part.state != State.STAGED && !has(Flaw.COMMIT_WITHOUT_VOTE)) {
                return decided(Decided.newBuilder().setNotStaged(true).build());
            }
            makeVisible(part);
            part.state = State.COMMITTED;
            part.decision =
                    Decided.newBuilder().setCommitted(decide.getCommit()).build();
            return decided(part.decision);
        }
        boolean knowsNobody = part.prepare == null && decide.getParticipantsCount() == 0;
        part.state = State.ABORTED;
        part.decision = Decided.newBuilder().setAborted(decide.getAbort()).build();
        Outcome answer = decided(part.decision);
        if (knowsNobody && !has(Flaw.DECISION_OF_NOBODY_STAYS_OPEN)) {
            forget(id, part);
        }
        return answer;
    }

    private Decided remembered(TransactionId id) {
        Outcome answer = model.answer(session(id), id.getSequence());
        if (answer != null && answer.hasDecided()) {
            return answer.getDecided();
        }
        boolean isOver =
                model.logTimeMs > SessionIds.issuedMs(id.getSessionHigh()) + SessionIds.lifeMs(id.getSessionHigh());
        boolean mayBeGone = answer != null
                || (isOver && !has(Flaw.NEVER_WHEN_SESSION_IS_OVER))
                || (model.isGivenUp(session(id), id.getSequence()) && !has(Flaw.NEVER_WHEN_GIVEN_UP));
        return mayBeGone
                ? Decided.newBuilder().setForgottenOrNever(true).build()
                : Decided.newBuilder().setNever(true).build();
    }

    private Outcome resolve(TransactionId id, Part part, boolean commit) {
        if (commit && part.state == State.STAGED) {
            makeVisible(part);
            part.state = has(Flaw.VOTE_DROPPED_AT_END) ? State.UNSPECIFIED : State.COMMITTED;
        } else if (!commit && part.state == State.STAGED) {
            part.state = State.ABORTED;
        } else if (!commit && part.state == State.UNSPECIFIED && isFromFuture(id)) {
            return NaiveModel.refused(Reason.INVALID, 0, 0);
        } else if (!commit && part.state == State.UNSPECIFIED && !has(Flaw.ABORT_LEAVES_NO_MARK)) {
            part.state = State.ABORTED;
        }
        return done();
    }

    private Outcome forget(TransactionId id, Part part) {
        if (part.decision != null && !part.isForgotten) {
            long mark = part.prepare == null ? 0 : part.prepare.getLowWaterMark();
            if (!has(Flaw.FORGET_KEEPS_NO_ANSWER)) {
                model.keep(session(id), id.getSequence(), mark, Done.getDefaultInstance(), decided(part.decision));
            }
            part.isForgotten = true;
            part.prepare = null; // another content is no longer told from this one
            if (has(Flaw.FORGET_DROPS_ALL)) {
                part.state = State.UNSPECIFIED;
                parts.remove(id);
            }
        }
        return done();
    }

    private void makeVisible(Part part) {
        if (part.prepare == null) {
            return;
        }
        for (Append append : part.prepare.getAppendsList()) {
            if (!has(Flaw.STAGED_IS_VISIBLE)) {
                model.lengths.merge(append.getStream(), (long) append.getEventsCount(), Long::sum);
            }
            model.nextPosition += append.getEventsCount();
        }
    }

    /** What keeps a command from being executed, or null. */
    @Nullable
    Outcome inTheWay(Command command) {
        if (command.hasFence() || has(Flaw.COMMAND_IGNORES_LOCKS)) {
            return null;
        }
        Transact transact = command.hasAppend()
                ? Transact.newBuilder().addAppends(command.getAppend()).build()
                : command.getTransact();
        Locked locked = inTheWay(transact.getAppendsList(), transact.getRequirementsList());
        return locked == null ? null : Outcome.newBuilder().setLocked(locked).build();
    }

    private @Nullable Locked inTheWay(List<Append> appends, List<Requirement> requirements) {
        Map<TransactionId, ByteString> holders = new LinkedHashMap<>();
        for (Append append : appends) {
            collect(holders, append.getStream(), append.getEventsCount() > 0);
        }
        for (Requirement requirement : requirements) {
            collect(holders, requirement.getStream(), false);
        }
        Comparator<TransactionId> order = Comparator.comparing(TransactionKeys::key);
        return holders.entrySet().stream()
                .min(Map.Entry.comparingByKey(has(Flaw.NEWEST_HOLDER_NAMED) ? order.reversed() : order))
                .map(holder -> Locked.newBuilder()
                        .setHolder(holder.getKey())
                        .setStream(holder.getValue())
                        .build())
                .orElse(null);
    }

    private void collect(Map<TransactionId, ByteString> holders, ByteString stream, boolean writes) {
        parts.forEach((id, part) -> {
            boolean isExclusive = written(part).contains(stream);
            boolean isShared = !isExclusive && named(part).contains(stream);
            boolean minds = writes
                    ? isExclusive || (isShared && !has(Flaw.COMMAND_WRITES_UNDER_SHARED_LOCK))
                    : (isExclusive && !has(Flaw.CONDITION_IGNORES_LOCKS))
                            || (isShared && has(Flaw.CONDITION_MINDS_SHARED_LOCKS));
            if (minds) {
                holders.putIfAbsent(id, stream);
            }
        });
    }

    /** Streams that are locked for what will be written there. */
    static Set<ByteString> written(Part part) {
        Set<ByteString> streams = new TreeSet<>(ByteString.unsignedLexicographicalComparator());
        if (part.state == State.STAGED && part.prepare != null) {
            part.prepare.getAppendsList().stream()
                    .filter(append -> append.getEventsCount() > 0)
                    .forEach(append -> streams.add(append.getStream()));
        }
        return streams;
    }

    /** Streams that are locked in any mode. */
    Set<ByteString> named(Part part) {
        Set<ByteString> streams = written(part);
        boolean isHeld =
                part.state == State.STAGED || (part.state == State.COMMITTED && has(Flaw.NAMED_STREAMS_STAY_LOCKED));
        if (isHeld && part.prepare != null && !has(Flaw.NAMED_STREAMS_NOT_LOCKED)) {
            part.prepare.getAppendsList().forEach(append -> streams.add(append.getStream()));
            part.prepare.getRequirementsList().forEach(requirement -> streams.add(requirement.getStream()));
        }
        return streams;
    }

    private static Prepare content(Prepare prepare) {
        return prepare.toBuilder().clearLowWaterMark().build();
    }

    private static SessionId session(TransactionId id) {
        return new SessionId(id.getSessionHigh(), id.getSessionLow());
    }

    private boolean has(Flaw flaw) {
        return model.has(flaw);
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
