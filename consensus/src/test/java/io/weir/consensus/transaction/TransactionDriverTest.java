package io.weir.consensus.transaction;

import static io.weir.consensus.transaction.Transactions.any;
import static io.weir.consensus.transaction.Transactions.append;
import static io.weir.consensus.transaction.Transactions.id;
import static io.weir.consensus.transaction.Transactions.noStream;
import static io.weir.consensus.transaction.Transactions.require;
import static io.weir.consensus.transaction.Transactions.revision;
import static io.weir.consensus.transaction.Transactions.transact;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.consensus.transaction.FakePartitions.Proposed;
import io.weir.logstore.StreamHead;
import io.weir.protocol.AbortedTransaction;
import io.weir.protocol.AbortedTransaction.Reason;
import io.weir.protocol.Command;
import io.weir.protocol.CommittedTransaction;
import io.weir.protocol.DistributedTransact;
import io.weir.protocol.Fence;
import io.weir.protocol.Outcome;
import io.weir.protocol.PartAppended;
import io.weir.protocol.PreparedPart;
import io.weir.protocol.Proposal;
import io.weir.protocol.Refusal;
import io.weir.protocol.RequestId;
import io.weir.protocol.StreamName;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionRecord.State;
import io.weir.protocol.TransactionStep;
import io.weir.protocol.TransactionStep.StepCase;
import io.weir.protocol.Violation;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The ways in which a transaction can end while its driver lives and every partition answers. */
class TransactionDriverTest {
    private static final long TIMEOUT_MS = 10_000;
    private static final long EXPIRY_MS = 20_000;

    private final FakePartitions partitions = new FakePartitions(3);
    private final TransactionDriver driver = new TransactionDriver(partitions, partitions::partitionOfSlot);
    private final StreamName a = partitions.stream(0, "a");
    private final StreamName b = partitions.stream(1, "b");
    private final StreamName c = partitions.stream(2, "c");
    private final DistributedTransact all =
            transact(List.of(append(a, any(), "1"), append(b, any(), "2"), append(c, any(), "3")));

    @AfterEach
    void close() {
        partitions.close();
    }

    private Outcome commit(TransactionId id, DistributedTransact transact) {
        return partitions.await(driver.commit(id, 0, transact, TIMEOUT_MS), TIMEOUT_MS);
    }

    private AbortedTransaction aborted(TransactionId id, DistributedTransact transact) {
        Outcome outcome = commit(id, transact);
        assertThat(outcome.getDecided().hasAborted()).as(outcome.toString()).isTrue();
        return outcome.getDecided().getAborted();
    }

    private long count(StepCase kind) {
        return partitions.proposed.stream()
                .map(Proposed::kind)
                .filter(kind::equals)
                .count();
    }

    /** All is resolved and forgotten. */
    private void settle() {
        partitions.advance(200);
        assertThat(partitions.hasLocks()).isFalse();
        assertThat(driver.underWay()).isZero();
        for (int partition = 0; partition < partitions.count(); partition++) {
            assertThat(partitions.open(partition, 10)).isEmpty();
        }
    }

    private void stage(int partition, TransactionId id, DistributedTransact transact) {
        TransactionStep prepare =
                Plan.of(id, 0, transact, partitions::partitionOfSlot).prepare(partition);
        assertThat(partitions.apply(partition, prepare).getVoted().hasYes()).isTrue();
    }

    @Test
    void allAgreeAndTheAnswerIsInTheOrderOfTheClient() {
        TransactionId id = id(1, 1, EXPIRY_MS);
        DistributedTransact transact = transact(
                List.of(append(c, any(), "1"), append(a, any(), "2", "3"), append(c, revision(0), "4")),
                require(b, noStream()));
        Outcome outcome = commit(id, transact);
        assertThat(partitions.nowMs()).as("two rounds of two messages").isEqualTo(4);
        CommittedTransaction committed = outcome.getDecided().getCommitted();
        assertThat(committed.getAppendsList()).containsExactly(part(2, 0, 1), part(0, 0, 2), part(2, 1, 1));
        assertThat(committed.getPartsList())
                .extracting(PreparedPart::getPartition)
                .containsExactly(0, 1, 2);
        assertThat(committed.getPartsList()).extracting(PreparedPart::getIndex).containsOnly(0L);
        settle();
        assertThat(partitions.head(c)).isEqualTo(new StreamHead(0, 1, 1));
        assertThat(partitions.head(b)).isNull();
        assertThat(partitions.record(1, id).getState()).isEqualTo(State.FORGOTTEN);
        assertThat(partitions.proposed).hasSize(3 + 1 + 2 + 1);
        assertThat(commit(id, transact)).as("sent again").isEqualTo(outcome);
        settle();
        assertThat(partitions.head(c)).isEqualTo(new StreamHead(0, 1, 1));
    }

