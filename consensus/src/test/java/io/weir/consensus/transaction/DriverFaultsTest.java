package io.weir.consensus.transaction;

import static io.weir.consensus.transaction.Transactions.any;
import static io.weir.consensus.transaction.Transactions.append;
import static io.weir.consensus.transaction.Transactions.error;
import static io.weir.consensus.transaction.Transactions.id;
import static io.weir.consensus.transaction.Transactions.revision;
import static io.weir.consensus.transaction.Transactions.transact;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.client.spi.NodeFailure;
import io.weir.consensus.transaction.FakePartitions.Fate;
import io.weir.logstore.StreamHead;
import io.weir.protocol.AbortedTransaction;
import io.weir.protocol.AbortedTransaction.Reason;
import io.weir.protocol.DistributedTransact;
import io.weir.protocol.Error;
import io.weir.protocol.Outcome;
import io.weir.protocol.StreamName;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionRecord.State;
import io.weir.protocol.TransactionStep.StepCase;
import io.weir.protocol.Violation;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a driver makes of partitions that do not answer, or answer late. */
class DriverFaultsTest {
    private static final long TIMEOUT_MS = 8_000;
    private static final long EXPIRY_MS = 20_000;

    private final FakePartitions partitions = new FakePartitions(3);
    private final TransactionDriver driver = new TransactionDriver(partitions, partitions::partitionOfSlot);
    private final StreamName a = partitions.stream(0, "a");
    private final StreamName b = partitions.stream(1, "b");
    private final StreamName c = partitions.stream(2, "c");
    private final TransactionId id = id(1, 0, EXPIRY_MS);
    private final DistributedTransact all =
            transact(List.of(append(a, any(), "1"), append(b, any(), "2"), append(c, any(), "3")));

    @AfterEach
    void close() {
        partitions.close();
    }

    private void fate(int partition, StepCase kind, Fate fate) {
        partitions.fate =
                proposed -> proposed.partition() == partition && proposed.kind() == kind ? fate : Fate.DELIVERED;
    }

    private Outcome commit(DistributedTransact transact) {
        return partitions.await(driver.commit(id, 0, transact, TIMEOUT_MS), TIMEOUT_MS);
    }

    private void settle() {
        partitions.advance(TIMEOUT_MS);
        assertThat(partitions.hasLocks()).isFalse();
        assertThat(driver.underWay()).isZero();
    }

    private void awaitFailure(CompletableFuture<Outcome> answer) {
        assertThatThrownBy(() -> partitions.await(answer, TIMEOUT_MS + 1)).hasCauseInstanceOf(NodeFailure.class);
    }

    @Test
    void aPartitionThatDoesNotPrepareLeavesTimeToAbort() {
        long sequence = 0;
        for (Fate fate : List.of(Fate.LOST, Fate.ANSWER_LOST, Fate.LATE)) {
            TransactionId one = id(++sequence, 0, EXPIRY_MS + sequence * TIMEOUT_MS * 2);
            fate(1, StepCase.PREPARE, fate);
            Outcome outcome = partitions.await(driver.commit(one, 0, all, TIMEOUT_MS), TIMEOUT_MS);
            assertThat(outcome.getDecided().getAborted()).as(fate.toString()).isEqualTo(Steps.aborted(Reason.EXPIRED));
            settle();
        }
        partitions.advance(120_000);
        assertThat(partitions.hasLocks()).as("a prepare that comes late").isFalse();
        assertThat(partitions.head(b)).isNull();
    }

    @Test
    void homeThatDoesNotPrepareDecidesAllTheSame() {
        fate(0, StepCase.PREPARE, Fate.LOST);
        assertThat(commit(all).getDecided().getAborted().getReason()).isEqualTo(Reason.EXPIRED);
        settle();
        assertThat(partitions.record(0, id).getState()).isEqualTo(State.FORGOTTEN);
    }

    @Test
    void aRejectionDoesNotWaitLongForAPartitionThatDoesNotAnswer() {
        fate(1, StepCase.PREPARE, Fate.LOST);
        AbortedTransaction aborted = commit(transact(
                        List.of(append(a, revision(4), "1"), append(b, any(), "2"), append(c, revision(5), "3"))))
                .getDecided()
                .getAborted();
        assertThat(aborted.getReason()).isEqualTo(Reason.REJECTED);
        assertThat(aborted.getViolationsList())
                .extracting(Violation::getExpected)
                .containsExactly(revision(4), revision(5));
        assertThat(partitions.nowMs()).isBetween(DriverLimits.DEFAULTS.violationsMs(), 2_100L);
        assertThat(driver.underWay()).as("a Prepare is still on its way").isEqualTo(1);
        settle();
    }

