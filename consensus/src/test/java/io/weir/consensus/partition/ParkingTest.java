package io.weir.consensus.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.weir.client.spi.NodeFailure;
import io.weir.consensus.transaction.CareTimes;
import io.weir.protocol.Append;
import io.weir.protocol.Locked;
import io.weir.protocol.No;
import io.weir.protocol.Outcome;
import io.weir.protocol.Prepare;
import io.weir.protocol.Proposal;
import io.weir.protocol.Requirement;
import io.weir.protocol.StreamName;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionStep;
import io.weir.protocol.Voted;
import io.weir.protocol.Yes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ParkingTest {
    private static final TransactionId HOLDER = id(50);

    private final List<Waiting> proposed = new ArrayList<>();
    private long nowNanos;
    private final Parking parking = new Parking(proposed::add, Runnable::run, () -> nowNanos);

    private static TransactionId id(long expiryMs) {
        return TransactionId.newBuilder().setExpiryMs(expiryMs).setSequence(1).build();
    }

    private Waiting command(String stream) {
        Proposal asked =
                Proposal.newBuilder().setCommand(Entries.append(1, stream, 1)).build();
        return new Waiting(asked, true, 1_000, nowNanos);
    }

    private Waiting prepare(long expiryMs, boolean holdsNothing, String... streams) {
        Prepare.Builder prepare = Prepare.newBuilder();
        for (String stream : streams) {
            prepare.addAppends(Append.newBuilder().setStream(utf8(stream)).addEvents(ByteString.EMPTY));
        }
        TransactionStep step = TransactionStep.newBuilder()
                .setId(id(expiryMs))
                .setPrepare(prepare)
                .build();
        return new Waiting(Proposal.newBuilder().setStep(step).build(), holdsNothing, 1_000, nowNanos);
    }

    private static ByteString utf8(String stream) {
        return StreamName.of(stream).utf8();
    }

    private static Locked lock(String stream) {
        return Locked.newBuilder().setHolder(HOLDER).setStream(utf8(stream)).build();
    }

    private static Outcome locked(Waiting waiting, String stream) {
        return waiting.isPrepare()
                ? Outcome.newBuilder()
                        .setVoted(Voted.newBuilder().setLocked(lock(stream)))
                        .build()
                : Outcome.newBuilder().setLocked(lock(stream)).build();
    }

    private static Outcome yes() {
        return Outcome.newBuilder()
                .setVoted(Voted.newBuilder().setYes(Yes.getDefaultInstance()))
                .build();
    }

    private static Outcome no() {
        return Outcome.newBuilder()
                .setVoted(Voted.newBuilder().setNo(No.getDefaultInstance()))
                .build();
    }

    private void park(Waiting waiting, String stream) {
        assertThat(parking.parks(waiting, locked(waiting, stream))).isTrue();
    }

    private void unlock(String stream) {
        parking.unlocked(List.of(StreamName.of(stream)));
    }

    private void pass(long millis) {
        nowNanos += TimeUnit.MILLISECONDS.toNanos(millis);
        parking.expire();
    }

    @Test
    void commandsAreProposedAgainInTheirOrderAndOnePrepareWithThem() {
        Waiting first = command("a");
        Waiting second = command("a");
        Waiting third = prepare(1, true, "a");
        Waiting fourth = command("a");
        List.of(first, second, third, fourth).forEach(one -> park(one, "a"));
        unlock("b");
        assertThat(proposed).isEmpty();
        unlock("a");
        assertThat(proposed).containsExactly(first, second, third);
        third.answer().complete(yes());
        assertThat(proposed).as("it holds the stream now").hasSize(3);
        unlock("a");
        assertThat(proposed).containsExactly(first, second, third, fourth);
    }

    @Test
    void whoDoesNotTakeTheStreamLetsTheNextOneTry() {
        Waiting first = prepare(1, true, "a");
        Waiting second = prepare(2, true, "a");
        Waiting third = prepare(3, true, "a");
        Waiting fourth = command("a");
        List.of(first, second, third, fourth).forEach(one -> park(one, "a"));
        unlock("a");
        assertThat(proposed).containsExactly(first);
        first.answer().complete(no());
        assertThat(proposed).containsExactly(first, second);
        second.answer().completeExceptionally(Failures.notReady("as if"));
        assertThat(proposed).containsExactly(first, second, third);
        park(third, "b"); // it has met another lock
        assertThat(proposed).containsExactly(first, second, third, fourth);
        unlock("b");
        assertThat(proposed).containsExactly(first, second, third, fourth, third);
    }

    @Test
    void whoMeetsTheNextHolderKeepsItsPlace() {
        Waiting first = command("a");
        Waiting second = command("a");
        park(first, "a");
        park(second, "a");
        unlock("a");
        park(first, "a");
        park(second, "a");
        unlock("a");
        assertThat(proposed).containsExactly(first, second, first, second);
    }

    @Test
    void theOrderIsThatOfComingNotOfMeetingTheLock() {
        Waiting first = command("a");
        Waiting second = command("a");
        Waiting third = command("a");
        assertThat(parking.joins(first)).isFalse();
        assertThat(parking.joins(second)).isFalse(); // on its way, like the first
        park(first, "a");
        assertThat(parking.joins(third)).isTrue();
        park(second, "a");
        unlock("a");
        assertThat(proposed).containsExactly(first, second, third);
    }

    /** Whoever holds the stream now may wait for what this one holds. */
    @Test
    void thoseBehindTheNextHolderWaitForThatOne() {
        Waiting oldest = prepare(10, false, "a", "b");
        Waiting older = prepare(40, false, "a");
        Waiting elsewhere = prepare(40, false, "b");
        List.of(oldest, older).forEach(one -> park(one, "a"));
        park(elsewhere, "b");
        pass(2 * Parking.GRACE_MS);
        assertThat(older.answer()).as("its holder is younger").isNotDone();
        unlock("a");
        oldest.answer().complete(yes());
        pass(0);
        assertThat(older.answer().join().getVoted().getLocked().getHolder()).isEqualTo(id(10));
        assertThat(elsewhere.answer().join().getVoted().getLocked().getHolder()).isEqualTo(id(10));
    }

    @Test
    void whatOneLearnsOfTheHolderHoldsForAll() {
        Waiting first = command("a");
        Waiting second = prepare(40, false, "a");
        park(first, "a");
        park(second, "a");
        pass(2 * Parking.GRACE_MS);
        unlock("a");
        assertThat(proposed).containsExactly(first, second);
        Waiting third = prepare(41, false, "a");
        park(second, "a");
        assertThat(parking.joins(third)).isTrue();
        Locked older = Locked.newBuilder().setHolder(id(1)).setStream(utf8("a")).build();
        assertThat(parking.parks(first, Outcome.newBuilder().setLocked(older).build()))
                .isTrue();
        pass(0);
        assertThat(second.answer().join().getVoted().getLocked()).isEqualTo(older);
        assertThat(third.answer()).isNotDone();
        pass(Parking.GRACE_MS);
        assertThat(third.answer().join().getVoted().getLocked()).isEqualTo(older);
    }

    @Test
    void whoComesStandsBehindThoseThatWait() {
        Waiting first = command("a");
        park(first, "a");
        Waiting second = command("a");
        assertThat(parking.joins(second)).isTrue();
        assertThat(parking.joins(command("b"))).isFalse();
        unlock("a");
        assertThat(proposed).containsExactly(first, second);
        assertThat(parking.joins(command("a"))).as("nobody waits any more").isFalse();
    }

    @Test
    void aYoungerPrepareThatMayHoldSomethingGivesWaySoon() {
        Waiting younger = prepare(51, false, "a");
        park(younger, "a");
        pass(Parking.GRACE_MS - 1);
        assertThat(younger.answer()).isNotDone();
        pass(1);
        assertThat(younger.answer().join()).isEqualTo(locked(younger, "a"));
        Waiting again = prepare(51, false, "a");
        park(again, "a");
        unlock("a");
        pass(Parking.GRACE_MS);
        park(again, "a");
        assertThat(again.answer().join())
                .as("its grace is over, whoever the holder is")
                .isEqualTo(locked(again, "a"));
        assertThat(parking.size()).isZero();
    }

    @Test
    void anOlderOneAndOneThatHoldsNothingWaitAsLongAsTheirCallers() {
        Waiting older = prepare(49, false, "a");
        Waiting patient = prepare(51, true, "b");
        Waiting command = command("c");
        park(older, "a");
        park(patient, "b");
        park(command, "c");
        pass(999);
        assertThat(parking.size()).isEqualTo(3);
        pass(1);
        assertThat(older.answer().join()).isEqualTo(locked(older, "a"));
        assertThat(patient.answer().join()).isEqualTo(locked(patient, "b"));
        assertThatThrownBy(() -> command.answer().join()).cause().isInstanceOfSatisfying(NodeFailure.class, failure -> {
            assertThat(failure.getMessage()).contains("\"c\" was held").contains("DEADLINE_EXCEEDED");
            assertThat(failure.error().getMaybeExecuted()).isFalse();
        });
        assertThat(parking.size()).isZero();
        assertThat(parking.joins(command("a"))).as("no queue is left").isFalse();
    }

    /** Else care would end it, as nobody tells its driver to go on waiting. */
    @Test
    void anOlderOneGivesWayBeforeItCountsAsAbandoned() {
        assertThat(Parking.OLDER_MS).isLessThan(CareTimes.DEFAULTS.stagedMs() * 3 / 4);
        Waiting older = new Waiting(prepare(49, false, "a").asked(), false, 60_000, nowNanos);
        park(older, "a");
        pass(Parking.OLDER_MS - 1);
        assertThat(older.answer()).isNotDone();
        pass(1);
        assertThat(older.answer().join()).isEqualTo(locked(older, "a"));
    }

    @Test
    void aCommandWhoseTimeIsUpWhenItMeetsTheLockWasNotExecuted() {
        Waiting command = command("a");
        nowNanos += TimeUnit.SECONDS.toNanos(1);
        park(command, "a");
        assertThatThrownBy(() -> command.answer().join()).cause().isInstanceOfSatisfying(NodeFailure.class, failure -> {
            assertThat(failure.getMessage()).contains("\"a\" was held").contains("DEADLINE_EXCEEDED");
            assertThat(failure.error().getMaybeExecuted()).isFalse();
        });
        assertThat(parking.size()).isZero();
    }

    @Test
    void whoWaitsIsRefusedWithTheLeader() {
        Waiting waiting = command("a");
        park(waiting, "a");
        parking.refuse(Failures.notLeader("n2"));
        assertThatThrownBy(() -> waiting.answer().join()).hasMessageContaining("n2 is");
        Waiting late = command("a");
        park(late, "a");
        assertThatThrownBy(() -> late.answer().join()).hasMessageContaining("n2 is");
        parking.refuse(null);
        assertThat(parking.size()).isZero();
        park(command("a"), "a");
    }

    /** Found with 32 clients on one stream: after the first repeated answer nobody was woken any more, for ever. */
    @Test
    void aRepeatedYesThatHoldsNothingAnyMoreStopsNobody() {
        Waiting first = prepare(1, true, "a");
        Waiting second = prepare(2, true, "a");
        park(first, "a");
        park(second, "a");
        unlock("a");
        parking.wakeUnlocked(streams -> streams);
        assertThat(proposed).as("one is on its way").containsExactly(first);
        first.answer().complete(yes()); // of its first attempt, which has been committed and resolved since
        parking.wakeUnlocked(streams -> Set.of());
        assertThat(proposed).containsExactly(first);
        parking.wakeUnlocked(streams -> streams);
        assertThat(proposed).containsExactly(first, second);
    }

    @Test
    void aConditionHoldsNothingExclusively() {
        Prepare prepare = Prepare.newBuilder()
                .addRequirements(Requirement.newBuilder().setStream(utf8("a")))
                .build();
        TransactionStep step =
                TransactionStep.newBuilder().setId(id(1)).setPrepare(prepare).build();
        Waiting reader = new Waiting(Proposal.newBuilder().setStep(step).build(), true, 1_000, 0);
        Waiting next = command("a");
        park(reader, "a");
        park(next, "a");
        unlock("a");
        reader.answer().complete(yes());
        assertThat(proposed).as("it meets the shared lock itself, if it must").containsExactly(reader, next);
    }
}
