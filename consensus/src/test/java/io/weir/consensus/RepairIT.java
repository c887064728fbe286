package io.weir.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.client.CallOptions;
import io.weir.client.EventStore;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.ReadRequest;
import io.weir.consensus.partition.FaultyStore;
import io.weir.consensus.partition.Partition;
import io.weir.consensus.repair.Replica;
import io.weir.consensus.repair.ReplicaState;
import io.weir.logstore.StoreException;
import io.weir.protocol.PartitionStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes of which some come back with files that are not what they wrote. */
class RepairIT {
    private static final int STREAMS = 12;

    @TempDir
    Path directory;

    @Test
    void aReplicaWithAShortenedLogRejoinsWhileTheOtherPartitionsServe() throws Exception {
        try (TestCluster cluster = TestCluster.start(directory, 3);
                EventStore store = cluster.connect()) {
            append(store, 0, 60);
            cluster.assertEqualDigests();
            cluster.stop("n2");
            shorten(log(cluster, "n2", 1));
            WeirNode node = cluster.start("n2");
            TestCluster.await(
                    "the other partitions to serve",
                    () -> node.status().getPartitions(0).getReady()
                            && node.status().getPartitions(2).getReady());
            append(store, 60, 80);
            awaitRepaired(cluster, node, "Raft log of partition 1", "were flushed");
            append(store, 80, 100);
            assertAll(store, 100);
            cluster.assertEqualDigests();
            // It is a member again: with one of the others gone there is still a majority.
            cluster.stop("n3");
            append(store, 100, 110);
            assertAll(store, 110);
        }
    }

    /** Ratis leaves such a replica a candidate that never asks for votes again, and refuses its own to those that it outranks. */
    @Test
    void aReplicaThatCouldNotWriteItsVoteStandsForElectionAgain() throws Exception {
        try (TestCluster cluster = TestCluster.start(directory, 1);
                EventStore store = cluster.connect()) {
            append(store, 0, 20);
            TestCluster.await(
                    "n1 to lead, as preferred", () -> cluster.awaitLeader(0).equals("n1"));
            cluster.assertEqualDigests();
            cluster.stop("n2");
            cluster.stop("n3");
            WeirNode preferred = cluster.node("n1");
            TestCluster.await("n1 to lead no more", () -> !role(preferred).equals("LEADER"));
            long term = partition(preferred).getTerm();
            Path inTheWay = Files.createDirectory(group(cluster, "n1", 0).resolve("current/raft-meta.tmp"));
            cluster.start("n2");
            cluster.start("n3");
            TestCluster.await(
                    "n1 to vote for itself",
                    () -> partition(preferred).getTerm() > term
                            && role(preferred).equals("CANDIDATE"));
            Files.delete(inTheWay);
            append(store, 20, 40);
            assertAll(store, 40);
            cluster.assertEqualDigests();
        }
    }

    private static PartitionStatus partition(WeirNode node) {
        return node.status().getPartitions(0);
    }

    private static String role(WeirNode node) {
        return partition(node).getRole();
    }

    @Test
    void aNodeWithAnEmptiedDirectoryIsToldWhoItWasAndJoinsAnew() throws Exception {
        try (TestCluster cluster = TestCluster.ofThree(directory, 2)) {
            cluster.start("n1");
            WeirNode first = cluster.start("n2");
            TestCluster.await(
                    "n2 to say whom it waits for",
                    () -> first.status()
                            .getPartitions(1)
                            .getReason()
                            .contains("waiting to hear from all other members, still from [n3]"));
            assertThat(first.status().getPartitions(1).getState()).isEqualTo("STARTING");
            cluster.start("n3");
            cluster.awaitReady();
            try (EventStore store = cluster.connect()) {
                append(store, 0, 30);
                cluster.assertEqualDigests();
                cluster.stop("n3");
                deleteAll(cluster.directory("n3"));
                WeirNode wiped = cluster.start("n3");
                wiped.awaitReady(TestCluster.READY);
                append(store, 30, 40);
                assertAll(store, 40);
                cluster.assertEqualDigests();
                TestCluster.await(
                        "n3 to be settled", () -> incarnations(cluster, "n3").contains("settled=true"));
                TestCluster.await(
                        "the others to know it",
                        () -> incarnations(cluster, "n1").contains("n3=2-")
                                && incarnations(cluster, "n2").contains("n3=2-"));
                cluster.stop("n3");
                cluster.start("n3").awaitReady(TestCluster.READY); // known by now: it asks nobody
                cluster.stop("n1");
                append(store, 40, 50);
                assertAll(store, 50);
            }
        }
    }

