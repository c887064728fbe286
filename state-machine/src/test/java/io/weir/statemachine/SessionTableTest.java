package io.weir.statemachine;

import static io.weir.statemachine.Commands.MINUTE;
import static io.weir.statemachine.Commands.T0;
import static io.weir.statemachine.Commands.after;
import static io.weir.statemachine.Commands.any;
import static io.weir.statemachine.Commands.append;
import static io.weir.statemachine.Commands.command;
import static io.weir.statemachine.Commands.entry;
import static io.weir.statemachine.Commands.mark;
import static io.weir.statemachine.Commands.noStream;
import static io.weir.statemachine.Commands.session;
import static io.weir.statemachine.Commands.transact;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.logstore.ReadView;
import io.weir.logstore.SessionId;
import io.weir.logstore.SessionRow;
import io.weir.protocol.Command;
import io.weir.protocol.Limits;
import io.weir.protocol.Outcome;
import io.weir.protocol.Proposal;
import io.weir.protocol.Refusal;
import io.weir.protocol.Refusal.Reason;
import io.weir.protocol.TransactionId;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests, their answers and their order. */
class SessionTableTest {
    private static final SessionId SESSION = session(1);

    private final TestPartition partition = new TestPartition();

    @AfterEach
    void close() {
        partition.close();
    }

    @Test
    void aRepeatedRequestGetsTheStoredAnswerAndExecutesOnce() {
        Outcome first = run(request(1));
        assertThat(partition.apply(T0, request(1), request(1))).containsExactly(first, first);
        Command rejected = command(SESSION, 2, append("a", noStream(), "no"));
        assertThat(run(rejected).hasRejected()).isTrue();
        Command committed = command(SESSION, 3, transact(List.of(append("a", any(), "yes"))));
        Outcome commit = run(committed);
        assertThat(run(committed)).isEqualTo(commit);
        assertThat(run(rejected).getRejected().getViolations(0).getActual().getRevision())
                .isZero();
        assertThat(partition.state().nextPosition()).isEqualTo(2);
    }

    @Test
    void twoSessionsDoNotShareSequences() {
        run(request(1));
        assertThat(partition
                        .applyOne(T0, command(session(2), 1, append("a", any(), "1")))
                        .getAppended()
                        .getFirstRevision())
                .isEqualTo(1);
    }

    @Test
    void theSameIdWithOtherContentIsRefusedAndTheAnswerStays() {
        Outcome first = run(request(1));
        Refusal refusal = refusal(run(command(SESSION, 1, append("a", any(), "other"))));
        assertThat(refusal.getReason()).isEqualTo(Reason.REQUEST_ID_REUSED);
        assertThat(refusal.getValue()).isEqualTo(1);
        assertThat(run(command(SESSION, 1, transact(List.of(append("a", any(), "1")))))
                        .getRefusal()
                        .getReason())
                .isEqualTo(Reason.REQUEST_ID_REUSED);
        assertThat(run(request(1))).isEqualTo(first);
    }

    @Test
    void atOrBelowTheMarkAnAnswerIsForgottenAndNeverExecuted() {
        run(request(1));
        run(request(3));
        run(mark(request(4), 2));
        for (long sequence = 1; sequence <= 2; sequence++) { // 1 was executed, 2 never came
            Refusal refusal = refusal(run(request(sequence)));
            assertThat(refusal.getReason()).isEqualTo(Reason.ANSWER_FORGOTTEN);
            assertThat(refusal.getValue()).isEqualTo(sequence);
            assertThat(refusal.getLimit()).isEqualTo(2);
        }
        assertThat(run(request(3)).hasAppended()).isTrue();
        assertThat(row()).isEqualTo(new SessionRow(2, T0, 2));
        assertThat(partition.state().nextPosition()).isEqualTo(3);
    }

