package io.weir.consensus.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.weir.client.spi.NodeFailure;
import io.weir.consensus.partition.FakeRaft.Proposed;
import io.weir.logstore.LogStore;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.memory.MemoryLogStore;
import io.weir.protocol.AbortedTransaction;
import io.weir.protocol.CommittedTransaction;
import io.weir.protocol.Decide;
import io.weir.protocol.Done;
import io.weir.protocol.Error;
import io.weir.protocol.Forget;
import io.weir.protocol.Outcome;
import io.weir.protocol.Prepare;
import io.weir.protocol.Proposal;
import io.weir.protocol.Resolve;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionStep;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a leader holds back while a cut is opened, and when it says that the cut is one. */
@Timeout(20)
class CutTest {
    private static final long FAR_MS = 60_000;

    private final FakeRaft raft = new FakeRaft();
    private final CommandBatcher batcher =
            new CommandBatcher(raft, () -> 1_000L, () -> 0L, Runnable::run, cause -> {}, "test-propose");
    private final LogStore store = new MemoryLogStore(new StoreIdentity("c", 0));
    private final Cuts cuts = new Cuts(0, store, raft, batcher, Runnable::run, Runnable::run);
    private int sequence;

    @BeforeEach
    void start() {
        batcher.start();
    }

    @AfterEach
    void close() throws InterruptedException {
        cuts.close();
        batcher.close();
        assertThat(batcher.join(5_000)).isTrue();
        CompletableFuture<Void> closed = CompletableFuture.runAsync(store::close); // waits for every view
        closed.orTimeout(10, TimeUnit.SECONDS).join();
    }

    private TransactionStep.Builder step() {
        return TransactionStep.newBuilder().setId(TransactionId.newBuilder().setSequence(++sequence));
    }

    private TransactionStep commit() {
        return step().setDecide(Decide.newBuilder().setCommit(CommittedTransaction.getDefaultInstance()))
                .build();
    }

    private TransactionStep forget() {
        return step().setForget(Forget.getDefaultInstance()).build();
    }

    private CompletableFuture<Outcome> submit(TransactionStep step) {
        return batcher.submit(step, false, FAR_MS);
    }

    private void finish(Proposed entry) {
        Outcome done = Outcome.newBuilder().setDone(Done.getDefaultInstance()).build();
        batcher.applied(
                entry.id(),
                entry.entry().getProposalsList().stream().map(proposal -> done).toList());
        entry.done().complete(null);
    }

    /** The steps of an entry, by their sequences. */
    private static List<Long> sequences(Proposed entry) {
        return entry.entry().getProposalsList().stream()
                .map(Proposal::getStep)
                .map(step -> step.getId().getSequence())
                .toList();
    }

    /** A cut that holds, and whose fence is applied. */
    private Cut held() {
        Cut cut = cuts.begin();
        int before = raft.proposed.size();
        CompletableFuture<Void> held = cut.hold();
        finish(raft.await(before + 1));
        assertThat(held).isCompleted();
        return cut;
    }

    private static void open(Cut cut) {
        assertThat(cut.open()).isCompleted();
    }

    private static NodeFailure failure(CompletableFuture<?> answer) {
        CompletionException thrown = catchThrowableOfType(
                CompletionException.class,
                () -> answer.orTimeout(10, TimeUnit.SECONDS).join());
        return Failures.of(thrown);
    }

    @Test
    void decisionsToCommitAndForgettingWaitAndNothingElse() {
        Cut cut = held();
        CompletableFuture<Outcome> committed = submit(commit());
        CompletableFuture<Outcome> forgotten = submit(forget());
        List<TransactionStep> free = List.of(
                step().setDecide(Decide.newBuilder().setAbort(AbortedTransaction.getDefaultInstance()))
                        .build(),
                step().setPrepare(Prepare.getDefaultInstance()).build(),
                step().setResolve(Resolve.newBuilder().setCommit(true)).build());
        for (TransactionStep step : free) {
            int before = raft.proposed.size();
            CompletableFuture<Outcome> answer = submit(step);
            Proposed entry = raft.await(before + 1);
            assertThat(sequences(entry)).containsExactly(step.getId().getSequence());
            finish(entry);
            assertThat(answer).isCompleted();
        }
        assertThat(committed).isNotDone();
        assertThat(forgotten).isNotDone();
        int before = raft.proposed.size();
        cut.close();
        assertThat(sequences(raft.await(before + 1)))
                .as("in the order of coming")
                .containsExactly(1L, 2L);
        finish(raft.proposed.get(before));
        assertThat(committed).isCompleted();
        assertThat(forgotten).isCompleted();
    }