    private static PartAppended part(int partition, long firstRevision, int count) {
        return PartAppended.newBuilder()
                .setPartition(partition)
                .setFirstRevision(firstRevision)
                .setCount(count)
                .build();
    }

    @Test
    void homeAloneIsToldTheLowWaterMark() {
        partitions.await(driver.commit(id(3, 1, EXPIRY_MS), 2, all, TIMEOUT_MS), TIMEOUT_MS);
        assertThat(partitions.proposed.subList(0, 3))
                .extracting(proposed -> proposed.step().getPrepare().getLowWaterMark())
                .containsExactly(0L, 2L, 0L);
    }

    @Test
    void aRejectionNamesTheViolationsOfAllPartitionsInTheOrderOfTheClient() {
        AbortedTransaction aborted = aborted(
                id(1, 0, EXPIRY_MS),
                transact(
                        List.of(
                                append(b, revision(1), "1"),
                                append(a, any(), "2"),
                                append(b, revision(7), "3"),
                                append(a, revision(9), "4")),
                        require(c, revision(3)),
                        require(a, revision(4))));
        assertThat(aborted.getReason()).isEqualTo(Reason.REJECTED);
        assertThat(aborted.getViolationsList())
                .extracting(Violation::getExpected)
                .containsExactly(revision(1), revision(7), revision(9), revision(3), revision(4));
        settle();
        assertThat(partitions.head(a)).isNull();
        assertThat(count(StepCase.FORGET)).isEqualTo(1);
    }

    @Test
    void theYoungerOfTwoGivesWayAndSaysWhere() {
        TransactionId older = id(1, 2, EXPIRY_MS - 1);
        stage(2, older, all);
        TransactionId younger = id(2, 0, EXPIRY_MS);
        AbortedTransaction aborted = aborted(younger, all);
        assertThat(aborted.getReason()).isEqualTo(Reason.CONTENTION);
        assertThat(aborted.getContended()).isEqualTo(2);
        assertThat(partitions.nowMs()).isLessThan(40);
        partitions.apply(2, Steps.resolve(older, false));
        settle();
        assertThat(partitions.head(a)).isNull();
    }

    @Test
    void whatIsPreparedFirstHoldsNothingAndWaitsForTheLock() {
        TransactionId older = id(1, 2, EXPIRY_MS - 1);
        stage(2, older, all);
        CompletableFuture<Outcome> younger = driver.commit(
                id(2, 0, EXPIRY_MS), 0, all.toBuilder().setFirst(2).build(), TIMEOUT_MS);
        partitions.advance(500);
        assertThat(partitions.proposed).hasSize(1);
        assertThat(partitions.proposed.get(0).partition()).isEqualTo(2);
        assertThat(partitions.proposed.get(0).holdsNothing()).isTrue();
        partitions.apply(2, Steps.resolve(older, false));
        assertThat(partitions.await(younger, 100).getDecided().hasCommitted()).isTrue();
        assertThat(partitions.proposed.subList(1, 3))
                .extracting(Proposed::partition)
                .containsExactly(0, 1);
        assertThat(partitions.proposed.subList(1, 3))
                .extracting(Proposed::holdsNothing)
                .containsOnly(false);
        settle();
    }

    @Test
    void aViolationInTheFirstPartitionDoesNotHideThoseInOthers() {
        DistributedTransact transact =
                transact(List.of(append(a, revision(5), "1"), append(b, revision(6), "2"))).toBuilder()
                        .setFirst(1)
                        .build();
        assertThat(aborted(id(1, 0, EXPIRY_MS), transact).getViolationsList())
                .extracting(Violation::getExpected)
                .containsExactly(revision(5), revision(6));
        settle();
    }

