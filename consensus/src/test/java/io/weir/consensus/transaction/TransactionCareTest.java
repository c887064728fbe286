package io.weir.consensus.transaction;

import static io.weir.consensus.transaction.Transactions.any;
import static io.weir.consensus.transaction.Transactions.append;
import static io.weir.consensus.transaction.Transactions.id;
import static io.weir.consensus.transaction.Transactions.require;
import static io.weir.consensus.transaction.Transactions.revision;
import static io.weir.consensus.transaction.Transactions.transact;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.consensus.transaction.FakePartitions.Fate;
import io.weir.consensus.transaction.FakePartitions.Proposed;
import io.weir.logstore.StreamHead;
import io.weir.protocol.AbortedTransaction.Reason;
import io.weir.protocol.DistributedTransact;
import io.weir.protocol.Outcome;
import io.weir.protocol.StreamName;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionRecord.State;
import io.weir.protocol.TransactionStep.StepCase;
import io.weir.protocol.Voted;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When care acts, on what, and how often. */
class TransactionCareTest {
    private static final CareTimes TIMES = CareTimes.DEFAULTS;
    private static final long EXPIRY_MS = 20_000;

    private final FakePartitions partitions = new FakePartitions(3);
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

    private Voted stage(int partition, TransactionId id, DistributedTransact transact) {
        Plan plan = Plan.of(id, 0, transact, partitions::partitionOfSlot);
        return partitions
                .apply(partition, plan.prepare(plan.participants().indexOf(partition)))
                .getVoted();
    }

    private void commitAtHome() {
        List<io.weir.protocol.Yes> votes = new ArrayList<>();
        for (int partition = 0; partition < 3; partition++) {
            votes.add(stage(partition, id, all).getYes());
        }
        Plan plan = Plan.of(id, 0, all, partitions::partitionOfSlot);
        partitions.apply(0, Steps.commit(id, plan.participants(), plan.committed(votes)));
    }

    private List<State> states() {
        return List.of(
                partitions.record(0, id).getState(),
                partitions.record(1, id).getState(),
                partitions.record(2, id).getState());
    }

    @Test
    void whatIsStagedForLongIsAbortedAndForgotten() {
        Cares cares = new Cares(partitions, TIMES);
        for (int partition = 0; partition < 3; partition++) {
            stage(partition, id, all);
        }
        partitions.advance(TIMES.stagedMs() - 1);
        assertThat(partitions.proposed).isEmpty();
        partitions.advance(200);
        assertThat(partitions.hasLocks()).isFalse();
        assertThat(partitions.record(0, id).getDecision().getAborted().getReason())
                .isEqualTo(Reason.RECOVERED);
        partitions.advance(TIMES.decidedMs() + 200);
        assertThat(states()).containsExactly(State.FORGOTTEN, State.ABORTED, State.ABORTED);
        assertThat(cares.of(0).recoveries()).as("staged, and decided").isEqualTo(2);
        assertThat(cares.of(1).recoveries()).isEqualTo(1);
        int proposed = partitions.proposed.size();
        partitions.advance(EXPIRY_MS);
        assertThat(partitions.proposed).as("nothing is left to do").hasSize(proposed);
    }

    @Test
    void onePartThatIsStagedAloneEndsAsHomeSays() {
        new Cares(partitions, TIMES);
        stage(1, id, all);
        partitions.advance(TIMES.stagedMs() + TIMES.decidedMs() + 500);
        assertThat(states()).containsExactly(State.FORGOTTEN, State.ABORTED, State.ABORTED);
        assertThat(stage(2, id, all).hasYes()).isFalse();
    }

    @Test
    void whatIsCommittedAtHomeIsCommittedEverywhere() {
        Cares cares = new Cares(partitions, TIMES);
        commitAtHome();
        partitions.advance(TIMES.decidedMs() - 1);
        assertThat(partitions.proposed).isEmpty();
        partitions.advance(200);
        assertThat(states()).containsExactly(State.FORGOTTEN, State.COMMITTED, State.COMMITTED);
        assertThat(partitions.head(c)).isEqualTo(new StreamHead(0, 0, 0));
        assertThat(cares.of(1).recoveries()).isZero();
    }