    @Test
    void whatIsQueuedIsHeldAndWhatWasProposedIsInFrontOfTheFence() {
        var unused = submit(commit());
        raft.await(1);
        CompletableFuture<Outcome> queued = submit(commit());
        Cut cut = cuts.begin();
        CompletableFuture<Void> held = cut.hold();
        Proposed fence = raft.await(2);
        assertThat(fence.entry().getProposalsList()).isEmpty();
        assertThat(held).isNotDone();
        raft.proposed.forEach(this::finish);
        assertThat(held).isCompleted();
        assertThat(queued).isNotDone();
        cut.close();
        finish(raft.await(3));
        assertThat(queued).isCompleted();
    }

    @Test
    void aFenceThatIsNotAppliedIsNoFence() {
        Cut first = cuts.begin();
        CompletableFuture<Void> held = first.hold();
        raft.fail(raft.await(1), Failures.notLeader("n2"));
        assertThat(failure(held).error().getCode()).isEqualTo(Error.Code.NOT_LEADER);
        first.close();
        CompletableFuture<Void> again = cuts.begin().hold();
        raft.await(2).done().complete(null); // as the applier does when it has closed
        assertThat(failure(again).error().getCode()).isEqualTo(Error.Code.NOT_READY);
    }

    @Test
    void aFollowerHoldsNothing() {
        raft.view = new RaftView(RaftView.Role.FOLLOWER, "n3", 1, 0, false);
        Cut cut = cuts.begin();
        assertThatThrownBy(cut::hold)
                .isInstanceOfSatisfying(
                        NodeFailure.class,
                        e -> assertThat(e.error().getLeader()).isEqualTo("n3"));
    }

    @Test
    void theHoldLastsUntilAMajorityHasConfirmedTheLeader() {
        Cut cut = held();
        CompletableFuture<Outcome> committed = submit(commit());
        open(cut);
        CompletableFuture<Void> released = cut.release();
        assertThat(raft.proposed).hasSize(1);
        assertThat(released).isNotDone();
        raft.barriers.get(0).complete(7L);
        assertThat(released).isCompleted();
        finish(raft.await(2));
        assertThat(committed).isCompleted();
        try (Cut.Loan lent = cut.lend()) {
            assertThat(lent.view().state()).isEqualTo(store.state());
            assertThatThrownBy(cut::lend).hasMessageContaining("being sent already");
        }
        cut.lend().close();
    }

    @Test
    void aNewTermIsAGapThoughThisNodeLeadsAgain() {
        Cut cut = held();
        open(cut);
        raft.view = new RaftView(RaftView.Role.LEADER, "n1", 3, 0, true);
        CompletableFuture<Void> released = cut.release();
        raft.barriers.get(0).complete(7L);
        assertThat(failure(released).error().getMessage()).contains("lead has changed");
    }

    @Test
    void aMajorityThatCannotBeReachedIsAGap() {
        Cut cut = held();
        open(cut);
        CompletableFuture<Void> released = cut.release();
        raft.barriers.get(0).completeExceptionally(Failures.notLeader("n2"));
        assertThat(failure(released).error().getLeader()).isEqualTo("n2");
        assertThatThrownBy(cut::lend).isInstanceOf(NodeFailure.class);
    }

