package io.weir.statemachine;

import static io.weir.statemachine.Commands.MINUTE;
import static io.weir.statemachine.Commands.T0;
import static io.weir.statemachine.Commands.any;
import static io.weir.statemachine.Commands.append;
import static io.weir.statemachine.Commands.command;
import static io.weir.statemachine.Commands.entry;
import static io.weir.statemachine.Commands.noStream;
import static io.weir.statemachine.Commands.require;
import static io.weir.statemachine.Commands.revision;
import static io.weir.statemachine.Commands.session;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.weir.logstore.ReadView;
import io.weir.logstore.SessionId;
import io.weir.logstore.StreamHead;
import io.weir.protocol.AbortedTransaction;
import io.weir.protocol.Append;
import io.weir.protocol.CommittedTransaction;
import io.weir.protocol.Decide;
import io.weir.protocol.Decided;
import io.weir.protocol.Forget;
import io.weir.protocol.No;
import io.weir.protocol.Outcome;
import io.weir.protocol.PartAppended;
import io.weir.protocol.Prepare;
import io.weir.protocol.Proposal;
import io.weir.protocol.Refusal;
import io.weir.protocol.Requirement;
import io.weir.protocol.Resolve;
import io.weir.protocol.StreamName;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionStep;
import io.weir.protocol.Voted;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The steps of transactions over several partitions in one of them: each line of the table of steps. */
class TransactionTableTest {
    private static final SessionId S = session(1);
    private static final long EXPIRY = T0 + 10_000;
    private static final long PAST = EXPIRY + 1;
    private static final TransactionId T = id(1, EXPIRY);
    private static final TransactionId OLDER = id(2, EXPIRY - 1);
    private static final CommittedTransaction ANSWER = CommittedTransaction.newBuilder()
            .addAppends(PartAppended.newBuilder().setPartition(0).setCount(1))
            .build();

    private final TestPartition partition = new TestPartition();

    @AfterEach
    void close() {
        partition.close();
    }

    private static TransactionId id(long sequence, long expiryMs) {
        return TransactionId.newBuilder()
                .setSessionHigh(S.high())
                .setSessionLow(S.low())
                .setSequence(sequence)
                .setHome(0)
                .setExpiryMs(expiryMs)
                .build();
    }

    private Outcome step(long stampMs, TransactionStep.Builder step) {
        Proposal proposal = Proposal.newBuilder().setStep(step).build();
        return partition.apply(entry(stampMs, List.of(proposal))).outcomes().get(0);
    }

    private Voted prepare(long stampMs, TransactionId id, List<Append> appends, Requirement... requirements) {
        Prepare prepare = Prepare.newBuilder()
                .addAllParticipants(List.of(0, 1))
                .addAllAppends(appends)
                .addAllRequirements(List.of(requirements))
                .build();
        Outcome outcome = step(stampMs, TransactionStep.newBuilder().setId(id).setPrepare(prepare));
        assertThat(outcome.hasVoted()).as(outcome.toString()).isTrue();
        return outcome.getVoted();
    }

    private Decided decide(long stampMs, TransactionId id, boolean commit) {
        Decide.Builder decide = Decide.newBuilder().addAllParticipants(List.of(0, 1));
        if (commit) {
            decide.setCommit(ANSWER);
        } else {
            decide.setAbort(AbortedTransaction.newBuilder().setReason(AbortedTransaction.Reason.CONTENTION));
        }
        return step(stampMs, TransactionStep.newBuilder().setId(id).setDecide(decide))
                .getDecided();
    }

    private void resolve(long stampMs, TransactionId id, boolean commit) {
        Resolve resolve = Resolve.newBuilder().setCommit(commit).build();
        assertThat(step(stampMs, TransactionStep.newBuilder().setId(id).setResolve(resolve))
                        .hasDone())
                .isTrue();
    }

    private void forget(long stampMs, TransactionId id) {
        step(stampMs, TransactionStep.newBuilder().setId(id).setForget(Forget.getDefaultInstance()));
    }

    private @Nullable StreamHead head(String stream) {
        try (ReadView view = partition.store.openRead()) {
            return view.head(StreamKeys.key(StreamName.of(ByteString.copyFromUtf8(stream))));
        }
    }

    private boolean hasLocks() {
        try (ReadView view = partition.store.openRead()) {
            return view.hasLocks();
        }
    }