    @Test
    void aDecisionBeginsATimeOfItsOwn() {
        new Cares(partitions, TIMES);
        for (int partition = 0; partition < 3; partition++) {
            stage(partition, id, all);
        }
        partitions.advance(TIMES.stagedMs() - 200);
        commitAtHome();
        partitions.advance(100);
        partitions.apply(1, Steps.resolve(id, true));
        partitions.apply(2, Steps.resolve(id, true));
        partitions.advance(TIMES.decidedMs() - 200);
        assertThat(partitions.proposed).isEmpty();
        partitions.advance(400);
        assertThat(states()).containsExactly(State.FORGOTTEN, State.COMMITTED, State.COMMITTED);
    }

    @Test
    void aDriverThatComesLaterIsToldThatItWasAborted() {
        new Cares(partitions, TIMES);
        partitions.fate = proposed ->
                proposed.kind() == StepCase.PREPARE && proposed.partition() == 2 ? Fate.LOST : Fate.DELIVERED;
        TransactionDriver driver = new TransactionDriver(partitions, partitions::partitionOfSlot);
        CompletableFuture<Outcome> answer = driver.commit(id, 0, all, 10_000);
        Outcome outcome = partitions.await(answer, 10_000);
        assertThat(outcome.getDecided().getAborted().getReason()).isEqualTo(Reason.RECOVERED);
        partitions.advance(5_000);
        assertThat(partitions.hasLocks()).isFalse();
    }

    @Test
    void onlyTheLeaderActsAndItsTimeBeginsWhenItLeads() {
        Cares cares = new Cares(partitions, TIMES);
        cares.leads[0] = false;
        cares.leads[1] = false;
        cares.leads[2] = false;
        stage(1, id, all);
        partitions.advance(2 * TIMES.stagedMs());
        assertThat(partitions.proposed).isEmpty();
        cares.leads[1] = true;
        partitions.advance(TIMES.stagedMs() - 100);
        cares.leads[1] = false;
        partitions.advance(100);
        cares.leads[1] = true;
        partitions.advance(TIMES.stagedMs() - 100);
        assertThat(partitions.proposed)
                .as("what it knew when it lost the lead is dropped")
                .isEmpty();
        partitions.advance(300);
        assertThat(partitions.hasLocks()).isFalse();
    }

    @Test
    void anAttemptThatFailsIsMadeAgainLaterAndLater() {
        new Cares(partitions, TIMES);
        List<Long> asked = new ArrayList<>();
        partitions.fate = proposed -> {
            asked.add(partitions.nowMs());
            return Fate.LOST;
        };
        stage(1, id, all);
        partitions.advance(60_000);
        assertThat(asked).hasSizeGreaterThan(4);
        assertThat(asked.get(0)).isBetween(TIMES.stagedMs(), TIMES.stagedMs() + 100);
        long pauseMs = TIMES.pauseMs();
        for (int i = 1; i < asked.size(); i++) {
            long afterMs = asked.get(i) - asked.get(i - 1) - TIMES.recoveryMs();
            assertThat(afterMs).as("pause %d", i).isBetween(pauseMs, pauseMs + 100);
            pauseMs = Math.min(2 * pauseMs, TIMES.longestPauseMs());
        }
        partitions.fate = proposed -> Fate.DELIVERED;
        partitions.advance(15_000);
        assertThat(partitions.hasLocks()).isFalse();
    }

    @Test
    void aHomeThatDoesNotAnswerDoesNotKeepOthersFromBeingAsked() {
        Cares cares = new Cares(partitions, TIMES);
        partitions.fate = proposed -> proposed.partition() == 0 ? Fate.LOST : Fate.DELIVERED;
        int stuck = 4 * TransactionCare.MAX_ATTEMPTS;
        for (int i = 0; i < stuck; i++) {
            StreamName stream = partitions.stream(1, "stuck" + i);
            stage(1, id(10 + i, 0, 1_000), transact(List.of(append(a, any(), "1"), append(stream, any(), "2"))));
        }
        partitions.advance(TIMES.stagedMs() + 200);
        assertThat(partitions.proposed).hasSize(TransactionCare.MAX_ATTEMPTS);
        assertThat(cares.of(1).recoveries()).isEqualTo(TransactionCare.MAX_ATTEMPTS);
        partitions.advance(10 * TIMES.recoveryMs());
        TransactionId late = id(5, 2, EXPIRY_MS * 10);
        DistributedTransact transact = transact(List.of(append(b, any(), "1"), append(c, any(), "2")));
        stage(1, late, transact);
        partitions.advance(TIMES.stagedMs() + 2 * TIMES.recoveryMs());
        assertThat(partitions.record(1, late).getState()).isEqualTo(State.ABORTED);
        partitions.fate = proposed -> Fate.DELIVERED;
        partitions.advance(TIMES.recoveryMs() + 2 * TIMES.longestPauseMs());
        assertThat(partitions.hasLocks()).isFalse();
    }