    @Test
    void aHoldThatIsOverIsAGap() {
        Cut cut = held();
        CompletableFuture<Outcome> committed = submit(commit());
        batcher.expire(System.nanoTime());
        assertThat(raft.proposed).hasSize(1);
        batcher.expire(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Cut.HOLD_MS));
        finish(raft.await(2));
        assertThat(committed).isCompleted();
        open(cut);
        CompletableFuture<Void> released = cut.release();
        raft.barriers.get(0).complete(7L);
        assertThat(failure(released).error().getMessage()).contains("not open within");
    }

    @Test
    void aLeaderThatIsDeposedHoldsNoLonger() {
        Cut cut = held();
        CompletableFuture<Outcome> committed = submit(commit());
        raft.view = new RaftView(RaftView.Role.FOLLOWER, "n2", 2, 0, false);
        batcher.expire(System.nanoTime());
        raft.fail(raft.await(2), Failures.notLeader("n2"));
        assertThat(failure(committed).error().getMaybeExecuted()).isFalse();
        raft.view = new RaftView(RaftView.Role.LEADER, "n1", 1, 0, true);
        open(cut);
        CompletableFuture<Void> released = cut.release();
        raft.barriers.get(0).complete(7L);
        assertThat(failure(released).error().getCode()).isEqualTo(Error.Code.NOT_READY);
    }

    @Test
    void twoHoldsLastUntilTheSecondHasGone() {
        Cut first = held();
        Cut second = held();
        CompletableFuture<Outcome> committed = submit(commit());
        first.close();
        assertThat(committed).isNotDone();
        assertThat(raft.proposed).hasSize(2);
        assertThatThrownBy(() -> {
                    cuts.begin();
                    cuts.begin();
                })
                .hasMessageContaining("2 cuts of partition 0");
        second.close();
        finish(raft.await(3));
        assertThat(committed).isCompleted();
    }

    @Test
    void whatIsHeldKeepsItsDeadlineAndEndsWithTheLeader() {
        Cut cut = held();
        CompletableFuture<Outcome> late = batcher.submit(commit(), false, 0);
        CompletableFuture<Outcome> inTime = submit(commit());
        batcher.expire(System.nanoTime());
        assertThat(failure(late).error().getCode()).isEqualTo(Error.Code.DEADLINE_EXCEEDED);
        assertThat(failure(late).error().getMaybeExecuted()).isFalse();
        assertThat(inTime).isNotDone();
        batcher.close();
        assertThat(failure(inTime).error().getCode()).isEqualTo(Error.Code.NOT_READY);
        assertThat(failure(inTime).error().getMaybeExecuted()).isFalse();
        cut.close();
    }

    @Test
    void stepsHaveAnOrder() {
        Cut cut = cuts.begin();
        assertThatThrownBy(cut::open).hasMessageContaining("BEGUN");
        assertThatThrownBy(cut::release).hasMessageContaining("BEGUN");
        var unused = cut.hold();
        assertThatThrownBy(cut::open).as("the fence is not applied").hasMessageContaining("HOLDING");
        assertThatThrownBy(cut::lend).isInstanceOf(NodeFailure.class);
    }

    @Test
    void anIdleViewGivesWayToWhoeverClosesTheStore() throws InterruptedException {
        Cut cut = held();
        open(cut);
        assertThat(cut.giveWay()).isFalse();
        Thread closing = new Thread(store::close);
        closing.start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!cut.giveWay()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
        closing.join(10_000);
        assertThat(closing.isAlive()).isFalse();
        assertThatThrownBy(cut::lend).hasMessageContaining("has gone");
    }

    @Test
    void aViewThatIsLentIsClosedWhenItComesBack() {
        Cut cut = held();
        open(cut);
        CompletableFuture<Void> released = cut.release();
        raft.barriers.get(0).complete(7L);
        assertThat(released).isCompleted();
        Cut.Loan lent = cut.lend();
        cuts.close();
        assertThat(lent.view().state()).isEqualTo(store.state());
        lent.close();
        assertThatThrownBy(() -> lent.view().state()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(cuts::begin).hasMessageContaining("closing");
    }
}
