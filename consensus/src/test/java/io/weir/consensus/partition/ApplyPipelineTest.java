package io.weir.consensus.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.weir.logstore.LogStore;
import io.weir.logstore.PartitionState;
import io.weir.logstore.ReadView;
import io.weir.logstore.StoreException;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.lmdb.LmdbLogStore;
import io.weir.logstore.lmdb.Settings;
import io.weir.logstore.memory.MemoryLogStore;
import io.weir.protocol.LogEntry;
import io.weir.protocol.Outcome;
import io.weir.protocol.StreamName;
import io.weir.statemachine.PartitionStateMachine;
import io.weir.statemachine.PartitionStateMachine.Applied;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApplyPipelineTest {
    private static final StoreIdentity IDENTITY = new StoreIdentity("test", 0);

    private final MemoryLogStore memory = new MemoryLogStore(IDENTITY);
    private final FaultyStore store = new FaultyStore(memory);
    private final Told told = new Told();
    private final ApplyPipeline pipeline = pipeline(store, told);

    @Test
    void allThatHasQueuedIsCommittedAtOnceAndCompletedInOrder() throws Exception {
        List<Long> completed = new CopyOnWriteArrayList<>();
        for (long index = 0; index < 100; index++) {
            long number = index;
            var unused = pipeline.add(1, index, data(index), index).thenRun(() -> completed.add(number));
        }
        pipeline.start();
        pipeline.quiesce();
        assertThat(store.commits()).isEqualTo(1);
        assertThat(completed).hasSize(100).isSorted();
        assertThat(told.outcomes).hasSize(100).isSorted();
        assertThat(told.applied).hasSize(100).isSorted();
        assertThat(told.written).contains(StreamName.of("s0"));
        assertThat(memory.state().appliedIndex()).isEqualTo(99);
        close();
    }

    @Test
    void anEntryOfRaftsOwnWaitsForThoseBeforeIt() throws Exception {
        store.holdCommits();
        pipeline.start();
        CompletableFuture<Void> entry = pipeline.add(1, 0, data(0), 0);
        CompletableFuture<Void> own = pipeline.add(1, 1, null, RaftEvents.FOREIGN);
        assertThat(own).isNotDone();
        store.releaseCommits();
        own.get(10, TimeUnit.SECONDS);
        assertThat(entry).isDone();
        assertThat(memory.state().appliedIndex()).isEqualTo(1);
        close();
    }

    @Test
    void entriesOfOtherNodesShareACommitUntilSomebodyHereWaits() throws Exception {
        ApplyPipeline patient = patient();
        patient.start();
        for (long index = 0; index < 50; index++) {
            var unused = patient.add(1, index, data(index), RaftEvents.FOREIGN);
        }
        patient.add(1, 50, data(50), 7).get(10, TimeUnit.SECONDS);
        assertThat(store.commits()).isEqualTo(1);
        assertThat(told.applied).hasSize(51).isSorted();

        var unused = patient.add(1, 51, data(51), RaftEvents.FOREIGN);
        patient.add(2, 52, null, RaftEvents.FOREIGN).get(10, TimeUnit.SECONDS);
        assertThat(store.commits()).as("Raft's own entry ends the gathering").isEqualTo(2);
        patient.close(10_000);
    }

    @Test
    void gatheringEndsByTimeByNumberByBytesAndWhenAllIsToBeApplied() throws Exception {
        pipeline.start();
        pipeline.add(1, 0, data(0), RaftEvents.FOREIGN).get(10, TimeUnit.SECONDS);
        close();

        ApplyPipeline patient = patient();
        patient.start();
        long index = 1;
        CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
        for (int i = 0; i < ApplyPipeline.MAX_WAITING_ENTRIES / 2; i++) {
            last = patient.add(1, index, data(index), RaftEvents.FOREIGN);
            index++;
        }
        last.get(10, TimeUnit.SECONDS);
        for (int i = 0; i < 3; i++) {
            last = patient.add(1, index, data(index, 500_000), RaftEvents.FOREIGN);
            index++;
        }
        last.get(10, TimeUnit.SECONDS);
        last = patient.add(1, index, data(index), RaftEvents.FOREIGN);
        patient.quiesce();
        last.get(10, TimeUnit.SECONDS);
        assertThat(memory.state().appliedIndex()).isEqualTo(index);
        patient.close(10_000);
    }

    @Test
    void whatIsGatheredWhenThePipelineClosesIsLeftForTheNextOpen() throws Exception {
        ApplyPipeline patient = patient();
        patient.start();
        CompletableFuture<Void> entry = patient.add(1, 0, data(0), RaftEvents.FOREIGN);
        patient.close(10_000);
        assertThat(entry).isCompleted();
        assertThat(memory.state().appliedIndex()).isEqualTo(-1);
    }

    @Test
    void nothingIsGatheredWhileSomebodyHereWaits() throws Exception {
        ApplyPipeline patient = patient();
        patient.start();
        CompletableFuture<Void> gathered = patient.add(1, 0, data(0), RaftEvents.FOREIGN);
        patient.hasten();
        gathered.get(10, TimeUnit.SECONDS);
        told.isAwaited = true;
        patient.add(1, 1, data(1), RaftEvents.FOREIGN).get(10, TimeUnit.SECONDS);
        patient.close(10_000);
    }

    @Test
    void whoWaitsUntilAllIsAppliedWaitsForNoGatheringOfWhatComesMeanwhile() throws Exception {
        store.holdCommits();
        ApplyPipeline patient = patient();
        patient.start();
        var first = patient.add(1, 0, data(0), 7);
        CompletableFuture<Void> quiet = CompletableFuture.runAsync(patient::quiesce);
        var second = patient.add(1, 1, data(1), RaftEvents.FOREIGN);
        store.releaseCommits();
        quiet.get(10, TimeUnit.SECONDS);
        patient.quiesce();
        assertThat(first).isDone();
        assertThat(second).isDone();
        patient.close(10_000);
    }

    /** Would gather for longer than any test. */
    private ApplyPipeline patient() {
        return pipeline(store, told, TimeUnit.HOURS.toNanos(1));
    }

    @Test
    void whatTheStoreHasAlreadyIsAcknowledgedAndNotAppliedAgain() throws Exception {
        pipeline.start();
        pipeline.add(1, 0, data(0), 0).get(10, TimeUnit.SECONDS);
        Object before = memory.state();
        pipeline.add(1, 0, data(0), RaftEvents.FOREIGN).get(10, TimeUnit.SECONDS);
        assertThat(memory.state()).isEqualTo(before);
        close();
    }

    @Test
    void aFullStoreIsTriedAgainUntilThereIsSpaceAndChangesNothingButTheTime() throws Exception {
        pipeline.start();
        store.failCommits(5, () -> new StoreException.Full("no space", new IllegalStateException()));
        pipeline.add(1, 0, data(0), 0).get(20, TimeUnit.SECONDS);
        pipeline.quiesce();
        assertThat(told.full).isNotEmpty().endsWith("null").contains("no space");
        assertThat(memory.state().digest()).isEqualTo(digestOf(1, new Random(1)));
        close();
    }

    /** What waits is many times as large as the map, which ends in the middle of a drain, again and again. */
    @Test
    void aMapThatEndsInTheMiddleOfADrainChangesNothingButTheTime(@TempDir Path directory) throws Exception {
        int entries = 400;
        Told disturbed = new Told();
        Settings tiny = new Settings(128 << 10, 256 << 10, 4, 16, 10_000);
        try (LmdbLogStore lmdb = LmdbLogStore.open(directory, IDENTITY, tiny)) {
            applyWaiting(lmdb, entries, disturbed);
            applyWaiting(memory, entries, told);
            assertThat(disturbed.full).as("the map was full, and full again").isNotEmpty();
            assertThat(told.full).isEmpty();
            assertThat(lmdb.state()).isEqualTo(memory.state());
            try (ReadView one = lmdb.openRead();
                    ReadView other = memory.openRead()) {
                assertThat(one.tableDigests()).isEqualTo(other.tableDigests());
            }
        }
    }

    private static void applyWaiting(LogStore target, int entries, Told told) throws Exception {
        ApplyPipeline applier = pipeline(target, told);
        for (int index = 0; index < entries; index++) {
            var unused = applier.add(1, index, data(index, 8_192), RaftEvents.FOREIGN);
        }
        applier.start();
        applier.quiesce();
        applier.close(10_000);
        assertThat(told.failures).isEmpty();
        assertThat(target.state().appliedIndex()).isEqualTo(entries - 1);
    }

    @Test
    void closingWhileTheStoreIsFullLeavesTheRestForTheNextOpen() throws Exception {
        pipeline.start();
        store.failCommits(Integer.MAX_VALUE, () -> new StoreException.Full("no space", new IllegalStateException()));
        CompletableFuture<Void> entry = pipeline.add(1, 0, data(0), 0);
        while (told.full.isEmpty()) {
            Thread.onSpinWait();
        }
        close();
        assertThat(entry).isCompleted();
        assertThat(told.outcomes).isEmpty();
        assertThat(memory.state().appliedIndex()).isEqualTo(-1);
        assertThat(pipeline.add(1, 1, data(1), 1)).isCompleted();
        assertThat(memory.state().appliedIndex()).isEqualTo(-1);
    }

    @Test
    void aFailureStopsTheReplicaAtTheEntryBeforeAndNothingLaterIsApplied() throws Exception {
        pipeline.start();
        pipeline.add(1, 0, data(0), 0).get(10, TimeUnit.SECONDS);
        store.failCommits(1, () -> new StoreException.Failed("disk", new IllegalStateException()));
        CompletableFuture<Void> entry = pipeline.add(1, 1, data(1), 1);
        assertThatThrownBy(() -> entry.get(10, TimeUnit.SECONDS)).hasRootCauseMessage(null);
        assertThat(told.failures).hasSize(1);
        assertThatThrownBy(() -> pipeline.add(1, 2, data(2), 2)).isInstanceOf(IllegalStateException.class);
        assertThat(memory.state().appliedIndex()).isEqualTo(0);
        assertThat(told.outcomes).containsExactly(0L);
        close();
    }

    @Test
    void bytesThatAreNoEntryStopTheReplica() throws Exception {
        pipeline.start();
        CompletableFuture<Void> entry = pipeline.add(1, 0, ByteString.copyFromUtf8("nonsense"), RaftEvents.FOREIGN);
        assertThatThrownBy(() -> entry.get(10, TimeUnit.SECONDS)).isNotNull();
        assertThat(told.failures).hasSize(1);
        assertThat(memory.state().appliedIndex()).isEqualTo(-1);
        close();
    }

    @Test
    void anyGroupingIntoBatchesGivesTheSameDigest() throws Exception {
        Object expected = digestOf(300, new Random(0));
        for (long seed = 1; seed <= 5; seed++) {
            assertThat(digestOf(300, new Random(seed))).as("seed " + seed).isEqualTo(expected);
        }
    }

    /** Applies entries in random groups, some of them after commits that failed for want of space. */
    private static Object digestOf(int entries, Random random) throws Exception {
        MemoryLogStore target = new MemoryLogStore(IDENTITY);
        FaultyStore faulty = new FaultyStore(target);
        ApplyPipeline applier = pipeline(faulty, new Told());
        applier.start();
        for (int index = 0; index < entries; index++) {
            CompletableFuture<Void> done = applier.add(1, index, data(index), RaftEvents.FOREIGN);
            int dice = random.nextInt(20);
            if (dice == 0) {
                done.get(10, TimeUnit.SECONDS);
            } else if (dice == 1) {
                faulty.failCommits(1, () -> new StoreException.Full("no space", new IllegalStateException()));
            }
        }
        applier.quiesce();
        applier.close(10_000);
        assertThat(target.state().appliedIndex()).isEqualTo(entries - 1);
        return target.state().digest();
    }

    private static ApplyPipeline pipeline(LogStore store, Told told) {
        return pipeline(store, told, ApplyPipeline.GATHER_NANOS);
    }

    private static ApplyPipeline pipeline(LogStore store, Told told, long gatherNanos) {
        Checkpointer checkpoints = new Checkpointer(store, CheckpointPolicy.DEFAULT, Runnable::run, told);
        return new ApplyPipeline(store, new PartitionStateMachine(), checkpoints, told, "test-apply", gatherNanos);
    }

    private static ByteString data(long index) {
        return data(index, 20);
    }

    private static ByteString data(long index, int payloadBytes) {
        return Entries.entry(Entries.append(index + 1, "s" + index % 7, payloadBytes))
                .toByteString();
    }

    private void close() throws InterruptedException {
        pipeline.close(10_000);
    }

    /** Keeps what it is told. */
    private static final class Told implements ApplyPipeline.Listener, Checkpointer.Listener {
        final List<Long> outcomes = new CopyOnWriteArrayList<>();
        final List<Long> applied = new CopyOnWriteArrayList<>();
        final List<StreamName> written = new CopyOnWriteArrayList<>();
        final List<String> full = new CopyOnWriteArrayList<>();
        final List<Throwable> failures = new CopyOnWriteArrayList<>();
        volatile boolean isAwaited;

        @Override
        public boolean isAwaited() {
            return isAwaited;
        }

        @Override
        public @Nullable LogEntry known(long entryId) {
            return null;
        }

        @Override
        public void outcomes(long entryId, List<Outcome> decided) {
            outcomes.add(entryId);
        }

        @Override
        public void applied(long index, Applied entry) {
            applied.add(index);
        }

        @Override
        public void published(Set<StreamName> streams) {
            written.addAll(new ArrayList<>(streams));
        }

        @Override
        public void full(StoreException.@Nullable Full cause) {
            full.add(cause == null ? "null" : String.valueOf(cause.getMessage()));
        }

        @Override
        public void failed(Throwable cause) {
            failures.add(cause);
        }

        @Override
        public void checkpointed(PartitionState state) {}

        @Override
        public void checkpointFailed(Throwable cause) {
            failures.add(cause);
        }
    }
}
