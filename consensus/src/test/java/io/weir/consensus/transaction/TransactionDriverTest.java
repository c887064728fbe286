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
import io.weir.protocol.CommittedTransaction;
import io.weir.protocol.DistributedTransact;
import io.weir.protocol.Outcome;
import io.weir.protocol.PartAppended;
import io.weir.protocol.PreparedPart;
import io.weir.protocol.StreamName;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionRecord.State;
import io.weir.protocol.TransactionStep.StepCase;
import io.weir.protocol.Violation;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every way in which a transaction can end while its driver lives. */
class TransactionDriverTest {
    private static final long TIMEOUT_MS = 10_000;

    private final FakePartitions partitions = new FakePartitions(3);
    private final TransactionDriver driver = new TransactionDriver(partitions, partitions::partitionOfSlot);
    private final StreamName a = partitions.stream(0, "a");
    private final StreamName b = partitions.stream(1, "b");
    private final StreamName c = partitions.stream(2, "c");

    @AfterEach
    void close() {
        partitions.close();
    }

    private Outcome commit(TransactionId id, DistributedTransact transact) {
        return partitions.await(driver.commit(id, 0, transact, TIMEOUT_MS), TIMEOUT_MS);
    }

    private long count(StepCase kind) {
        return partitions.proposed.stream()
                .map(Proposed::kind)
                .filter(kind::equals)
                .count();
    }

    private void settle() {
        partitions.advance(100);
        assertThat(partitions.hasLocks()).isFalse();
        assertThat(driver.underWay()).isZero();
    }

    @Test
    void allAgreeAndTheAnswerIsInTheOrderOfTheClient() {
        TransactionId id = id(1, 1, 20_000);
        Outcome outcome = commit(
                id,
                transact(
                        List.of(append(c, any(), "1"), append(a, any(), "2", "3"), append(c, revision(0), "4")),
                        require(b, noStream())));
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
        assertThat(commit(
                        id,
                        transact(
                                List.of(append(c, any(), "1"), append(a, any(), "2", "3"), append(c, revision(0), "4")),
                                require(b, noStream()))))
                .as("the same, sent again")
                .isEqualTo(outcome);
    }

    private static PartAppended part(int partition, long firstRevision, int count) {
        return PartAppended.newBuilder()
                .setPartition(partition)
                .setFirstRevision(firstRevision)
                .setCount(count)
                .build();
    }

    @Test
    void aRejectionNamesTheViolationsOfAllPartitionsInTheOrderOfTheClient() {
        Outcome outcome = commit(
                id(1, 0, 20_000),
                transact(
                        List.of(
                                append(b, revision(1), "1"),
                                append(a, any(), "2"),
                                append(b, revision(7), "3"),
                                append(a, revision(9), "4")),
                        require(c, revision(3)),
                        require(a, revision(4))));
        AbortedTransaction aborted = outcome.getDecided().getAborted();
        assertThat(aborted.getReason()).isEqualTo(AbortedTransaction.Reason.REJECTED);
        assertThat(aborted.getViolationsList())
                .extracting(Violation::getExpected)
                .containsExactly(revision(1), revision(7), revision(9), revision(3), revision(4));
        settle();
        assertThat(partitions.head(a)).isNull();
        assertThat(count(StepCase.FORGET)).isEqualTo(1);
    }
}