    /** Fills a window with transactions whose home does not answer, each with a stream of its own. */
    private void stageStuck(int count, long firstSequence) {
        for (int i = 0; i < count; i++) {
            StreamName stream = partitions.stream(1, "stuck" + firstSequence + "-" + i);
            stage(
                    1,
                    id(firstSequence + i, 0, 1_000),
                    transact(List.of(append(a, any(), "1"), append(stream, any(), "2"))));
        }
    }

    @Test
    void whatCannotBeFinishedDoesNotHideTheRest() {
        int window = 50;
        new Cares(partitions, TIMES, window);
        partitions.fate = proposed -> proposed.partition() == 0 ? Fate.LOST : Fate.DELIVERED;
        stageStuck(4 * window, 10);
        TransactionId behind = id(5, 2, EXPIRY_MS * 10);
        stage(1, behind, transact(List.of(append(b, any(), "1"), append(c, any(), "2"))));
        partitions.advance(4 * TIMES.windowMs() + TIMES.stagedMs() + TIMES.recoveryMs());
        assertThat(partitions.record(1, behind).getState()).isEqualTo(State.ABORTED);
        partitions.fate = proposed -> Fate.DELIVERED;
        partitions.advance(6 * TIMES.windowMs());
        assertThat(partitions.hasLocks()).as("it begins again from the first").isFalse();
    }

    @Test
    void whatIsDecidedAndCannotBeResolvedDoesNotHideLocks() {
        int window = 20;
        new Cares(partitions, TIMES, window);
        partitions.fate = proposed -> proposed.partition() == 2 ? Fate.LOST : Fate.DELIVERED;
        for (int i = 0; i < 3 * window; i++) {
            TransactionId decided = id(10 + i, 1, 1_000);
            partitions.apply(1, Steps.abort(decided, List.of(1, 2), Steps.aborted(Reason.CONTENTION)));
        }
        TransactionId locking = id(5, 0, EXPIRY_MS * 10);
        stage(1, locking, transact(List.of(append(a, any(), "1"), append(b, any(), "2"))));
        partitions.advance(3 * TIMES.windowMs() + TIMES.stagedMs() + TIMES.recoveryMs());
        assertThat(partitions.hasLocks()).isFalse();
    }

    @Test
    void aHomeThatDoesNotAnswerTakesOnePlaceOnceThatIsKnown() {
        new Cares(partitions, TIMES);
        partitions.fate = proposed -> proposed.partition() == 0 ? Fate.LOST : Fate.DELIVERED;
        stageStuck(10 * TransactionCare.MAX_ATTEMPTS, 1_000);
        partitions.advance(TIMES.stagedMs() + TIMES.recoveryMs() + 100);
        int asked = partitions.proposed.size();
        partitions.advance(3 * TIMES.recoveryMs());
        assertThat(partitions.proposed.size() - asked)
                .as("attempts at it since it was known not to answer")
                .isBetween(3, 4);
        for (int i = 0; i < 3 * TransactionCare.MAX_ATTEMPTS; i++) {
            StreamName stream = partitions.stream(1, "sound" + i);
            stage(1, id(10 + i, 2, 30_000), transact(List.of(append(stream, any(), "1"), append(c, any(), "2"))));
        }
        partitions.advance(TIMES.stagedMs() + 500);
        for (int i = 0; i < 3 * TransactionCare.MAX_ATTEMPTS; i++) {
            assertThat(partitions.record(1, id(10 + i, 2, 30_000)).getState()).isEqualTo(State.ABORTED);
        }
        partitions.fate = proposed -> Fate.DELIVERED;
        partitions.advance(TIMES.recoveryMs() + 2 * TIMES.longestPauseMs());
        assertThat(partitions.hasLocks()).as("it answers again").isFalse();
    }

