package io.weir.consensus.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.logstore.Digest;
import io.weir.logstore.LogStore;
import io.weir.logstore.PartitionState;
import io.weir.logstore.ReadView;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.WriteBatch;
import io.weir.logstore.copy.CopyWriter;
import io.weir.logstore.memory.MemoryLogStore;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CopyInstallTest {
    private static final StoreIdentity IDENTITY = new StoreIdentity("test", 0);

    private final LogStore source = new MemoryLogStore(IDENTITY);
    private final LogStore store = new MemoryLogStore(IDENTITY);
    private final FakeRaft raft = new FakeRaft();
    private final AtomicLong leaderApplied = new AtomicLong();
    private final AtomicInteger asked = new AtomicInteger();
    private final CountDownLatch released = new CountDownLatch(1);
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    private final CopySources sources = new CopySources() {
        @Override
        public List<String> members() {
            return List.of("n2");
        }

        @Override
        public void pull(String member, int partition, long leastIndex, Consumer<ByteBuffer> chunks) {
            try (ReadView view = source.openRead()) {
                CopyWriter.write(IDENTITY, view, chunk -> {
                    chunks.accept(ByteBuffer.wrap(chunk));
                    return true;
                });
            }
        }

        @Override
        public PurgeHold hold(String member, int partition) {
            return released::countDown;
        }

        @Override
        public long appliedIndex(String member, int partition) {
            asked.incrementAndGet();
            return leaderApplied.get();
        }
    };

    private final List<Long> changedAt = new CopyOnWriteArrayList<>();

    private final CopyInstall copies = new CopyInstall(
            0,
            store,
            raft,
            Setups.of(List.of("n1", "n2"), Runnable::run, Runnable::run, timer, sources, Setups.NO_HOME));

    @AfterEach
    void stop() {
        copies.stop();
        timer.shutdownNow();
    }

    private static void applied(LogStore store, long index) {
        try (WriteBatch batch = store.beginWrite()) {
            batch.setState(new PartitionState(1, index, 0, 0, 1, new Digest(index, 1)));
            batch.commit();
        }
    }

    /** Raft tells a follower of no commit that it has not in its log: right after a copy it seems to have caught up. */
    @Test
    void theLeadersLogIsHeldUntilTheReplicaIsWhereTheLeaderWas() throws Exception {
        applied(source, 50);
        leaderApplied.set(80);
        raft.view = new RaftView(RaftView.Role.FOLLOWER, "n2", 1, 50, false);
        RaftPoint point = copies.begin("n2", 10, changedAt::add).get(10, TimeUnit.SECONDS);
        assertThat(point.index()).isEqualTo(50);
        assertThat(changedAt).as("applied before the change").containsExactly(-1L);
        awaitAsked(2);
        assertThat(released.getCount()).as("at 50, the leader is at 80").isEqualTo(1);
        applied(store, 80);
        assertThat(released.await(10, TimeUnit.SECONDS)).as("released at 80").isTrue();
    }

    @Test
    void theNextCopyDoesNotWaitUntilTheReplicaHasCaughtUpFromTheLastOne() throws Exception {
        applied(source, 50);
        leaderApplied.set(80);
        raft.view = new RaftView(RaftView.Role.FOLLOWER, "n2", 1, 50, false);
        copies.begin("n2", 10, changedAt::add).get(10, TimeUnit.SECONDS);
        applied(source, 70);
        RaftPoint next = copies.begin("n2", 60, changedAt::add).get(10, TimeUnit.SECONDS);
        assertThat(next.index()).isEqualTo(70);
        assertThat(released.getCount()).isEqualTo(1);
        copies.stop();
        assertThat(released.await(10, TimeUnit.SECONDS))
                .as("released at the end")
                .isTrue();
    }

    private void awaitAsked(int times) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (asked.get() < times) {
            assertThat(System.nanoTime() - deadline).isNegative();
            Thread.onSpinWait();
        }
    }
}