    @Test
    void homeThatDoesNotTellLeavesTheOutcomeUnknown() {
        fate(0, StepCase.DECIDE, Fate.ANSWER_LOST);
        CompletableFuture<Outcome> answer = driver.commit(id, 0, all, TIMEOUT_MS);
        awaitFailure(answer);
        assertThat(error(answer).getCode()).isEqualTo(Error.Code.DEADLINE_EXCEEDED);
        assertThat(error(answer).getMaybeExecuted()).isTrue();
        assertThat(driver.underWay()).isZero();
        partitions.fate = proposed -> Fate.DELIVERED;
        assertThat(commit(all).getDecided().hasCommitted()).as("sent again").isTrue();
        settle();
        assertThat(partitions.head(b)).isEqualTo(new StreamHead(0, 0, 0));
    }

    @Test
    void aCommitThatComesLateFindsTheAbort() {
        fate(0, StepCase.DECIDE, Fate.LATE);
        CompletableFuture<Outcome> answer = driver.commit(id, 0, all, TIMEOUT_MS);
        awaitFailure(answer);
        partitions.fate = proposed -> Fate.DELIVERED;
        Outcome status = partitions.await(driver.status(id, TIMEOUT_MS), TIMEOUT_MS);
        assertThat(status.getDecided().getAborted().getReason()).isEqualTo(Reason.FENCED);
        partitions.advance(120_000);
        assertThat(partitions.head(a)).isNull();
    }

    @Test
    void homeThatHasForgottenLeavesTheOutcomeUnknown() {
        partitions.advance(Transactions.LIFE_MS + 1);
        assertThat(commit(all).getDecided().getForgottenOrNever()).isTrue();
        Outcome status = partitions.await(driver.status(id, TIMEOUT_MS), TIMEOUT_MS);
        assertThat(status.getDecided().getForgottenOrNever()).isTrue();
        settle();
    }

    @Test
    void whatKeptAPartitionFromPreparingIsTold() {
        fate(2, StepCase.PREPARE, Fate.STORE_FULL);
        CompletableFuture<Outcome> answer = driver.commit(id, 0, all, TIMEOUT_MS);
        awaitFailure(answer);
        assertThat(error(answer).getCode()).isEqualTo(Error.Code.STORE_FULL);
        assertThat(error(answer).getMessage()).contains("partition 2");
        assertThat(error(answer).getMaybeExecuted()).as("it was aborted").isFalse();
        partitions.fate = proposed -> Fate.DELIVERED;
        assertThat(commit(all).getDecided().getAborted().getReason()).isEqualTo(Reason.EXPIRED);
        settle();
    }

    @Test
    void aPartitionThatIsNotResolvedKeepsHomeFromForgetting() {
        long sequence = 0;
        for (Fate fate : List.of(Fate.LOST, Fate.ANSWER_LOST)) {
            fate(1, StepCase.RESOLVE, fate);
            TransactionId one = id(++sequence, 0, EXPIRY_MS);
            Outcome outcome = partitions.await(
                    driver.commit(
                            one,
                            0,
                            transact(List.of(
                                    append(partitions.stream(0, fate.name()), any(), "1"),
                                    append(partitions.stream(1, fate.name()), any(), "2"))),
                            TIMEOUT_MS),
                    TIMEOUT_MS);
            assertThat(outcome.getDecided().hasCommitted()).isTrue();
            partitions.advance(DriverLimits.DEFAULTS.resolveMs() + 10);
            assertThat(driver.underWay()).isZero();
            assertThat(partitions.record(0, one).getState()).isEqualTo(State.COMMITTED);
        }
    }

    @Test
    void withoutTimeNothingIsDone() {
        CompletableFuture<Outcome> answer = driver.commit(id, 0, all, 0);
        assertThat(error(answer).getMaybeExecuted()).isFalse();
        assertThat(error(driver.status(id, 0)).getMaybeExecuted()).isFalse();
        assertThat(partitions.proposed).isEmpty();
    }

    @Test
    void littleTimeIsEnoughToSayThatItWasNot() {
        fate(1, StepCase.PREPARE, Fate.ANSWER_LOST);
        for (long timeoutMs = 1; timeoutMs <= 10; timeoutMs++) {
            TransactionId one = id(timeoutMs, 0, EXPIRY_MS);
            CompletableFuture<Outcome> answer = driver.commit(one, 0, all, timeoutMs);
            partitions.advance(200);
            assertThat(answer).isCompleted();
            assertThat(answer.join().getDecided().getAborted().getReason()).isEqualTo(Reason.EXPIRED);
        }
        settle();
    }
}
