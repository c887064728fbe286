package io.weir.consensus.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreException;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.memory.MemoryLogStore;
import io.weir.protocol.LogEntry;
import io.weir.protocol.Outcome;
import io.weir.protocol.StreamName;
import io.weir.statemachine.PartitionStateMachine;
import io.weir.statemachine.PartitionStateMachine.Applied;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CheckpointerTest {
    private static final long NEVER = Long.MAX_VALUE >> 20;

    private final FaultyStore store = new FaultyStore(new MemoryLogStore(new StoreIdentity("test", 0)));
    private final Deque<Runnable> disk = new ArrayDeque<>();
    private final Told told = new Told();
    private @Nullable ApplyPipeline pipeline;
    private long next;

    @AfterEach
    void close() throws InterruptedException {
        if (pipeline != null) {
            pipeline.close(10_000);
        }
    }

    @Test
    void oneBeginsAtTheLimitOfEntriesAndTheNextOnlyWhenThatOneIsDone() throws Exception {
        Checkpointer checkpoints = start(new CheckpointPolicy(NEVER, 3, NEVER));
        apply(2);
        assertThat(disk).isEmpty();
        apply(1);
        await(() -> disk.size() == 1);
        apply(7);
        assertThat(store.checkpoint()).isEqualTo(PartitionState.EMPTY);
        assertThat(checkpoints.await(1)).isFalse();
        disk.remove().run();
        assertThat(checkpoints.await(1)).isTrue();
        assertThat(told.checkpoints).containsExactly(2L);
        assertThat(store.checkpoint().appliedIndex()).isEqualTo(2);
        apply(1);
        await(() -> disk.size() == 1);
        disk.remove().run();
        assertThat(told.checkpoints).containsExactly(2L, 10L);
    }

    @Test
    void oneBeginsAtTheLimitOfBytes() throws Exception {
        start(new CheckpointPolicy(data().size() * 3L, NEVER, NEVER));
        apply(2);
        assertThat(disk).isEmpty();
        apply(1);
        await(() -> disk.size() == 1);
    }

    @Test
    void anIdlePartitionIsCheckpointedByAgeOnceAndNotAgain() throws Exception {
        start(new CheckpointPolicy(NEVER, NEVER, 20));
        apply(1);
        await(() -> disk.size() == 1);
        disk.remove().run();
        assertThat(told.checkpoints).containsExactly(0L);
        apply(1);
        await(() -> disk.size() == 1);
        disk.remove().run();
        assertThat(told.checkpoints).containsExactly(0L, 1L);
        assertThat(checkpointer(new CheckpointPolicy(NEVER, NEVER, 20)).idleNanos())
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void whatIsNotDurableYetWhenAStoreIsTakenOverCounts() throws Exception {
        start(new CheckpointPolicy(NEVER, NEVER, NEVER));
        apply(5);
        Checkpointer second = checkpointer(new CheckpointPolicy(NEVER, 5, NEVER));
        second.beginIfDue();
        assertThat(disk).hasSize(1);
    }

    @Test
    void oneThatWaitsForItsTurnIsGivenUpAtTheEndAndNoneBeginsAnyMore() throws Exception {
        Checkpointer checkpoints = start(new CheckpointPolicy(NEVER, 1, NEVER));
        apply(1);
        await(() -> disk.size() == 1);
        checkpoints.stop();
        disk.remove().run();
        assertThat(checkpoints.await(0)).isTrue();
        apply(1);
        assertThat(disk).isEmpty();
        assertThat(told.checkpoints).isEmpty();
        assertThat(store.checkpoint()).isEqualTo(PartitionState.EMPTY);
    }

    @Test
    void aFailureIsToldAndNeverTriedAgain() throws Exception {
        Checkpointer checkpoints = start(new CheckpointPolicy(NEVER, 1, NEVER));
        store.failCheckpoints(() -> new StoreException.Failed("disk", new IllegalStateException()));
        apply(1);
        await(() -> disk.size() == 1);
        disk.remove().run();
        assertThat(told.failures).hasSize(1).first().isInstanceOf(StoreException.Failed.class);
        assertThat(checkpoints.await(0)).isTrue();
        apply(1);
        assertThat(disk).isEmpty();
        assertThat(told.checkpoints).isEmpty();
    }

    @Test
    void limitsOfNothingAreRefused() {
        assertThatThrownBy(() -> new CheckpointPolicy(0, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new CheckpointPolicy(1, 0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new CheckpointPolicy(1, 1, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    private Checkpointer start(CheckpointPolicy policy) {
        Checkpointer checkpoints = checkpointer(policy);
        pipeline = new ApplyPipeline(store, new PartitionStateMachine(), checkpoints, told, "test-apply");
        pipeline.start();
        return checkpoints;
    }

    private Checkpointer checkpointer(CheckpointPolicy policy) {
        return new Checkpointer(store, policy, this::queue, told);
    }

    private void queue(Runnable task) {
        synchronized (disk) {
            disk.add(task);
        }
    }

    /** One batch each. */
    private void apply(int entries) throws Exception {
        ApplyPipeline applier = java.util.Objects.requireNonNull(pipeline);
        for (int i = 0; i < entries; i++) {
            var applied = applier.add(1, next++, data(), RaftEvents.FOREIGN);
            applier.quiesce();
            applied.get(10, TimeUnit.SECONDS);
        }
        applier.quiesce();
    }

    private static ByteString data() {
        return Entries.entry(Entries.append(1, "s", 20)).toByteString();
    }

    private void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (!holds(condition)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited in vain");
            }
            Thread.onSpinWait();
        }
    }

    private boolean holds(BooleanSupplier condition) {
        synchronized (disk) {
            return condition.getAsBoolean();
        }
    }

    /** Keeps what it is told. */
    private static final class Told implements ApplyPipeline.Listener, Checkpointer.Listener {
        final List<Long> checkpoints = new CopyOnWriteArrayList<>();
        final List<Throwable> failures = new CopyOnWriteArrayList<>();

        @Override
        public void checkpointed(PartitionState state) {
            checkpoints.add(state.appliedIndex());
        }

        @Override
        public void checkpointFailed(Throwable cause) {
            failures.add(cause);
        }

        @Override
        public @Nullable LogEntry known(long entryId) {
            return null;
        }

        @Override
        public void outcomes(long entryId, List<Outcome> outcomes) {}

        @Override
        public void applied(long index, Applied entry) {}

        @Override
        public void published(Set<StreamName> written) {}

        @Override
        public void full(StoreException.@Nullable Full cause) {}

        @Override
        public void failed(Throwable cause) {
            failures.add(cause);
        }
    }
}