    @Test
    void theMarkNeverFallsAndADuplicateRaisesIt() {
        run(request(1));
        run(mark(request(5), 3));
        run(mark(request(6), 1));
        assertThat(row()).isEqualTo(new SessionRow(3, T0, 2));
        assertThat(run(mark(request(6), 5)).hasAppended()).isTrue();
        assertThat(row()).isEqualTo(new SessionRow(5, T0, 1));
    }

    @Test
    void aFullSessionRefusesUntilItsMarkMakesRoom() {
        int max = Limits.MAX_ANSWERS_PER_SESSION;
        // Odd sequences: raising the mark over an even one makes no room.
        partition.apply(
                T0, LongStream.range(0, max).mapToObj(i -> request(2 * i + 1)).toArray(Command[]::new));
        assertThat(row()).isEqualTo(new SessionRow(0, T0, max));
        Command next = request(2L * max + 1);
        Refusal refusal = refusal(run(next));
        assertThat(refusal.getReason()).isEqualTo(Reason.SESSION_FULL);
        assertThat(refusal.getValue()).isEqualTo(max);
        assertThat(refusal.getLimit()).isEqualTo(max);
        assertThat(run(request(2L * max - 1)).hasAppended()).as("duplicate").isTrue();
        assertThat(run(mark(next, 1)).hasAppended()).isTrue();
        assertThat(row()).isEqualTo(new SessionRow(1, T0, max));
        assertThat(refusal(run(mark(request(2L * max + 3), 2))).getReason()).isEqualTo(Reason.SESSION_FULL);
        assertThat(row()).as("a refusal changes nothing").isEqualTo(new SessionRow(1, T0, max));
        assertThat(run(mark(request(2L * max + 3), 2L * max)).hasAppended()).isTrue();
        assertThat(row()).isEqualTo(new SessionRow(2L * max, T0, 2));
    }

    /** Its absence would be taken for the answer that there never was a decision. */
    @Test
    void aFullSessionKeepsTheAnswersOfTransactions() {
        long max = Limits.MAX_ANSWERS_PER_SESSION;
        int decided = 5;
        partition.apply(
                T0, LongStream.rangeClosed(1, max).mapToObj(i -> request(i)).toArray(Command[]::new));
        for (long sequence = max + 1L; sequence <= max + decided; sequence++) {
            TransactionId id = Steps.id(SESSION, sequence, T0 + MINUTE);
            partition.apply(entry(T0, List.of(Steps.abort(id), Steps.forget(id))));
        }
        assertThat(row()).isEqualTo(new SessionRow(0, T0, Math.toIntExact(max) + decided));
        Outcome answer = partition
                .apply(entry(T0 + 2 * MINUTE, List.of(Steps.commit(Steps.id(SESSION, max + 1, T0 + MINUTE)))))
                .outcomes()
                .get(0);
        assertThat(answer.getDecided().hasAborted()).isTrue();
        assertThat(refusal(run(request(max + decided + 1))).getReason()).isEqualTo(Reason.SESSION_FULL);
        assertThat(run(mark(request(max + decided + 2), max + decided)).hasAppended())
                .isTrue();
        assertThat(row())
                .as("none is left below the mark")
                .isEqualTo(new SessionRow(max + decided, T0 + 2 * MINUTE, 1));
    }

    @Test
    void aRequestWaitsForThoseNamedInAfter() {
        Command second = after(request(2), 1);
        Refusal refusal = refusal(run(second));
        assertThat(refusal.getReason()).isEqualTo(Reason.OUT_OF_ORDER);
        assertThat(refusal.getValue()).isEqualTo(1);
        assertThat(row()).isNull();
        run(request(1));
        assertThat(run(second).getAppended().getFirstRevision()).isEqualTo(1);
        assertThat(refusal(run(after(request(5), 1, 2, 3, 4))).getValue()).isEqualTo(3);
    }

