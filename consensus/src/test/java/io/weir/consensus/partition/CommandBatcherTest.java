package io.weir.consensus.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.weir.client.spi.NodeFailure;
import io.weir.consensus.partition.FakeRaft.Proposed;
import io.weir.protocol.Appended;
import io.weir.protocol.Error;
import io.weir.protocol.Locked;
import io.weir.protocol.Outcome;
import io.weir.protocol.StreamName;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CommandBatcherTest {
    private final FakeRaft raft = new FakeRaft();
    private final AtomicLong clockMs = new AtomicLong(1_000);
    private final AtomicLong logTimeMs = new AtomicLong();
    private final CompletableFuture<Throwable> died = new CompletableFuture<>();
    private final CommandBatcher batcher =
            new CommandBatcher(raft, clockMs::get, logTimeMs::get, Runnable::run, died::complete, "test-propose");

    @BeforeEach
    void start() {
        batcher.start();
    }

    @AfterEach
    void close() throws InterruptedException {
        batcher.close();
        assertThat(batcher.join(5_000)).isTrue();
    }

    @Test
    void aLoneCommandLeavesAtOnce() {
        CompletableFuture<Outcome> answer = batcher.submit(Entries.append(1, "s", 10), 5_000);
        Proposed entry = raft.await(1);
        assertThat(entry.entry().getProposalsList())
                .extracting(proposal -> proposal.getCommand().getRequestId().getSequence())
                .containsExactly(1L);
        finish(entry);
        assertThat(answer.join().hasAppended()).isTrue();
    }

    @Test
    void anEndOfTheProposerIsReported() {
        OutOfMemoryError cause = new OutOfMemoryError("as if");
        raft.failing = cause;
        var unused = batcher.submit(Entries.append(1, "s", 10), 5_000);
        assertThat(died.orTimeout(10, TimeUnit.SECONDS).join()).isSameAs(cause);
    }

    @Test
    void whatDoesNotFillAnEntryWaitsForTheOneOnItsWay() {
        var unused = batcher.submit(Entries.append(1, "s", 10), 5_000);
        Proposed lone = raft.await(1);
        for (int i = 2; i <= 9; i++) {
            var also = batcher.submit(Entries.append(i, "s", 10), 5_000);
        }
        assertThat(raft.proposed).hasSize(1);
        finish(lone);
        assertThat(raft.await(2).entry().getProposalsCount()).isEqualTo(8);
    }

    @Test
    void aFullEntryWaitsForNoOther() {
        var unused = batcher.submit(Entries.append(1, "s", 10), 5_000);
        raft.await(1);
        for (int i = 2; i <= 4; i++) {
            var also = batcher.submit(Entries.append(i, "s", 100 << 10), 5_000);
        }
        assertThat(raft.await(2).entry().getProposalsCount()).isEqualTo(2);
        assertThat(raft.proposed).as("the third is alone").hasSize(2);
    }

    @Test
    void aFenceWaitsForNoEntry() {
        var unused = batcher.submit(Entries.append(1, "s", 10), 5_000);
        raft.await(1);
        var fence = batcher.fence();
        assertThat(raft.await(2).entry().getProposalsList()).isEmpty();
        assertThat(fence).isNotDone();
    }

    @Test
    void whatQueuesWhileAnEntryIsOnItsWayGoesIntoOneEntryInOrder() {
        fillPlaces();
        List<CompletableFuture<Outcome>> answers = new ArrayList<>();
        for (int i = 100; i < 200; i++) {
            answers.add(batcher.submit(Entries.append(i, "s", 10), 5_000));
        }
        finishFilled();
        Proposed packed = raft.await(CommandBatcher.MAX_IN_FLIGHT + 1);
        List<Long> expected = new ArrayList<>();
        for (long i = 100; i < 200; i++) {
            expected.add(i);
        }
        assertThat(packed.entry().getProposalsList())
                .extracting(proposal -> proposal.getCommand().getRequestId().getSequence())
                .containsExactlyElementsOf(expected);
        finish(packed);
        assertThat(answers).allMatch(CompletableFuture::isDone);
    }

    @Test
    void anEntryEndsNearItsTargetSize() {
        fillPlaces();
        for (int i = 0; i < 20; i++) {
            var unused = batcher.submit(Entries.append(100 + i, "s", 100 << 10), 5_000);
        }
        finishFilled();
        Proposed packed = raft.await(CommandBatcher.MAX_IN_FLIGHT + 1);
        assertThat(packed.entry().getProposalsCount()).isEqualTo(2);
        assertThat(packed.entry().getSerializedSize()).isLessThan(CommandBatcher.TARGET_ENTRY_BYTES + 1_000);
    }

    @Test
    void aCommandLargerThanTheTargetTravelsAlone() {
        var unused = batcher.submit(Entries.append(1, "s", 1 << 20), 5_000);
        assertThat(raft.await(1).entry().getProposalsCount()).isEqualTo(1);
    }

    @Test
    void aCommandAboveTheLimitIsRefusedBeforeRaftSeesIt() {
        NodeFailure failure = failure(batcher.submit(Entries.append(1, "s", CommandBatcher.MAX_COMMAND_BYTES), 5_000));
        assertThat(failure.error().getCode()).isEqualTo(Error.Code.TOO_LARGE);
        assertThat(failure.error().getMaybeExecuted()).isFalse();
        assertThat(raft.proposed).isEmpty();
    }

    @Test
    void theQueueIsBounded() {
        fillPlaces();
        int large = 4 << 20;
        List<CompletableFuture<Outcome>> answers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            answers.add(batcher.submit(Entries.append(100 + i, "s", large), 5_000));
        }
        assertThat(answers.stream().filter(CompletableFuture::isDone).count()).isEqualTo(7);
        assertThat(failure(answers.get(9)).error().getCode()).isEqualTo(Error.Code.THROTTLED);
    }

    @Test
    void aQueuedCommandPastItsDeadlineIsNeverProposed() {
        fillPlaces();
        CompletableFuture<Outcome> late = batcher.submit(Entries.append(100, "s", 10), 0);
        CompletableFuture<Outcome> inTime = batcher.submit(Entries.append(101, "s", 10), 5_000);
        finishFilled();
        Proposed next = raft.await(CommandBatcher.MAX_IN_FLIGHT + 1);
        assertThat(next.entry().getProposalsList())
                .extracting(proposal -> proposal.getCommand().getRequestId().getSequence())
                .containsExactly(101L);
        assertThat(failure(late).error().getCode()).isEqualTo(Error.Code.DEADLINE_EXCEEDED);
        assertThat(failure(late).error().getMaybeExecuted()).isFalse();
        assertThat(inTime).isNotDone();
    }

    @Test
    void aQueuedCommandWhoseCallerHasGoneIsNeverProposed() {
        fillPlaces();
        CompletableFuture<Outcome> gone = batcher.submit(Entries.append(100, "s", 10), 5_000);
        var unused = batcher.submit(Entries.append(101, "s", 10), 5_000);
        gone.cancel(false);
        finishFilled();
        Proposed next = raft.await(CommandBatcher.MAX_IN_FLIGHT + 1);
        assertThat(next.entry().getProposalsList())
                .extracting(proposal -> proposal.getCommand().getRequestId().getSequence())
                .containsExactly(101L);
    }

    @Test
    void theSweepEndsQueuedCommandsAsNotExecutedAndProposedOnesAsUnknown() {
        fillPlaces();
        CompletableFuture<Outcome> queued = batcher.submit(Entries.append(100, "s", 10), 1_000);
        Proposed first = raft.proposed.get(0);
        batcher.appending(first.id());
        batcher.expire(System.nanoTime() + 3_600_000_000_000L);
        assertThat(failure(queued).error().getMaybeExecuted()).isFalse();
        assertThat(failure(filled.get(0)).error().getCode()).isEqualTo(Error.Code.DEADLINE_EXCEEDED);
        assertThat(failure(filled.get(0)).error().getMaybeExecuted()).isTrue();
    }

    @Test
    void expiredCallersDoNotFreeThePlacesOfTheirEntries() {
        fillPlaces();
        batcher.expire(System.nanoTime() + 3_600_000_000_000L);
        var unused = batcher.submit(Entries.append(100, "s", 10), 60_000);
        batcher.expire(System.nanoTime());
        assertThat(raft.proposed).hasSize(CommandBatcher.MAX_IN_FLIGHT);
        finishFilled();
        raft.await(CommandBatcher.MAX_IN_FLIGHT + 1);
    }

    @Test
    void aFailureIsHonestAboutWhetherTheEntryHadEnteredTheLog() {
        CompletableFuture<Outcome> before = batcher.submit(Entries.append(1, "s", 10), 5_000);
        raft.fail(raft.await(1), Failures.notLeader("n2"));
        assertThat(failure(before).error().getMaybeExecuted()).isFalse();
        assertThat(failure(before).error().getLeader()).isEqualTo("n2");

        CompletableFuture<Outcome> after = batcher.submit(Entries.append(2, "s", 10), 5_000);
        Proposed entry = raft.await(2);
        batcher.appending(entry.id());
        raft.fail(entry, Failures.notLeader("n2"));
        assertThat(failure(after).error().getCode()).isEqualTo(Error.Code.NOT_LEADER);
        assertThat(failure(after).error().getMaybeExecuted()).isTrue();
    }

    @Test
    void aFollowerNamesTheLeader() {
        raft.view = new RaftView(RaftView.Role.FOLLOWER, "n3", 1, 0, false);
        NodeFailure failure = failure(batcher.submit(Entries.append(1, "s", 10), 5_000));
        assertThat(failure.error().getCode()).isEqualTo(Error.Code.NOT_LEADER);
        assertThat(failure.error().getLeader()).isEqualTo("n3");
    }

    @Test
    void theStampIsNeverBelowLogTimeAndTheDeadlineIsWhatIsLeft() {
        logTimeMs.set(9_000);
        var unused = batcher.submit(Entries.append(1, "s", 10), 5_000);
        Proposed entry = raft.await(1);
        assertThat(entry.entry().getStampMs()).isEqualTo(9_000);
        assertThat(entry.entry().getProposals(0).getDeadlineMs()).isBetween(13_000L, 14_000L);
    }

    @Test
    void closingFailsWhatWaitsTruthfully() {
        fillPlaces();
        CompletableFuture<Outcome> queued = batcher.submit(Entries.append(100, "s", 10), 5_000);
        batcher.appending(raft.proposed.get(0).id());
        batcher.close();
        assertThat(failure(queued).error().getMaybeExecuted()).isFalse();
        assertThat(failure(filled.get(0)).error().getMaybeExecuted()).isTrue();
        assertThat(failure(filled.get(1)).error().getMaybeExecuted())
                .as("Raft has it, and may yet append it")
                .isTrue();
        assertThat(failure(batcher.submit(Entries.append(101, "s", 10), 5_000))
                        .error()
                        .getCode())
                .isEqualTo(Error.Code.NOT_READY);
    }

    /** A transaction that is stuck delays those that name its streams, and nobody else. */
    @Test
    void thoseThatWaitForALockTakeNoRoomFromOthers() {
        int large = 5 << 20;
        CompletableFuture<Outcome> first = batcher.submit(Entries.append(1, "s", large), 60_000);
        batcher.applied(raft.await(1).id(), List.of(locked("s")));
        CompletableFuture<Outcome> second = batcher.submit(Entries.append(2, "s", large), 60_000);
        CompletableFuture<Outcome> third = batcher.submit(Entries.append(3, "s", large), 60_000);
        CompletableFuture<Outcome> tooMany = batcher.submit(Entries.append(4, "s", large), 60_000);
        assertThat(failure(tooMany).error().getCode()).isEqualTo(Error.Code.THROTTLED);
        assertThat(failure(tooMany).error().getMessage()).contains("3 commands", "" + Parking.MAX_BYTES);
        CompletableFuture<Outcome> other = batcher.submit(Entries.append(5, "t", large), 60_000);
        Proposed entry = raft.await(2);
        batcher.applied(entry.id(), List.of(locked("t")));
        assertThat(failure(other).error().getCode())
                .as("one that meets a lock later")
                .isEqualTo(Error.Code.THROTTLED);
        assertThat(failure(other).error().getMaybeExecuted()).isFalse();
        assertThat(List.of(first, second, third)).noneMatch(CompletableFuture::isDone);
        batcher.unlocked(List.of(StreamName.of("s")));
        raft.await(5);
    }

    @Test
    void whoMeetsALockWhileOthersAreToldThatItLeadsNoLongerIsToldTheSame() {
        CompletableFuture<Outcome> waits = batcher.submit(Entries.append(1, "s", 10), 60_000);
        Proposed before = raft.await(1);
        batcher.applied(before.id(), List.of(locked("s")));
        before.done().complete(null);
        CompletableFuture<Outcome> comes = batcher.submit(Entries.append(2, "t", 10), 60_000);
        Proposed entry = raft.await(2);
        raft.view = new RaftView(RaftView.Role.FOLLOWER, "n3", 2, 0, false);
        var unused = waits.whenComplete(
                (outcome, failure) -> batcher.applied(entry.id(), List.of(locked("t")))); // as another thread would
        batcher.expire(System.nanoTime());
        assertThat(failure(waits).error().getLeader()).isEqualTo("n3");
        batcher.expire(System.nanoTime());
        assertThat(failure(comes).error().getCode()).isEqualTo(Error.Code.NOT_LEADER);
    }

    @Test
    void whatIsClosedTakesNothingWhateverIsSaidAfterwards() {
        batcher.close();
        batcher.refuse(null); // the applier goes on for a while, and finds the store no longer full
        assertThat(failure(batcher.submit(Entries.append(1, "s", 10), 60_000))
                        .error()
                        .getCode())
                .isEqualTo(Error.Code.NOT_READY);
    }

    private static Outcome locked(String stream) {
        return Outcome.newBuilder()
                .setLocked(Locked.newBuilder().setStream(ByteString.copyFromUtf8(stream)))
                .build();
    }

    private final List<CompletableFuture<Outcome>> filled = new ArrayList<>();

    private void fillPlaces() {
        for (int i = 1; i <= CommandBatcher.MAX_IN_FLIGHT; i++) {
            filled.add(batcher.submit(Entries.append(i, "s", CommandBatcher.TARGET_ENTRY_BYTES), 5_000));
            raft.await(i);
        }
    }

    private void finishFilled() {
        List.copyOf(raft.proposed).forEach(this::finish);
    }

    private void finish(Proposed entry) {
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < entry.entry().getProposalsCount(); i++) {
            outcomes.add(Outcome.newBuilder()
                    .setAppended(Appended.newBuilder().setCount(1))
                    .build());
        }
        batcher.applied(entry.id(), outcomes);
        entry.done().complete(null);
    }

    private static NodeFailure failure(CompletableFuture<Outcome> answer) {
        CompletionException thrown = catchThrowableOfType(
                CompletionException.class,
                () -> answer.orTimeout(10, java.util.concurrent.TimeUnit.SECONDS)
                        .join());
        assertThat(thrown).isNotNull();
        assertThat(thrown.getCause()).isInstanceOf(NodeFailure.class);
        return (NodeFailure) java.util.Objects.requireNonNull(thrown.getCause());
    }
}
