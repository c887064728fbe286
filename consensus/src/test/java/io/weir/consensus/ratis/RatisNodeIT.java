package io.weir.consensus.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.weir.consensus.partition.RaftEvents;
import io.weir.consensus.partition.RaftPoint;
import io.weir.consensus.partition.RaftPort;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Weir relies on in Ratis, without Weir's own bounds in between. */
class RatisNodeIT {
    @TempDir
    Path directory;

    private static final long SEGMENT_BYTES = 64 << 10;

    private final List<RatisNode> nodes = new ArrayList<>();
    private final List<Applier> appliers = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        Map<String, String> addresses = new LinkedHashMap<>();
        List<Integer> ports = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                ports.add(socket.getLocalPort());
                addresses.put("n" + i, "127.0.0.1:" + socket.getLocalPort());
            }
        }
        for (int i = 1; i <= 3; i++) {
            RatisNode node = new RatisNode(new RatisNode.Settings(
                    "c",
                    "n" + i,
                    addresses,
                    "127.0.0.1",
                    ports.get(i - 1),
                    1,
                    directory.resolve("n" + i),
                    SEGMENT_BYTES,
                    2 * SEGMENT_BYTES));
            Applier applier = new Applier();
            node.start(List.of(applier));
            nodes.add(node);
            appliers.add(applier);
        }
    }

    @AfterEach
    void close() {
        nodes.parallelStream().forEach(RatisNode::close);
    }

    @Test
    void everyIndexReachesTheApplierOnceAndEntriesOfRaftsOwnComeAsSuch() throws Exception {
        int leader = awaitLeader();
        RaftPort port = nodes.get(leader).port(0);
        for (int i = 1; i <= 50; i++) {
            port.propose(i, new byte[10]).get(10, TimeUnit.SECONDS);
        }
        long committed = port.barrier().get(10, TimeUnit.SECONDS);
        assertThat(appliers.get(leader).last.get()).isGreaterThanOrEqualTo(committed);
        for (Applier applier : appliers) {
            await(() -> applier.last.get() >= committed);
            assertThat(applier.outOfOrder.get()).isZero();
            assertThat(applier.own.get()).isPositive();
            assertThat(applier.applied.get()).isEqualTo(50);
        }
    }

    @Test
    void anEntryAboveTheLimitIsRefusedAndTheLeaderStays() throws Exception {
        int leader = awaitLeader();
        RaftPort port = nodes.get(leader).port(0);
        long term = port.view().term();
        assertThat(port.propose(1, new byte[RatisSettings.MAX_ENTRY_BYTES])).isCompletedExceptionally();
        port.propose(2, new byte[RatisSettings.MAX_ENTRY_BYTES - 5_000]).get(20, TimeUnit.SECONDS);
        assertThat(port.view().leads()).isTrue();
        assertThat(port.view().term()).isEqualTo(term);
    }

    private int awaitLeader() {
        int[] leader = {-1};
        await(() -> {
            for (int i = 0; i < nodes.size(); i++) {
                if (nodes.get(i).port(0).view().leaderReady()) {
                    leader[0] = i;
                }
            }
            return leader[0] >= 0;
        });
        return leader[0];
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited in vain");
            }
            java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void theLogIsPurgedUpToTheCheckpointUnlessItIsHeldOrNotLongEnough() throws Exception {
        int leader = awaitLeader();
        RaftPort port = nodes.get(leader).port(0);
        Applier applier = appliers.get(leader);
        for (int i = 1; i <= 60; i++) {
            port.propose(i, new byte[16 << 10]).get(10, TimeUnit.SECONDS);
        }
        assertThat(firstIndex(leader)).isZero();
        applier.checkpoint = new RaftPoint(applier.term, 20);
        applier.holdsPurging = true;
        port.checkpointed().get(10, TimeUnit.SECONDS);
        assertThat(firstIndex(leader)).isZero();
        applier.holdsPurging = false;
        port.checkpointed().get(10, TimeUnit.SECONDS);
        await(() -> firstIndex(leader) > 10);
        assertThat(firstIndex(leader)).isLessThanOrEqualTo(21);
        applier.checkpoint = new RaftPoint(applier.term, applier.last.get());
        port.checkpointed().get(10, TimeUnit.SECONDS);
        await(() -> closedSegmentBytes(leader) <= 3 * SEGMENT_BYTES);
        assertThat(closedSegmentBytes(leader)).isGreaterThanOrEqualTo(2 * SEGMENT_BYTES);
        port.propose(61, new byte[10]).get(10, TimeUnit.SECONDS);
        for (Applier each : appliers) {
            await(() -> each.last.get() == applier.last.get());
        }
    }

    private long firstIndex(int node) {
        return segments(node)
                .mapToLong(file -> Long.parseLong(file.getName().replaceFirst("log_(inprogress_)?([0-9]+).*", "$2")))
                .min()
                .orElseThrow();
    }

    private long closedSegmentBytes(int node) {
        return segments(node)
                .filter(file -> !file.getName().contains("inprogress"))
                .mapToLong(File::length)
                .sum();
    }

    private Stream<File> segments(int node) {
        try (Stream<Path> files = Files.walk(directory.resolve("n" + (node + 1)))) {
            return files.map(Path::toFile).filter(file -> file.getName().startsWith("log_")).toList().stream();
        } catch (IOException | UncheckedIOException e) {
            return segments(node); // a file went away while it was being listed
        }
    }

    /** Applies at once, and counts. */
    private static final class Applier implements RaftEvents {
        final AtomicLong last = new AtomicLong(-1);
        final AtomicLong applied = new AtomicLong();
        final AtomicLong own = new AtomicLong();
        final AtomicLong outOfOrder = new AtomicLong();
        volatile long term;
        volatile RaftPoint checkpoint = new RaftPoint(-1, -1);
        volatile boolean holdsPurging;

        private void take(long index) {
            if (last.getAndSet(index) != index - 1) {
                outOfOrder.incrementAndGet();
            }
        }

        @Override
        public RaftPoint checkpoint() {
            return checkpoint;
        }

        @Override
        public long appliedIndex() {
            return checkpoint.index();
        }

        @Override
        public boolean holdsPurging() {
            return holdsPurging;
        }

        @Override
        public void appending(long entryId) {}

        @Override
        public CompletableFuture<Void> apply(long term, long index, ByteString data, long entryId) {
            take(index);
            this.term = term;
            applied.incrementAndGet();
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void skip(long term, long index) {
            take(index);
            own.incrementAndGet();
        }

        @Override
        public void quiesce() {}

        @Override
        public void logFailed(Throwable cause) {}

        @Override
        public void closed() {}
    }
}