    /** A pipeline that meets a lock waits for it as a whole, in its order. */
    @Test
    void aRequestMeetsTheLockThatThoseBeforeItHaveMet() {
        TransactionId id = Steps.id(Commands.session(2), 1, T0 + MINUTE);
        partition.apply(entry(T0, List.of(Steps.prepare(id, List.of(request(1).getAppend())))));
        Command second = after(request(2), 1);
        assertThat(partition.apply(T0, request(1), second)).allMatch(Outcome::hasLocked);
        partition.apply(entry(T0, List.of(Steps.abort(id))));
        assertThat(run(second)).matches(Outcome::hasRefusal);
        assertThat(partition.apply(T0, request(1), second)).allMatch(Outcome::hasAppended);
    }

    /** What a leader change does: the batch of 1 is lost, that of 2 and 3 is not, and then the client sends all again. */
    @Test
    void aLostBatchIsNotOvertaken() {
        Command[] chain = {request(1), after(request(2), 1), after(request(3), 2)};
        assertThat(partition.apply(T0, chain[1], chain[2])).allMatch(Outcome::hasRefusal);
        assertThat(partition.apply(T0, chain))
                .extracting(outcome -> outcome.getAppended().getFirstRevision())
                .containsExactly(0L, 1L, 2L);
    }

    @Test
    void aRejectedPredecessorIsAnswered() {
        run(command(SESSION, 1, append("a", Commands.exists(), "1")));
        assertThat(run(after(request(2), 1)).hasAppended()).isTrue();
    }

    @Test
    void aPredecessorBelowTheMarkIsSettled() {
        run(mark(request(3), 2));
        assertThat(run(after(request(4), 1, 2, 3)).hasAppended()).isTrue();
        assertThat(run(mark(after(request(9), 7), 8)).hasAppended())
                .as("its own mark")
                .isTrue();
    }

    @Test
    void aRequestAfterItsDeadlineIsRefusedAndLeavesNoTrace() {
        Refusal refusal = refusal(run(T0 + 1, request(1), T0));
        assertThat(refusal.getReason()).isEqualTo(Reason.DEADLINE_PASSED);
        assertThat(refusal.getValue()).isEqualTo(T0 + 1);
        assertThat(refusal.getLimit()).isEqualTo(T0);
        assertThat(row()).isNull();
        assertThat(run(T0 + 1, request(1), T0 + 1).hasAppended()).isTrue();
    }

    /** The new leader's clock is behind; what it proposed in time is in time. */
    @Test
    void theDeadlineIsComparedWithTheStampOfItsOwnLeader() {
        run(T0 + MINUTE, request(1), Commands.NEVER);
        assertThat(run(T0, request(2), T0).hasAppended()).isTrue();
        assertThat(partition.state().logTimeMs()).isEqualTo(T0 + MINUTE);
    }

    @Test
    void whatWasExecutedIsAnsweredWhateverItsDeadlineOrOrderSays() {
        run(mark(request(4), 3));
        Outcome first = run(after(request(6), 4));
        assertThat(run(T0 + 1, request(6), T0)).isEqualTo(first);
        assertThat(run(after(request(6), 5))).isEqualTo(first);
        assertThat(run(mark(after(request(6), 1), 2))).isEqualTo(first);
    }

    private static Command request(long sequence) {
        return command(SESSION, sequence, append("a", any(), Long.toString(sequence)));
    }

    private Outcome run(Command command) {
        return partition.applyOne(T0, command);
    }

    private Outcome run(long stampMs, Command command, long deadlineMs) {
        Proposal proposal = Proposal.newBuilder()
                .setCommand(command)
                .setDeadlineMs(deadlineMs)
                .build();
        return partition.apply(entry(stampMs, List.of(proposal))).outcomes().get(0);
    }

    private static Refusal refusal(Outcome outcome) {
        assertThat(outcome.hasRefusal()).as(outcome.toString()).isTrue();
        return outcome.getRefusal();
    }

    private @Nullable SessionRow row() {
        try (ReadView view = partition.store.openRead()) {
            return view.session(SESSION);
        }
    }
}