    /** Whether anything is kept of transactions. */
    private boolean keeps() {
        try (ReadView view = partition.store.openRead()) {
            return view.nextTransaction(null) != null;
        }
    }

    @Test
    void whatIsStagedIsInvisibleUntilItIsCommittedThenItComesNext() {
        partition.applyOne(T0, command(S, 9, append("a", any(), "0")));
        Voted vote = prepare(T0, T, List.of(append("a", revision(0), "1", "2"), append("b", noStream(), "3")));
        assertThat(vote.getYes().getAppends(0).getFirstRevision()).isEqualTo(1);
        assertThat(vote.getYes().getAppends(1).getFirstRevision()).isZero();
        assertThat(vote.getYes().getIndex()).isEqualTo(partition.state().appliedIndex());
        assertThat(head("b")).isNull();
        partition.applyOne(T0, command(S, 10, append("c", any(), "between")));
        assertThat(decide(T0, T, true).getCommitted()).isEqualTo(ANSWER);
        assertThat(head("a")).isEqualTo(new StreamHead(0, 2, 3));
        assertThat(head("b")).isEqualTo(new StreamHead(2, 0, 4));
        assertThat(hasLocks()).isFalse();
        assertThat(prepare(T0, T, List.of(append("a", revision(0), "1", "2"), append("b", noStream(), "3"))))
                .as("the recorded vote")
                .isEqualTo(vote);
        assertThat(decide(T0, T, false).getCommitted()).as("the first decision").isEqualTo(ANSWER);
    }

    @Test
    void aCommitNeedsHomesOwnVote() {
        assertThat(decide(T0, T, true).getNotStaged()).isTrue();
        prepare(T0, T, List.of(append("a", revision(5), "1")));
        assertThat(decide(T0, T, true).getNotStaged()).isTrue();
        assertThat(decide(T0, T, false).hasAborted()).isTrue();
        assertThat(prepare(T0, T, List.of(append("a", revision(5), "1")))
                        .getNo()
                        .getReason())
                .isEqualTo(No.Reason.ABORTED);
    }

    @Test
    void otherContentUnderTheSameIdIsRefused() {
        prepare(T0, T, List.of(append("a", any(), "1")));
        Prepare other = Prepare.newBuilder()
                .addAllParticipants(List.of(0, 1))
                .addAppends(append("a", any(), "2"))
                .build();
        assertThat(step(T0, TransactionStep.newBuilder().setId(T).setPrepare(other))
                        .getRefusal()
                        .getReason())
                .isEqualTo(Refusal.Reason.REQUEST_ID_REUSED);
        assertThat(decide(T0, T, true).hasCommitted()).isTrue();
        assertThat(head("a")).isEqualTo(new StreamHead(0, 0, 0));
    }

    @Test
    void aConditionThatFailsIsANoThatStays() {
        Voted no = prepare(T0, T, List.of(append("a", any(), "1")), require("b", revision(3)));
        assertThat(no.getNo().getReason()).isEqualTo(No.Reason.VIOLATED);
        assertThat(no.getNo().getViolationsCount()).isEqualTo(1);
        assertThat(hasLocks()).isFalse();
        assertThat(prepare(T0, T, List.of(append("a", any(), "1")), require("b", revision(3))))
                .isEqualTo(no);
        resolve(T0, T, false);
        assertThat(keeps()).isTrue();
        partition.apply(PAST, command(S, 9, append("c", any(), "1")));
        assertThat(keeps()).as("dropped past the expiry").isFalse();
    }

    @Test
    void aLockIsNoVoteAndNamesTheOldestHolder() {
        prepare(T0, T, List.of(), require("a", noStream()));
        prepare(T0, OLDER, List.of(), require("a", noStream()));
        TransactionId third = id(3, EXPIRY);
        assertThat(prepare(T0, third, List.of(append("a", any(), "1")))
                        .getLocked()
                        .getHolder())
                .isEqualTo(OLDER);
        assertThat(prepare(T0, third, List.of(append("a", any()))).hasYes())
                .as("an append without events is a condition; those share")
                .isTrue();
        resolve(T0, T, false);
        resolve(T0, OLDER, false);
        resolve(T0, third, false);
        assertThat(hasLocks()).isFalse();
    }

    @Test
    void locksAreLookedAtBeforeConditions() {
        prepare(T0, T, List.of(append("a", noStream(), "1")));
        assertThat(prepare(T0, OLDER, List.of(), require("a", revision(0)))
                        .getLocked()
                        .getHolder())
                .isEqualTo(T);
    }

