package io.weir.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.client.EventStore;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.ReadRequest;
import io.weir.client.RecordedEvent;
import io.weir.consensus.guard.ForgedTail;
import io.weir.consensus.guard.LogGuard;
import io.weir.protocol.PartitionStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A replica that was away for longer than the others keep their log comes back by a copy. */
@Timeout(180)
class CopyIT {
    private static final int EVENT_BYTES = 20_000;
    private static final long SEGMENT_BYTES = 256 << 10;

    /** Checkpoints and purges all the time. */
    private static final StorageLimits EAGER =
            new StorageLimits(512 << 10, 1_000, Duration.ofSeconds(1), SEGMENT_BYTES, SEGMENT_BYTES);

    @TempDir
    Path directory;

    private static List<CompletableFuture<?>> append(EventStore store, int from, int to) {
        List<CompletableFuture<?>> appends = new ArrayList<>();
        for (int i = from; i < to; i++) {
            byte[] payload = new byte[EVENT_BYTES];
            payload[0] = (byte) i;
            appends.add(store.append(
                    "stream-" + i % 7, Expected.any(), List.of(NewEvent.of("test", "text/plain", payload))));
        }
        return appends;
    }

    private static void appendAll(EventStore store, int from, int to) {
        append(store, from, to).forEach(CompletableFuture::join);
    }

    private static int count(EventStore store) {
        int events = 0;
        for (int i = 0; i < 7; i++) {
            for (RecordedEvent event : store.read(
                    ReadRequest.stream("stream-" + i).forwards().from(0).limit(1_000_000))) {
                assertThat(event.payload()).hasSize(EVENT_BYTES);
                events++;
            }
        }
        return events;
    }

    private Path store(String node) {
        return directory.resolve(node).resolve("store-0");
    }