    @Test
    void aPartitionThatIsPastTheExpiryTellsItsLogTime() {
        partitions.aheadMs[1] = EXPIRY_MS + 7;
        AbortedTransaction aborted = aborted(id(1, 0, EXPIRY_MS), all);
        assertThat(aborted.getReason()).isEqualTo(Reason.EXPIRED);
        assertThat(aborted.getLogTimeMs()).isEqualTo(partitions.logTimeMs(1));
        settle();
    }

    @Test
    void homeThatIsPastTheExpiryWillNeverCommit() {
        partitions.aheadMs[0] = EXPIRY_MS;
        AbortedTransaction aborted = aborted(id(1, 0, EXPIRY_MS), all);
        assertThat(aborted.getReason()).isEqualTo(Reason.EXPIRED);
        settle();
        assertThat(count(StepCase.RESOLVE)).as("others had staged it").isEqualTo(2);
        assertThat(count(StepCase.FORGET)).isZero();
    }

    /** It would have to name all conditions that fail, and one partition has not looked at its own. */
    @Test
    void aViolationIsNotToldWhereAnotherAttemptMayTellMore() {
        DistributedTransact transact = transact(List.of(append(a, revision(3), "1"), append(c, revision(4), "2")));
        TransactionId other = id(1, 2, EXPIRY_MS - 1);
        stage(2, other, all);
        AbortedTransaction contended = aborted(id(2, 0, EXPIRY_MS), transact);
        assertThat(contended.getReason()).isEqualTo(Reason.CONTENTION);
        assertThat(contended.getContended()).isEqualTo(2);
        partitions.apply(2, Steps.resolve(other, false));
        partitions.aheadMs[2] = EXPIRY_MS + 7;
        assertThat(aborted(id(3, 0, EXPIRY_MS), transact).getReason()).isEqualTo(Reason.EXPIRED);
        assertThat(aborted(id(4, 0, EXPIRY_MS * 2), transact).getViolationsCount())
                .isEqualTo(2);
        settle();
    }

    @Test
    void whatSomebodyElseHasDecidedIsTheAnswer() {
        TransactionId id = id(1, 0, EXPIRY_MS);
        AbortedTransaction fenced = Steps.aborted(Reason.FENCED);
        partitions.apply(0, Steps.abort(id, List.of(), fenced));
        assertThat(aborted(id, all)).isEqualTo(fenced);
        settle();
        assertThat(partitions.head(b)).isNull();
    }

    @Test
    void aVoteThatHomeDoesNotStandByIsNoCommit() {
        TransactionId id = id(1, 0, EXPIRY_MS);
        StepPort forgetful = new Forgetful(partitions);
        TransactionDriver other = new TransactionDriver(forgetful, partitions::partitionOfSlot);
        Outcome outcome = partitions.await(other.commit(id, 0, all, TIMEOUT_MS), TIMEOUT_MS);
        assertThat(outcome.getDecided().getAborted().getReason()).isEqualTo(Reason.RECOVERED);
        settle();
        assertThat(partitions.head(b)).isNull();
    }

    /** Partition 0 says YES, and keeps nothing of it. */
    private record Forgetful(FakePartitions partitions) implements StepPort {
        @Override
        public CompletableFuture<Outcome> propose(
                int partition, TransactionStep step, boolean holdsNothing, long timeoutMs) {
            if (partition == 0 && step.hasPrepare()) {
                Outcome.Builder yes = Outcome.newBuilder();
                yes.getVotedBuilder().getYesBuilder().addAppendsBuilder().setCount(1);
                return CompletableFuture.completedFuture(yes.build());
            }
            return partitions.propose(partition, step, holdsNothing, timeoutMs);
        }

        @Override
        public long nanoTime() {
            return partitions.nanoTime();
        }

        @Override
        public void schedule(long delayMs, Runnable task) {
            partitions.schedule(delayMs, task);
        }
    }

    @Test
    void twoDriversOfOneTransactionGiveOneAnswer() {
        TransactionDriver other = new TransactionDriver(partitions, partitions::partitionOfSlot);
        TransactionId id = id(1, 0, EXPIRY_MS);
        CompletableFuture<Outcome> first = driver.commit(id, 0, all, TIMEOUT_MS);
        partitions.advance(1);
        CompletableFuture<Outcome> second = other.commit(id, 0, all, TIMEOUT_MS);
        Outcome outcome = partitions.await(first, TIMEOUT_MS);
        assertThat(outcome.getDecided().hasCommitted()).isTrue();
        assertThat(partitions.await(second, TIMEOUT_MS)).isEqualTo(outcome);
        settle();
        assertThat(partitions.head(a)).isEqualTo(new StreamHead(0, 0, 0));
    }

