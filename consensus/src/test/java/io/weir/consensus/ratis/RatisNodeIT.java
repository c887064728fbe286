package io.weir.consensus.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.weir.client.spi.NodeFailure;
import io.weir.consensus.local.Ports;
import io.weir.consensus.partition.RaftEvents;
import io.weir.consensus.partition.RaftPoint;
import io.weir.consensus.partition.RaftPort;
import io.weir.consensus.partition.RaftView;
import io.weir.consensus.repair.LogCut;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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
    private final List<RaftPort> ports = new ArrayList<>();
    private final List<Applier> appliers = new ArrayList<>();
    private final Notes notes = new Notes();

    @BeforeEach
    void start() throws IOException {
        Map<String, String> addresses = new LinkedHashMap<>();
        List<Integer> numbers = Ports.free(3);
        for (int i = 1; i <= 3; i++) {
            addresses.put("n" + i, "127.0.0.1:" + numbers.get(i - 1));
        }
        for (int i = 1; i <= 3; i++) {
            RatisNode node = new RatisNode(new RatisNode.Settings(
                    "c",
                    "n" + i,
                    addresses,
                    "127.0.0.1",
                    numbers.get(i - 1),
                    1,
                    directory.resolve("n" + i),
                    SEGMENT_BYTES,
                    2 * SEGMENT_BYTES));
            Applier applier = new Applier();
            node.start();
            RaftPort port = node.newPort(0);
            node.start(0, port, applier, notes, true);
            nodes.add(node);
            ports.add(port);
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
        RaftPort port = ports.get(leader);
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
        RaftPort port = ports.get(leader);
        long term = port.view().term();
        assertThat(port.propose(1, new byte[RatisSettings.MAX_ENTRY_BYTES])).isCompletedExceptionally();
        port.propose(2, new byte[RatisSettings.MAX_ENTRY_BYTES - 5_000]).get(20, TimeUnit.SECONDS);
        assertThat(port.view().leads()).isTrue();
        assertThat(port.view().term()).isEqualTo(term);
    }

    @Test
    void aGroupStopsAndStartsAgainWhileTheOthersGoOn() throws Exception {
        int leader = awaitLeader();
        int stopped = (leader + 1) % 3;
        propose(leader, 1, 10);
        nodes.get(stopped).stop(0);
        nodes.get(stopped).stop(0);
        assertThat(ports.get(stopped).view()).isEqualTo(RaftView.CLOSED);
        propose(leader, 11, 20);
        RaftPort old = ports.get(stopped);
        restart(stopped, true);
        old.halt(); // of an earlier life: nothing to it any more
        propose(leader, 21, 30);
        await(() -> appliers.get(stopped).applied.get() == 30);
        assertThat(appliers.get(stopped).outOfOrder.get()).isZero();
        assertThat(nodes.get(stopped).flushedIndex(0))
                .isGreaterThanOrEqualTo(appliers.get(stopped).last.get());
    }

    @Test
    void theLogStaysWithinItsShareOfTheHeapWhileAFollowerCatchesUp() throws Exception {
        int leader = awaitLeader();
        int behind = (leader + 1) % 3;
        byte[] quarter = new byte[(int) SEGMENT_BYTES / 4];
        int sent = 0;
        long most = 0;
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        try {
            var unused =
                    timer.scheduleWithFixedDelay(() -> nodes.get(leader).trimCache(0), 1, 1, TimeUnit.MILLISECONDS);
            nodes.get(behind).stop(0);
            while (sent < 800) {
                ports.get(leader).propose(++sent, quarter).get(10, TimeUnit.SECONDS);
            }
            restart(behind, true);
            while (appliers.get(behind).last.get() < appliers.get(leader).last.get() - 16) {
                List<CompletableFuture<Void>> proposed = new ArrayList<>();
                while (proposed.size() < 8) {
                    proposed.add(ports.get(leader).propose(++sent, quarter));
                }
                for (CompletableFuture<Void> entry : proposed) {
                    entry.get(10, TimeUnit.SECONDS);
                }
                most = Math.max(most, cachedSegments(leader));
            }
        } finally {
            timer.shutdownNow();
        }
        assertThat(sent).as("entries when the follower had caught up").isGreaterThan(900);
        assertThat(most).as("segments on the heap").isLessThan(30); // of hundreds
    }

    @Test
    void whoHasForgottenLeavesAndJoinsAndDoesNotVoteInBetween() throws Exception {
        int leader = awaitLeader();
        int wiped = (leader + 1) % 3;
        int other = (leader + 2) % 3;
        String name = "n" + (wiped + 1);
        propose(leader, 1, 10);
        nodes.get(wiped).stop(0);
        deleteAll(nodes.get(wiped).directory(0));
        assertThat(nodes.get(other).change(0, name, false, 5_000))
                .failsWithin(10, TimeUnit.SECONDS)
                .withThrowableThat()
                .withRootCauseInstanceOf(NodeFailure.class)
                .withMessageContaining("not the leader");
        nodes.get(leader).change(0, name, false, 10_000).get(20, TimeUnit.SECONDS);
        nodes.get(leader).change(0, name, false, 10_000).get(20, TimeUnit.SECONDS); // again: nothing to change
        restart(wiped, false);
        // Two of two have to agree now. With one of them gone there is no leader, for the third one has no vote.
        nodes.get(other).stop(0);
        await(() -> ports.get(leader).view().leader().isEmpty());
        assertThat(ports.get(wiped).view()).isEqualTo(RaftView.CLOSED);
        restart(other, true);
        int next = awaitLeader();
        nodes.get(next).change(0, name, true, 20_000).get(30, TimeUnit.SECONDS);
        propose(next, 11, 20);
        await(() -> appliers.get(wiped).applied.get() == 20);
        await(() -> ports.get(wiped).view().role() == RaftView.Role.FOLLOWER);
        assertThat(appliers.get(wiped).outOfOrder.get()).isZero();
        // And now its vote counts again.
        nodes.get(next == leader ? other : leader).stop(0);
        propose(next, 21, 30);
        await(() -> appliers.get(wiped).applied.get() == 30);
    }

    @Test
    void aGroupThatCannotStartReleasesItsFiles() throws Exception {
        int leader = awaitLeader();
        int broken = (leader + 1) % 3;
        propose(leader, 1, 10);
        nodes.get(broken).stop(0);
        Path group = nodes.get(broken).directory(0);
        Path vote = group.resolve("current").resolve("raft-meta");
        byte[] written = Files.readAllBytes(vote);
        try (Stream<Path> files = Files.list(group.resolve("current"))) {
            for (Path segment : files.filter(
                            file -> file.getFileName().toString().startsWith("log"))
                    .toList()) {
                Files.writeString(segment, "x".repeat(100));
            }
        }
        for (int i = 0; i < 2; i++) {
            RaftPort port = nodes.get(broken).newPort(0);
            assertThatThrownBy(() -> nodes.get(broken).start(0, port, new Applier(), notes, true))
                    .isInstanceOf(IOException.class);
            assertThat(port.view()).isEqualTo(RaftView.CLOSED);
        }
        deleteAll(group);
        Files.createDirectories(vote.getParent());
        Files.write(vote, written); // what it has voted is not forgotten: it may start with an empty log
        restart(broken, true);
        propose(leader, 11, 20);
        await(() -> appliers.get(broken).applied.get() == 20);
    }

    /** An append may reach a group in the middle of its start, which then fails: nothing of it may live on. */
    @Test
    void aGroupThatStartsWhileItsLeaderSendsIsThereOnce() throws Exception {
        int leader = awaitLeader();
        int follower = (leader + 1) % 3;
        for (int i = 1; i <= 8; i++) {
            nodes.get(follower).stop(0);
            propose(leader, i, i);
            await(() -> {
                try {
                    restart(follower, true);
                    return true;
                } catch (IOException e) {
                    return false;
                }
            });
            int wanted = i;
            await(() -> appliers.get(follower).applied.get() >= wanted);
            String name = "n" + (follower + 1) + "@";
            assertThat(Thread.getAllStackTraces().keySet().stream()
                            .map(Thread::getName)
                            .filter(thread -> thread.startsWith(name) && thread.contains("FollowerState")))
                    .hasSizeLessThanOrEqualTo(1);
        }
    }

    /** Ratis' thread that writes a log looks once a second whether the log is closed, if it has nothing to write. */
    @Test
    void aGroupStopsWithoutWaitingForTheThreadThatWritesItsLog() throws Exception {
        int leader = awaitLeader();
        int follower = (leader + 1) % 3;
        long fastestMs = Long.MAX_VALUE;
        for (int i = 1; i <= 5; i++) {
            propose(leader, i, i);
            int wanted = i;
            await(() -> appliers.get(follower).applied.get() >= wanted); // it has just written
            long begin = System.nanoTime();
            nodes.get(follower).stop(0);
            fastestMs = Math.min(fastestMs, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
            restart(follower, true);
        }
        assertThat(fastestMs).isLessThan(500);
    }

    @Test
    void aLeaderStepsDown() throws Exception {
        int leader = awaitLeader();
        nodes.get(leader).stepDown(0, 10_000).get(20, TimeUnit.SECONDS);
        assertThat(ports.get(leader).view().leaderReady()).isFalse();
        propose(awaitLeader(), 1, 1);
    }

    private void restart(int node, boolean isMember) throws IOException {
        RaftPort port = nodes.get(node).newPort(0);
        Applier applier = new Applier();
        nodes.get(node).start(0, port, applier, notes, isMember);
        ports.set(node, port);
        appliers.set(node, applier);
    }

    private void propose(int leader, int from, int to) throws Exception {
        for (int i = from; i <= to; i++) {
            ports.get(leader).propose(i, new byte[10]).get(10, TimeUnit.SECONDS);
        }
    }

    private long cachedSegments(int node) throws ReflectiveOperationException {
        Object cache = hidden(Objects.requireNonNull(nodes.get(node).log(0)), "getRaftLogCache");
        return (long) hidden(cache, "getCachedSegmentNum");
    }

    private static Object hidden(Object target, String method) throws ReflectiveOperationException {
        Method found = target.getClass().getDeclaredMethod(method);
        found.setAccessible(true);
        return found.invoke(target);
    }

    private static void deleteAll(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private int awaitLeader() {
        int[] leader = {-1};
        await(() -> {
            for (int i = 0; i < nodes.size(); i++) {
                if (ports.get(i).view().leaderReady()) {
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
        RaftPort port = ports.get(leader);
        Applier applier = appliers.get(leader);
        for (int i = 1; i <= 60; i++) {
            port.propose(i, new byte[16 << 10]).get(10, TimeUnit.SECONDS);
        }
        assertThat(firstIndex(leader)).isZero();
        applier.checkpoint = new RaftPoint(applier.term, 20);
        applier.holdsPurging = true;
        port.checkpointed().get(10, TimeUnit.SECONDS);
        assertThat(firstIndex(leader)).isZero();
        assertThat(notes.firstIndexes).isEmpty();
        applier.holdsPurging = false;
        notes.look = () -> firstIndex(leader);
        port.checkpointed().get(10, TimeUnit.SECONDS);
        await(() -> firstIndex(leader) > 10);
        assertThat(notes.firstIndexes)
                .as("what the log began with when it was said that it will be purged")
                .containsExactly(0L);
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

    @Test
    void aReplicaThatWasStartedAnewPurgesBelowTheCheckpointThatItBeganWith() throws Exception {
        int leader = awaitLeader();
        int follower = (leader + 1) % 3;
        for (int i = 1; i <= 60; i++) {
            ports.get(leader).propose(i, new byte[16 << 10]).get(10, TimeUnit.SECONDS);
        }
        await(() -> appliers.get(follower).applied.get() == 60);
        Applier before = appliers.get(follower);
        nodes.get(follower).stop(0);
        restart(follower, new RaftPoint(before.term, before.last.get()));
        propose(leader, 61, 61); // something that the checkpoint does not hold
        await(() -> appliers.get(follower).applied.get() == 1);
        ports.get(follower).checkpointed().get(10, TimeUnit.SECONDS);
        await(() -> closedSegmentBytes(follower) <= 3 * SEGMENT_BYTES);
        propose(leader, 62, 62);
        await(() -> appliers.get(follower).applied.get() == 2);
        assertThat(appliers.get(follower).outOfOrder.get()).isZero();
    }

    private void restart(int node, RaftPoint checkpoint) throws IOException {
        RaftPort port = nodes.get(node).newPort(0);
        Applier applier = new Applier();
        applier.checkpoint = checkpoint;
        applier.last.set(checkpoint.index());
        nodes.get(node).start(0, port, applier, notes, true);
        ports.set(node, port);
        appliers.set(node, applier);
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
    /** Looks at the log when it is about to be purged. */
    private static final class Notes implements LogCut {
        final List<Long> firstIndexes = new CopyOnWriteArrayList<>();
        volatile @Nullable LongSupplier look;

        @Override
        public void cutting(long lastKept) {}

        @Override
        public void purging() {
            LongSupplier now = look;
            if (now != null) {
                firstIndexes.add(now.getAsLong());
            }
        }
    }

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
        public CompletableFuture<@Nullable RaftPoint> installCopy(
                String leader, long firstAvailable, LongConsumer beforeChange) {
            assertThat(firstAvailable)
                    .as("entries are missing, and there are no copies here")
                    .isZero();
            return CompletableFuture.<@Nullable RaftPoint>completedFuture(null);
        }

        @Override
        public void continued() {}

        @Override
        public void logFailed(Throwable cause) {}

        @Override
        public void logOvertaken(String how) {}

        @Override
        public void logUnreadable(Throwable cause) {}

        @Override
        public void closed() {}
    }
}