    @Test
    void onlyOneAttemptAtATransactionIsUnderWay() {
        Cares cares = new Cares(partitions, TIMES);
        partitions.fate = proposed -> Fate.LOST;
        stage(1, id, all);
        partitions.advance(TIMES.stagedMs() + TIMES.recoveryMs() - 100);
        assertThat(partitions.proposed).extracting(Proposed::kind).containsExactly(StepCase.DECIDE);
        assertThat(cares.of(1).recoveries()).isEqualTo(1);
    }

    @Test
    void whatCameUnderTheIdOfAnotherTransactionIsNotCommittedWithIt() {
        new Cares(partitions, TIMES);
        DistributedTransact two = transact(List.of(append(a, any(), "1"), append(b, any(), "2")));
        TransactionDriver driver = new TransactionDriver(partitions, partitions::partitionOfSlot);
        assertThat(partitions
                        .await(driver.commit(id, 0, two, 5_000), 5_000)
                        .getDecided()
                        .hasCommitted())
                .isTrue();
        stage(2, id, all);
        partitions.advance(TIMES.stagedMs() + 500);
        assertThat(partitions.record(2, id).getState()).isEqualTo(State.ABORTED);
        assertThat(partitions.head(c)).isNull();
    }

    @Test
    void homeThatKnowsNothingAnyMoreMeansAbort() {
        Cares cares = new Cares(partitions, TIMES);
        stage(1, id, all);
        cares.leads[1] = false;
        partitions.advance(EXPIRY_MS);
        cares.leads[1] = true;
        partitions.advance(TIMES.stagedMs() + 500);
        assertThat(partitions.record(1, id).getState()).as("never").isIn(State.ABORTED, State.UNSPECIFIED);
        assertThat(partitions.record(0, id).getState()).isEqualTo(State.UNSPECIFIED);
        TransactionId old = id(2, 0, Transactions.LIFE_MS);
        stage(1, old, all);
        cares.leads[1] = false;
        partitions.advance(Transactions.LIFE_MS);
        cares.leads[1] = true;
        partitions.advance(TIMES.stagedMs() + 500);
        assertThat(partitions.hasLocks()).as("forgotten or never").isFalse();
        assertThat(partitions.head(b)).isNull();
    }

    @Test
    void anIdlePartitionIsToldTheTimeUntilOldVotesAreGone() {
        Cares cares = new Cares(partitions, TIMES);
        stage(1, id, transact(List.of(append(b, revision(5), "1"), append(c, any(), "2")), require(a, any())));
        assertThat(partitions.record(1, id).getState()).isEqualTo(State.NO);
        partitions.advance(EXPIRY_MS);
        assertThat(cares.ticks).isEmpty();
        partitions.advance(200);
        assertThat(cares.ticks).hasSize(1);
        assertThat(partitions.record(1, id).getState()).isEqualTo(State.UNSPECIFIED);
        partitions.advance(EXPIRY_MS);
        assertThat(cares.ticks).hasSize(1);
    }

    @Test
    void theTimeIsToldSeldomAndByTheLeaderAlone() {
        Cares cares = new Cares(partitions, TIMES);
        for (int i = 1; i <= 10; i++) {
            stage(1, id(i, 0, 1_000 + 10 * i), transact(List.of(append(b, revision(5), "1"), append(a, any(), "2"))));
        }
        cares.leads[1] = false;
        partitions.advance(1_015);
        assertThat(cares.ticks).isEmpty();
        cares.leads[1] = true;
        partitions.advance(10);
        partitions.advance(5_000);
        for (int i = 1; i < cares.ticks.size(); i++) {
            assertThat(cares.ticks.get(i) - cares.ticks.get(i - 1)).isGreaterThanOrEqualTo(TIMES.tickMs());
        }
        assertThat(cares.ticks).isNotEmpty();
        for (int i = 1; i <= 10; i++) {
            assertThat(partitions.record(1, id(i, 0, 1_000 + 10 * i)).getState())
                    .isEqualTo(State.UNSPECIFIED);
        }
    }
}
