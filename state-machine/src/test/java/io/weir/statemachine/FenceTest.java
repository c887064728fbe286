package io.weir.statemachine;

import static io.weir.statemachine.Commands.MINUTE;
import static io.weir.statemachine.Commands.T0;
import static io.weir.statemachine.Commands.after;
import static io.weir.statemachine.Commands.any;
import static io.weir.statemachine.Commands.append;
import static io.weir.statemachine.Commands.command;
import static io.weir.statemachine.Commands.entry;
import static io.weir.statemachine.Commands.mark;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.logstore.SessionId;
import io.weir.protocol.Command;
import io.weir.protocol.Decided;
import io.weir.protocol.Fence;
import io.weir.protocol.Outcome;
import io.weir.protocol.Proposal;
import io.weir.protocol.Refusal.Reason;
import io.weir.protocol.TransactionId;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A fence and its request: whichever is decided first is the answer to both. */
class FenceTest {
    private static final SessionId S = Commands.session(1);
    private static final Command APPEND = command(S, 2, append("a", any(), "1"));

    private final TestPartition partition = new TestPartition();

    @AfterEach
    void close() {
        partition.close();
    }

    private static Command fence(long sequence) {
        return Command.newBuilder()
                .setRequestId(Commands.id(S, sequence))
                .setFence(Fence.getDefaultInstance())
                .build();
    }

    private Reason refusal(long stampMs, Command command) {
        return partition.applyOne(stampMs, command).getRefusal().getReason();
    }

    private Outcome apply(long stampMs, Proposal proposal) {
        return partition.apply(entry(stampMs, List.of(proposal))).outcomes().get(0);
    }

    @Test
    void beforeItsRequestItKeepsItFromBeingExecuted() {
        assertThat(refusal(T0, fence(2))).isEqualTo(Reason.FENCED);
        assertThat(refusal(T0, APPEND)).isEqualTo(Reason.FENCED);
        assertThat(refusal(T0, fence(2))).as("again").isEqualTo(Reason.FENCED);
        assertThat(partition.state().nextPosition()).isZero();
    }

    @Test
    void afterItsRequestItTellsTheAnswer() {
        Outcome answer = partition.applyOne(T0, APPEND);
        assertThat(answer.hasAppended()).isTrue();
        assertThat(partition.applyOne(T0, fence(2))).isEqualTo(answer);
        assertThat(partition.applyOne(T0, APPEND)).isEqualTo(answer);
        Command rejected = command(S, 3, append("a", Commands.noStream(), "1"));
        assertThat(partition.applyOne(T0, rejected)).isEqualTo(partition.applyOne(T0, fence(3)));
    }

    @Test
    void inOneEntryTheFirstCounts() {
        List<Outcome> outcomes = partition.apply(T0, fence(2), APPEND, fence(2));
        assertThat(outcomes).allMatch(outcome -> outcome.getRefusal().getReason() == Reason.FENCED);
    }

    @Test
    void itIsAnAnswerThatOthersMayWaitFor() {
        Command next = after(command(S, 3, append("a", any(), "2")), 2);
        assertThat(refusal(T0, next)).isEqualTo(Reason.OUT_OF_ORDER);
        partition.applyOne(T0, fence(2));
        assertThat(partition.applyOne(T0, next).hasAppended()).isTrue();
    }

    @Test
    void itMustWaitForOthersItself() {
        assertThat(refusal(T0, after(fence(2), 1))).isEqualTo(Reason.OUT_OF_ORDER);
        assertThat(partition.applyOne(T0, APPEND).hasAppended())
                .as("a refusal fences nothing")
                .isTrue();
    }

    @Test
    void underTheMarkNothingIsKnown() {
        partition.applyOne(T0, mark(command(S, 3, append("a", any(), "1")), 2));
        assertThat(refusal(T0, fence(2))).isEqualTo(Reason.ANSWER_FORGOTTEN);
        assertThat(refusal(T0, APPEND)).isEqualTo(Reason.ANSWER_FORGOTTEN);
    }

    @Test
    void whenTheSessionIsOverNothingIsKnownAndNothingExecuted() {
        long overMs = T0 + 10 * MINUTE + 1;
        assertThat(refusal(overMs, fence(2))).isEqualTo(Reason.SESSION_EXPIRED);
        assertThat(refusal(overMs, APPEND)).isEqualTo(Reason.SESSION_EXPIRED);
    }

    @Test
    void itIsAUseAndRaisesTheMark() {
        partition.applyOne(T0 + 9 * MINUTE, mark(fence(2), 1));
        assertThat(refusal(T0 + 18 * MINUTE, fence(1))).isEqualTo(Reason.ANSWER_FORGOTTEN);
        assertThat(refusal(T0 + 18 * MINUTE, fence(2))).isEqualTo(Reason.FENCED);
    }

    @Test
    void locksAreNotInItsWay() {
        TransactionId holder = Steps.id(S, 1, T0 + 10_000);
        apply(T0, Steps.prepare(holder, List.of(append("a", any(), "x"))));
        assertThat(partition.applyOne(T0, APPEND).hasLocked()).isTrue();
        assertThat(refusal(T0, fence(2))).isEqualTo(Reason.FENCED);
        assertThat(refusal(T0, APPEND)).as("the lock is asked after the answer").isEqualTo(Reason.FENCED);
    }

    @Test
    void aTransactionUnderAFencedIdIsNotPrepared() {
        TransactionId id = Steps.id(S, 2, T0 + 10_000);
        partition.applyOne(T0, fence(2));
        assertThat(apply(T0, Steps.prepare(id, List.of(append("a", any(), "x"))))
                        .getRefusal()
                        .getReason())
                .isEqualTo(Reason.FENCED);
    }

    @Test
    void aTransactionUnderTheIdOfACommandIsNotPrepared() {
        partition.applyOne(T0, APPEND);
        TransactionId id = Steps.id(S, 2, T0 + 10_000);
        assertThat(apply(T0, Steps.prepare(id, List.of(append("a", any(), "x"))))
                        .getRefusal()
                        .getReason())
                .isEqualTo(Reason.REQUEST_ID_REUSED);
    }

    /** Its own answer found no room: to say that there never was a decision would be a lie. */
    @Test
    void aTransactionThatWasFencedWhileItWasUnderWayIsNotDenied() {
        TransactionId id = Steps.id(S, 2, T0 + 10_000);
        apply(T0, Steps.prepare(id, List.of(append("a", any(), "x"))));
        partition.applyOne(T0, fence(2));
        assertThat(apply(T0, Steps.commit(id)).getDecided().hasCommitted()).isTrue();
        apply(T0, Steps.forget(id));
        for (long nowMs : new long[] {T0, T0 + MINUTE}) {
            Decided decided = apply(nowMs, Steps.abort(id)).getDecided();
            assertThat(decided.getForgottenOrNever()).as(decided.toString()).isTrue();
        }
    }

    @Test
    void afterForgetItTellsWhatHomeDecided() {
        TransactionId id = Steps.id(S, 2, T0 + 10_000);
        apply(T0, Steps.prepare(id, List.of(append("a", any(), "x"))));
        apply(T0, Steps.commit(id));
        apply(T0, Steps.forget(id));
        assertThat(partition.applyOne(T0, fence(2)).getDecided().hasCommitted()).isTrue();
        assertThat(refusal(T0, APPEND)).isEqualTo(Reason.REQUEST_ID_REUSED);
    }
}