    @Test
    void otherContentUnderTheSameIdIsRefusedAndDoesNoHarm() {
        TransactionId id = id(1, 0, EXPIRY_MS);
        stage(0, id, all);
        DistributedTransact other = transact(List.of(append(a, any(), "x"), append(b, any(), "y")));
        Outcome outcome = commit(id, other);
        assertThat(outcome.getRefusal().getReason()).isEqualTo(Refusal.Reason.REQUEST_ID_REUSED);
        assertThat(count(StepCase.DECIDE)).isZero();
        assertThat(partitions.record(0, id).getState()).isEqualTo(State.STAGED);
    }

    @Test
    void otherContentUnderTheIdOfOneThatIsForgottenIsRefused() {
        TransactionId id = id(1, 0, EXPIRY_MS);
        DistributedTransact two = transact(List.of(append(a, any(), "1"), append(b, any(), "2")));
        assertThat(commit(id, two).getDecided().hasCommitted()).isTrue();
        settle();
        DistributedTransact other = transact(List.of(append(a, any(), "1"), append(c, any(), "2")));
        assertThat(commit(id, other).getRefusal().getReason()).isEqualTo(Refusal.Reason.REQUEST_ID_REUSED);
        DistributedTransact longer = transact(List.of(append(a, any(), "1", "2"), append(b, any(), "2")));
        assertThat(commit(id, longer).getRefusal().getReason()).isEqualTo(Refusal.Reason.REQUEST_ID_REUSED);
        partitions.advance(100);
        assertThat(partitions.head(c)).isNull();
    }

    @Test
    void statusOfWhatNobodyKnowsKeepsItFromEverHappening() {
        TransactionId id = id(1, 0, EXPIRY_MS);
        Outcome status = commit(id, DistributedTransact.getDefaultInstance());
        assertThat(status.getDecided().getAborted().getReason()).isEqualTo(Reason.FENCED);
        assertThat(commit(id, all)).isEqualTo(status);
        settle();
        assertThat(partitions.head(a)).isNull();
    }

    @Test
    void statusOfWhatIsDecidedIsTheDecision() {
        TransactionId id = id(1, 0, EXPIRY_MS);
        Outcome committed = commit(id, all);
        assertThat(partitions.await(driver.status(id, TIMEOUT_MS), TIMEOUT_MS)).isEqualTo(committed);
        partitions.advance(EXPIRY_MS + 1_000);
        assertThat(partitions.await(driver.status(id, TIMEOUT_MS), TIMEOUT_MS)).isEqualTo(committed);
        settle();
    }

    @Test
    void statusPastTheExpiryIsNever() {
        partitions.advance(EXPIRY_MS + 1);
        Outcome status = partitions.await(driver.status(id(1, 0, EXPIRY_MS), TIMEOUT_MS), TIMEOUT_MS);
        assertThat(status.getDecided().getAborted().getReason()).isEqualTo(Reason.EXPIRED);
        settle();
    }

    @Test
    void aRequestThatWasFencedOffInAnyPartitionIsAborted() {
        TransactionId id = id(1, 0, EXPIRY_MS);
        Command fence = Command.newBuilder()
                .setRequestId(RequestId.newBuilder()
                        .setSessionHigh(id.getSessionHigh())
                        .setSessionLow(id.getSessionLow())
                        .setSequence(id.getSequence()))
                .setFence(Fence.getDefaultInstance())
                .build();
        partitions.apply(
                1, Proposal.newBuilder().setCommand(fence).setDeadlineMs(-1).build());
        assertThat(aborted(id, all).getReason()).isEqualTo(Reason.FENCED);
        settle();
    }

    @Test
    void whatIsOfATimeThatNoClockShowsYetIsRefused() {
        TransactionId id = id(1, 0, 1L << 40);
        assertThat(commit(id, all).getRefusal().getReason()).isEqualTo(Refusal.Reason.INVALID);
        assertThat(commit(id, DistributedTransact.getDefaultInstance())
                        .getRefusal()
                        .getReason())
                .isEqualTo(Refusal.Reason.INVALID);
        settle();
        assertThat(count(StepCase.RESOLVE)).isZero();
    }
}