    private List<String> environments(String node) {
        try (Stream<Path> paths = Files.list(store(node))) {
            return paths.map(path -> path.getFileName().toString())
                    .filter(name -> name.startsWith("env-"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether some of a copy is there, and not yet all of it. */
    private boolean isReceiving(String node) {
        return environments(node).stream()
                .map(name -> store(node).resolve(name))
                .anyMatch(path -> Files.exists(path.resolve("unfinished"))
                        && path.resolve("data.mdb").toFile().length() > 2 << 20);
    }

    /** Index of the first entry in a node's log. */
    private long firstIndex(String node) {
        try (Stream<Path> paths = Files.walk(directory.resolve(node).resolve("raft"))) {
            return paths.map(path -> path.getFileName().toString())
                    .filter(name -> name.matches("log_(inprogress_)?\\d+(-\\d+)?"))
                    .mapToLong(name -> Long.parseLong(name.replaceAll("log_(inprogress_)?(\\d+).*", "$2")))
                    .min()
                    .orElse(Long.MAX_VALUE);
        } catch (IOException | UncheckedIOException e) {
            return firstIndex(node); // a file went away while it was being listed
        }
    }

    /** Stops a follower, and appends until no other node has the log that it would go on with; returns how many events. */
    private int leaveBehind(TestCluster cluster, EventStore store, String node, int from) {
        long applied = cluster.node(node).status().getPartitions(0).getAppliedIndex();
        cluster.stop(node);
        return appendUntilPurged(cluster, store, applied, from);
    }

    private int appendUntilPurged(TestCluster cluster, EventStore store, long applied, int from) {
        int next = from;
        while (cluster.nodes().stream()
                .anyMatch(other -> firstIndex(other.config().nodeId()) <= applied + 1)) {
            assertThat(next)
                    .as("events, and still the log has index %d", applied + 1)
                    .isLessThan(from + 4_000);
            appendAll(store, next, next + 50);
            next += 50;
        }
        return next;
    }

    private static String follower(TestCluster cluster) {
        String leader = cluster.awaitLeader(0);
        return cluster.ids().stream()
                .filter(id -> !id.equals(leader))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aFollowerThatWasAwayComesBackByACopyWhileAppendsGoOn() {
        try (TestCluster cluster = TestCluster.start(directory, 1, EAGER);
                EventStore store = cluster.connect()) {
            appendAll(store, 0, 20);
            cluster.assertEqualDigests();
            String behind = follower(cluster);
            List<String> before = environments(behind);
            int next = leaveBehind(cluster, store, behind, 20);

            AtomicBoolean done = new AtomicBoolean();
            AtomicInteger appended = new AtomicInteger(next);
            CompletableFuture<Void> appending = CompletableFuture.runAsync(() -> {
                while (!done.get()) {
                    int at = appended.get();
                    appendAll(store, at, at + 10);
                    appended.set(at + 10);
                }
            });
            cluster.start(behind);
            cluster.awaitReady();
            int whenReady = appended.get();
            TestCluster.await("appends to go on", () -> appended.get() > whenReady + 20);
            done.set(true);
            appending.join();

            cluster.assertEqualDigests();
            // What a copy has replaced is removed after the copy can be seen; and it may have been the second one.
            TestCluster.await("one environment", () -> environments(behind).size() == 1);
            assertThat(environments(behind)).isNotEqualTo(before);
            assertThat(count(store)).isEqualTo(appended.get());

            cluster.stop(behind);
            appendAll(store, appended.get(), appended.get() + 5);
            cluster.start(behind);
            cluster.awaitReady();
            cluster.assertEqualDigests();
            assertThat(count(store)).isEqualTo(appended.get() + 5);
        }
    }

    @Test
    void replicasAgreeOnWhatTheyHoldAlsoAfterACopy() {
        StorageLimits marking = EAGER.withMarksEvery(Duration.ofMillis(100));
        try (TestCluster cluster = TestCluster.start(directory, 1, marking);
                EventStore store = cluster.connect()) {
            appendAll(store, 0, 20);
            String behind = follower(cluster);
            int next = leaveBehind(cluster, store, behind, 20);
            cluster.start(behind);
            cluster.awaitReady();
            long copied = cluster.node(behind).status().getPartitions(0).getAppliedIndex();
            appendAll(store, next, next + 10);
            for (WeirNode node : cluster.nodes()) {
                TestCluster.await(
                        "an agreement on " + node.config().nodeId(),
                        () -> node.status().getPartitions(0).getMark().getAgreedIndex() > copied);
            }
            cluster.assertEqualDigests();
        }
    }

    /** Raft keeps what lies above a copy, and with it an entry that is another one than the copy's last. */
    @Test
    void aLogThatGoesOnOtherwiseThanTheCopyIsLeftBehind() throws IOException {
        try (TestCluster cluster = TestCluster.start(directory, 1, EAGER);
                EventStore store = cluster.connect()) {
            appendAll(store, 0, 20);
            cluster.assertEqualDigests();
            String away = follower(cluster);
            String leader = cluster.awaitLeader(0);
            long applied = cluster.node(away).status().getPartitions(0).getAppliedIndex();
            cluster.stop(away);
            cluster.stop(leader);
            cluster.start(leader); // from here on all is of a later term than the tail
            int events = appendUntilPurged(cluster, store, applied, 20);
            Path group = directory
                    .resolve(away)
                    .resolve("raft")
                    .resolve(LogGuard.groupId("test-cluster", 0).toString());
            ForgedTail.append(group, 10_000);

            cluster.start(away);
            Path superseded = directory.resolve(away).resolve("superseded").resolve("raft-0");
            TestCluster.await("the log to be left behind", () -> Files.isDirectory(superseded));
            appendAll(store, events, events + 20);
            cluster.assertEqualDigests();
            assertThat(count(store)).isEqualTo(events + 20);
            assertThat(cluster.node(away).status().getQuarantinedList()).isEmpty();
        }
    }

    /** A leader that dies leaves its log at the very entry with which the next one begins a segment. */
    @Test
    void aReplicaWhoseNextEntryIsTheFirstThatIsLeftNeedsNoCopy() {
        StorageLimits keepingNothing = new StorageLimits(512 << 10, 1_000, Duration.ofSeconds(1), 0, SEGMENT_BYTES);
        try (TestCluster cluster = TestCluster.start(directory, 1, keepingNothing);
                EventStore store = cluster.connect()) {
            appendAll(store, 0, 20);
            cluster.assertEqualDigests();
            String away = cluster.awaitLeader(0);
            List<String> before = environments(away);
            long applied = cluster.node(away).status().getPartitions(0).getAppliedIndex();
            cluster.stop(away);
            appendAll(store, 20, 22);
            String leader = cluster.awaitLeader(0);
            TestCluster.await("a log that begins right behind", () -> firstIndex(leader) == applied + 1);

            cluster.start(away);
            cluster.assertEqualDigests();
            assertThat(environments(away)).isEqualTo(before);
            assertThat(count(store)).isEqualTo(22);
        }
    }

    /** What a node reports to Ratis after a restart must not be below what Ratis believed when it started. */
    @Test
    void aNodeThatWasStartedAnewGoesOnPurgingItsLog() {
        try (TestCluster cluster = TestCluster.start(directory, 1, EAGER);
                EventStore store = cluster.connect()) {
            appendAll(store, 0, 100);
            cluster.assertEqualDigests();
            String again = follower(cluster);
            cluster.stop(again);
            cluster.start(again);
            cluster.awaitReady();
            long applied = cluster.node(again).status().getPartitions(0).getAppliedIndex();
            int next = 100;
            while (firstIndex(again) <= applied) {
                assertThat(next)
                        .as("events, and still the log has index %d", applied)
                        .isLessThan(4_000);
                appendAll(store, next, next + 50);
                next += 50;
            }
            appendAll(store, next, next + 10);
            cluster.awaitReady();
            cluster.assertEqualDigests();
        }
    }

    @Test
    void whoeverDiesInTheMiddleOfACopyTheReplicaComesBack() {
        StorageLimits slow = new StorageLimits(
                EAGER.checkpointBytes(),
                EAGER.checkpointEntries(),
                EAGER.checkpointAge(),
                EAGER.keptLogBytes(),
                EAGER.segmentBytes(),
                EAGER.markInterval(),
                4 << 20,
                EAGER.verifyInterval());
        try (TestCluster cluster = TestCluster.start(directory, 1, slow);
                EventStore store = cluster.connect()) {
            appendAll(store, 0, 20);
            cluster.assertEqualDigests();
            String behind = follower(cluster);
            int next = leaveBehind(cluster, store, behind, 20);
            next = Math.max(next, 600);
            appendAll(store, 20, next - 20); // some twice: they are more events

            cluster.start(behind);
            TestCluster.await("a copy on its way", () -> isReceiving(behind));
            cluster.stop(behind);

            cluster.start(behind);
            TestCluster.await("another copy", () -> isReceiving(behind));
            String sender = cluster.ids().stream()
                    .filter(id -> !id.equals(behind) && !id.equals(cluster.awaitLeader(0)))
                    .findFirst()
                    .orElseThrow();
            cluster.stop(sender);
            TestCluster.await("the replica to be ready", Duration.ofSeconds(60), () -> isReady(cluster, behind));
            int events = count(store);
            appendAll(store, 0, 10);
            cluster.start(sender);
            cluster.awaitReady();
            cluster.assertEqualDigests();
            assertThat(count(store)).isEqualTo(events + 10);
            TestCluster.await("one environment", () -> environments(behind).size() == 1);
        }
    }

    private static boolean isReady(TestCluster cluster, String node) {
        PartitionStatus status = cluster.node(node).status().getPartitions(0);
        return status.getReady() && status.getNextPosition() > 600;
    }
}