    private static String incarnations(TestCluster cluster, String node) {
        try {
            return Files.readString(cluster.directory(node).resolve("weir.incarnations"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Logs that were purged: neither a store nor a log can be had again without a copy. */
    private static final StorageLimits PURGING = new StorageLimits(1 << 20, 20, Duration.ofSeconds(1), 0, 16 << 10);

    @Test
    void aDamagedStoreAndALostLogOnDifferentNodesBothComeBackByCopies() throws Exception {
        try (TestCluster cluster = TestCluster.start(directory, 1, PURGING);
                EventStore store = cluster.connect()) {
            append(store, 0, 400);
            cluster.assertEqualDigests();
            TestCluster.await("purged logs", () -> cluster.ids().stream().allMatch(id -> isPurged(cluster, id)));
            cluster.stopAll();
            damageStore(cluster, "n1");
            deleteAll(group(cluster, "n2", 0));
            cluster.members().forEach(member -> cluster.start(member.id()));
            awaitRepaired(cluster, cluster.node("n1"), "store of partition 0", "checkpoint");
            awaitRepaired(cluster, cluster.node("n2"), "Raft log of partition 0", "is missing");
            cluster.assertEqualDigests();

            cluster.stop("n3");
            deleteAll(cluster.directory("n3"));
            cluster.start("n3").awaitReady(TestCluster.READY);
            append(store, 400, 420);
            assertAll(store, 420);
            cluster.assertEqualDigests();
        }
    }

    private static boolean isPurged(TestCluster cluster, String node) {
        try (Stream<Path> files = Files.list(group(cluster, node, 0).resolve("current"))) {
            return files.noneMatch(file -> file.getFileName().toString().startsWith("log_0-"));
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void aReplicaThatFailsWhileItRunsIsReopenedAndThenReplaced() throws Exception {
        try (TestCluster cluster = TestCluster.start(directory, 2);
                EventStore store = cluster.connect()) {
            append(store, 0, 20);
            WeirNode node = cluster.node("n2");
            Replica replica = node.replica(0);

            fail(replica, partition -> partition.logFailed(new IOException("No space left on device")));
            append(store, 20, 30);
            fail(replica, Partition::closed);
            append(store, 30, 40);
            assertThat(node.status().getQuarantinedList()).isEmpty(); // so far it was enough to open it again
            fail(replica, partition -> partition.logFailed(new IOException("Input/output error")));
            append(store, 40, 50);
            awaitRepaired(cluster, node, "Raft log of partition 0", "Input/output error");
            fail(replica, partition -> partition.storeDamaged("a page is not what it was"));
            append(store, 50, 60);
            assertAll(store, 60);
            cluster.assertEqualDigests();
            assertThat(node.status().getPartitions(1).getState()).isEqualTo("RUNNING");
        }
    }

    /** A copy would need even more space; and what could not be synced once is not synced again, but opened anew. */
    @Test
    void aStoreThatFindsNoSpaceIsOpenedAgainHoweverOftenAndNeverReplaced() throws Exception {
        Queue<StoreException> failures = new ConcurrentLinkedQueue<>(List.of(
                new StoreException.Full("no space for a checkpoint", new IllegalStateException()),
                new StoreException.Failed(
                        "cannot sync: No space left on device", new IOException("No space left on device")),
                new StoreException.Failed(
                        "cannot sync: No space left on device", new IOException("No space left on device")),
                new StoreException.Full("no space for a checkpoint", new IllegalStateException())));
        Queue<StoreException> thrown = new ConcurrentLinkedQueue<>();
        StoreOpener withoutSpace = (path, identity) -> {
            FaultyStore store = new FaultyStore(WeirNode.defaultStore(path, identity));
            StoreException failure = failures.poll();
            if (failure != null) {
                store.failCheckpoints(() -> {
                    thrown.add(failure);
                    return failure;
                });
            }
            return store;
        };
        try (TestCluster cluster = TestCluster.start(
                        directory, 1, node -> node.equals("n2") ? withoutSpace : WeirNode::defaultStore, PURGING);
                EventStore store = cluster.connect()) {
            int[] appended = {0};
            TestCluster.await("all failures", () -> {
                append(store, appended[0], appended[0] += 10);
                return thrown.size() >= 4;
            });
            assertThat(thrown).as("each in a store of its own").doesNotHaveDuplicates();
            append(store, appended[0], appended[0] += 10);
            cluster.awaitReady();
            cluster.assertEqualDigests();
            assertAll(store, appended[0]);
            assertThat(cluster.node("n2").status().getQuarantinedList()).isEmpty();
        }
    }

    private static void fail(Replica replica, Consumer<Partition> failure) {
        Partition failing = Objects.requireNonNull(replica.partition());
        failure.accept(failing);
        TestCluster.await(
                "another life of the replica",
                () -> replica.state() == ReplicaState.RUNNING
                        && replica.partition() != failing
                        && replica.unreadyReason() == null);
    }

    @Test
    void aStoreThatIsDamagedBehindItsCheckpointIsFoundAndReplaced() throws Exception {
        try (TestCluster cluster = TestCluster.start(directory, 1);
                EventStore store = cluster.connect()) {
            append(store, 0, 60);
            cluster.assertEqualDigests();
            cluster.stop("n3");
            zeroPage(cluster, "n3");
            awaitRepaired(cluster, cluster.start("n3"), "store of partition 0", "data.mdb");
            append(store, 60, 70);
            cluster.assertEqualDigests();

            // All is gone but the note that there was a replica: it is no new member.
            cluster.stop("n2");
            deleteAll(cluster.directory("n2").resolve("raft"));
            deleteAll(cluster.directory("n2").resolve("raft-guard"));
            deleteAll(cluster.directory("n2").resolve("store-0"));
            WeirNode lost = cluster.start("n2");
            assertThat(lost.replica(0).reason()).contains("all files of the replica are gone");
            lost.awaitReady(TestCluster.READY);
            assertAll(store, 70);
            cluster.assertEqualDigests();
        }
    }

    /** Of those that are in use: LMDB would end the JVM over it. */
    private static void zeroPage(TestCluster cluster, String node) throws IOException {
        Path file;
        try (Stream<Path> files = Files.walk(cluster.directory(node).resolve("store-0"))) {
            file = files.filter(found -> found.getFileName().toString().equals("data.mdb"))
                    .findFirst()
                    .orElseThrow();
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (long page = 2; page < channel.size() / 4096; page++) {
                channel.write(ByteBuffer.allocate(4096), page * 4096);
            }
        }
    }

    @Test
    void aRejoinThatIsInterruptedBeginsAgain() throws Exception {
        try (TestCluster cluster = TestCluster.start(directory, 1);
                EventStore store = cluster.connect()) {
            append(store, 0, 30);
            cluster.assertEqualDigests();
            cluster.stop("n2");
            shorten(log(cluster, "n2", 0));
            cluster.refused().add("leave");
            WeirNode recorded = cluster.start("n2");
            TestCluster.await(
                    "n2 to wait",
                    () -> recorded.status().getPartitions(0).getReason().contains("leave does not come through"));
            cluster.stop("n2");
            cluster.refused().clear();
            cluster.refused().add("join");
            for (int i = 0; i < 2; i++) { // it has left, and its half-filled group is thrown away again
                WeirNode left = cluster.start("n2");
                TestCluster.await(
                        "n2 to have left",
                        () -> left.status().getPartitions(0).getReason().contains("join does not come through"));
                assertThat(left.status().getPartitions(0).getRole()).isEqualTo("CLOSED"); // no vote
                append(store, 30 + 5 * i, 35 + 5 * i);
                cluster.stop("n2");
            }
            cluster.refused().clear();
            awaitRepaired(cluster, cluster.start("n2"), "Raft log of partition 0", "were flushed");
            append(store, 40, 50);
            assertAll(store, 50);
            cluster.assertEqualDigests();
        }
    }

    /** It is the preferred leader, and is handed the lead as soon as it is a member: then nobody else can take it in. */
    @Test
    void aReplicaThatIsNotToldThatItHasJoinedKnowsWhenItLeads() throws Exception {
        try (TestCluster cluster = TestCluster.start(directory, 1);
                EventStore store = cluster.connect()) {
            append(store, 0, 30);
            cluster.assertEqualDigests();
            cluster.stop("n1");
            shorten(log(cluster, "n1", 0));
            cluster.refused().add("answer to join");
            awaitRepaired(cluster, cluster.start("n1"), "Raft log of partition 0", "were flushed");
            append(store, 30, 40);
            assertAll(store, 40);
            cluster.assertEqualDigests();
        }
    }

    @Test
    void twoShortenedLogsServeNothingAndSayWhy() throws Exception {
        try (TestCluster cluster = TestCluster.start(directory, 1)) {
            try (EventStore store = cluster.connect()) {
                append(store, 0, 20);
            }
            cluster.assertEqualDigests();
            cluster.stopAll();
            shorten(log(cluster, "n1", 0));
            shorten(log(cluster, "n2", 0));
            cluster.members().forEach(member -> cluster.start(member.id()));
            for (String id : List.of("n1", "n2")) {
                TestCluster.await(id + " to say what it waits for", () -> {
                    PartitionStatus status = cluster.node(id).status().getPartitions(0);
                    return status.getState().equals("WAITING")
                            && status.getReason().contains("were flushed");
                });
            }
            for (WeirNode node : cluster.nodes()) {
                assertThat(node.status().getReady()).isFalse();
                assertThat(node.status().getQuarantinedList()).isEmpty(); // the operator may still want the files
            }
        }
    }

    /** What a leader has kept for a follower that was away is read from the disk long after it was written. */
    @Test
    void aLeaderThatCannotReadItsLogMendsItAndTheFollowerThatWasAwayComesBack() throws Exception {
        StorageLimits keeping = new StorageLimits(1 << 20, 20, Duration.ofSeconds(1), 64 << 20, 16 << 10);
        try (TestCluster cluster = TestCluster.start(directory, 1, keeping);
                EventStore store = cluster.connect()) {
            append(store, 0, 20);
            cluster.assertEqualDigests();
            String leader = cluster.awaitLeader(0);
            String away = leader.equals("n2") ? "n3" : "n2";
            cluster.stop(away);
            append(store, 20, 800);
            TestCluster.await(
                    "closed segments", () -> closedSegments(cluster, leader).size() > 4);
            for (Path segment : closedSegments(cluster, leader)) {
                byte[] bytes = Files.readAllBytes(segment);
                bytes[bytes.length / 2] ^= 1;
                Files.write(segment, bytes);
            }
            cluster.start(away);
            TestCluster.await(
                    "the leader to look at its log",
                    () -> cluster.node(leader).status().getQuarantinedCount() > 0);
            awaitRepaired(cluster, cluster.node(leader), "part of the Raft log of partition 0", "wrong checksum");
            cluster.awaitReady();
            append(store, 800, 810);
            assertAll(store, 810);
            cluster.assertEqualDigests();
            assertThat(cluster.node(away).status().getQuarantinedList()).isEmpty();
        }
    }

    private static List<Path> closedSegments(TestCluster cluster, String node) {
        try (Stream<Path> files = Files.list(group(cluster, node, 0).resolve("current"))) {
            return files.filter(file -> file.getFileName().toString().matches("log_\\d+-\\d+"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void awaitRepaired(TestCluster cluster, WeirNode node, String what, String reason) {
        node.awaitReady(TestCluster.READY);
        assertThat(node.status().getQuarantinedList()).anySatisfy(found -> {
            assertThat(found.getWhat()).isEqualTo(what);
            assertThat(found.getReason()).contains(reason);
            assertThat(Path.of(found.getPath())).isDirectory();
        });
        for (PartitionStatus status : node.status().getPartitionsList()) {
            assertThat(status.getState()).isEqualTo("RUNNING");
        }
        assertThat(cluster.nodes()).contains(node);
    }

    private static void append(EventStore store, int from, int to) {
        for (int i = from; i < to; i++) { // one after the other: an entry of the log each
            List<NewEvent> event = List.of(NewEvent.json("t", String.valueOf(i)));
            store.append("stream-" + i % STREAMS, Expected.any(), event, CallOptions.within(TestCluster.READY))
                    .join();
        }
    }

    private static void assertAll(EventStore store, int events) {
        List<String> seen = new ArrayList<>();
        for (int stream = 0; stream < STREAMS; stream++) {
            store.read(ReadRequest.stream("stream-" + stream).within(Duration.ofSeconds(20)))
                    .forEach(event -> seen.add(new String(event.payload(), java.nio.charset.StandardCharsets.UTF_8)));
        }
        assertThat(seen)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, events).mapToObj(String::valueOf).toList());
    }

    private static Path group(TestCluster cluster, String node, int partition) {
        return cluster.directory(node)
                .resolve("raft")
                .resolve(java.util
                        .UUID
                        .nameUUIDFromBytes(
                                ("weir/test-cluster/" + partition).getBytes(java.nio.charset.StandardCharsets.UTF_8))
                        .toString());
    }

    private static Path log(TestCluster cluster, String node, int partition) throws IOException {
        try (Stream<Path> files = Files.list(group(cluster, node, partition).resolve("current"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("log_inprogress"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Cuts half of what was written, at the end of an entry or in the middle of one. */
    private static void shorten(Path segment) throws IOException {
        try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() / 2);
        }
    }

    private static void damageStore(TestCluster cluster, String node) throws IOException {
        Path store = cluster.directory(node).resolve("store-0");
        try (Stream<Path> files = Files.walk(store)) {
            for (Path file : files.filter(
                            found -> found.getFileName().toString().equals("checkpoint"))
                    .toList()) {
                byte[] bytes = Files.readAllBytes(file);
                bytes[bytes.length / 2] ^= 1;
                Files.write(file, bytes);
            }
        }
    }

    private static void deleteAll(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