    @Test
    void aCommandOfThisPartitionMeetsLocksAndLeavesNoTrace() {
        prepare(T0, T, List.of(append("a", any(), "1")), require("b", noStream()));
        assertThat(partition
                        .applyOne(T0, command(S, 9, append("a", any(), "x")))
                        .getLocked()
                        .getHolder())
                .isEqualTo(T);
        assertThat(partition
                        .applyOne(T0, command(S, 9, append("b", any(), "x")))
                        .getLocked()
                        .getHolder())
                .isEqualTo(T);
        assertThat(partition
                        .applyOne(T0, command(S, 9, append("b", noStream())))
                        .hasAppended())
                .as("two conditions")
                .isTrue();
        resolve(T0, T, true);
        assertThat(partition
                        .applyOne(T0, command(S, 10, append("a", revision(0), "x")))
                        .hasAppended())
                .isTrue();
    }

    @Test
    void anAbortThatComesFirstLeavesAMark() {
        resolve(T0, T, false);
        assertThat(prepare(T0, T, List.of(append("a", any(), "1"))).getNo().getReason())
                .isEqualTo(No.Reason.ABORTED);
        assertThat(hasLocks()).isFalse();
    }

    @Test
    void whatIsStagedOutlivesItsExpiry() {
        prepare(T0, T, List.of(append("a", any(), "1")));
        partition.apply(PAST + MINUTE, command(S, 9, append("c", any(), "1")));
        assertThat(hasLocks()).isTrue();
        resolve(PAST + MINUTE, T, true);
        assertThat(head("a")).isNotNull();
        assertThat(hasLocks()).isFalse();
    }

    @Test
    void pastItsExpiryNobodyAgreesAndHomeKnowsNothing() {
        assertThat(prepare(PAST, T, List.of(append("a", any(), "1"))).getNo().getReason())
                .isEqualTo(No.Reason.EXPIRED);
        assertThat(decide(PAST, T, false).getNever()).isTrue();
        assertThat(decide(T0 + 10 * MINUTE, T, false).getNever()).isTrue();
        assertThat(decide(T0 + 10 * MINUTE + 1, T, false).getForgottenOrNever()).isTrue();
        assertThat(keeps()).isFalse();
    }

    @Test
    void anAnswerThatTheClientHasGivenUpMayHaveBeenOne() {
        partition.applyOne(PAST, Commands.mark(command(S, 9, append("c", any(), "1")), 1));
        assertThat(decide(PAST, T, false).getForgottenOrNever()).isTrue();
        assertThat(decide(PAST, id(2, EXPIRY), false).getNever()).isTrue();
    }

    @Test
    void homeKeepsTheAnswerAsLongAsTheSessionLives() {
        prepare(T0, T, List.of(append("a", any(), "1")));
        decide(T0, T, true);
        partition.apply(PAST, command(S, 9, append("c", any(), "1")));
        assertThat(keeps()).as("not forgotten").isTrue();
        forget(PAST, T);
        assertThat(decide(PAST, T, false).getCommitted()).isEqualTo(ANSWER);
        assertThat(keeps()).as("the record is gone, the answer is not").isFalse();
        assertThat(decide(PAST, T, false).getCommitted()).isEqualTo(ANSWER);
        assertThat(decide(PAST + 30 * MINUTE, T, false).getForgottenOrNever()).isTrue();
    }

    @Test
    void aStepThatIsMalformedIsRefused() {
        TransactionStep.Builder step = TransactionStep.newBuilder().setId(T);
        for (TransactionStep.Builder bad : List.of(
                TransactionStep.newBuilder(),
                step.clone(),
                step.clone().setPrepare(Prepare.newBuilder()),
                step.clone().setPrepare(Prepare.newBuilder().addAllParticipants(List.of(0, 1))),
                step.clone().setDecide(Decide.newBuilder().addAllParticipants(List.of(0, 1))),
                step.clone()
                        .setDecide(Decide.newBuilder()
                                .addAllParticipants(List.of(1, 2))
                                .setCommit(ANSWER)),
                step.clone().setId(T.toBuilder().setExpiryMs(-1)).setForget(Forget.getDefaultInstance()))) {
            assertThat(step(T0, bad).getRefusal().getReason())
                    .as(bad.toString())
                    .isEqualTo(Refusal.Reason.INVALID);
        }
        assertThat(keeps()).isFalse();
    }
}
