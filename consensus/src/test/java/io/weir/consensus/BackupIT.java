package io.weir.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.client.EventStore;
import io.weir.client.EventStoreException.CannotOpen;
import io.weir.client.EventStoreException.StoreCorrupted;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.ReadLevel;
import io.weir.client.ReadRequest;
import io.weir.client.RecordedEvent;
import io.weir.client.RequestId;
import io.weir.client.RequestStatus;
import io.weir.client.Transaction;
import io.weir.client.TransactionResult;
import io.weir.client.VectorPosition;
import io.weir.consensus.backup.Backup;
import io.weir.consensus.backup.BackupWriter;
import io.weir.consensus.backup.ClusterSource;
import io.weir.consensus.backup.PartCheck;
import io.weir.consensus.guard.LogGuard;
import io.weir.protocol.PartitionStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cluster is saved while it is written to, and restored under another id: whole, mixed with others, and hurt. */
@Timeout(180)
class BackupIT {
    private static final int STREAMS = 8;
    private static final int PARTITIONS = 2;

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    /** Taken once, under load. */
    private static Backup backup;

    /** Of a transaction over both partitions that was committed before the backup began. */
    private static VectorPosition token = VectorPosition.START;

    /** How many events of each stream were acknowledged before the backup began, and sent before it had ended. */
    private static final Map<String, Integer> ACKNOWLEDGED = new HashMap<>();

    private static final Map<String, Integer> SENT = new HashMap<>();

    @BeforeAll
    static void saveUnderLoad() throws Exception {
        AtomicIntegerArray acknowledged = new AtomicIntegerArray(STREAMS);
        AtomicIntegerArray sent = new AtomicIntegerArray(STREAMS);
        AtomicBoolean enough = new AtomicBoolean();
        try (TestCluster cluster = TestCluster.start(shared.resolve("nodes"), PARTITIONS);
                EventStore store = cluster.connect()) {
            Thread load = new Thread(() -> {
                for (int n = 0; !enough.get(); n++) {
                    int stream = n % STREAMS;
                    append(store, "s" + stream, sent.getAndIncrement(stream));
                    acknowledged.incrementAndGet(stream);
                }
            });
            load.start();
            TestCluster.await("some events", () -> acknowledged.get(STREAMS - 1) >= 10);
            for (int i = 0; i < STREAMS; i++) {
                ACKNOWLEDGED.put("s" + i, acknowledged.get(i));
            }
            try (EventStore other = cluster.connect()) {
                token = commit(other); // in a session of its own: its answer is kept
            }
            List<String> progress = new ArrayList<>();
            try (ClusterSource source = new ClusterSource(store.cluster().join())) {
                backup = BackupWriter.create(
                        shared.resolve("backup"),
                        source,
                        (partition, rows, bytes) -> progress.add(partition + " " + rows));
            }
            for (int i = 0; i < STREAMS; i++) {
                SENT.put("s" + i, sent.get(i));
            }
            enough.set(true);
            load.join();
            assertThat(progress).isNotEmpty();
            try (ClusterSource source = new ClusterSource(store.cluster().join())) {
                assertThatThrownBy(() -> BackupWriter.create(shared.resolve("backup"), source, (p, r, b) -> {}))
                        .isInstanceOf(CannotOpen.class)
                        .hasMessageContaining("is not empty");
            }
        }
        assertThat(Backup.open(shared.resolve("backup")).manifest()).isEqualTo(backup.manifest());
        assertThat(backup.verify((p, r, b) -> {})).hasSize(PARTITIONS).allMatch(PartCheck::isSound);
    }

    /** To both partitions. */
    private static VectorPosition commit(EventStore store) {
        List<String> streams = new ArrayList<>();
        for (int i = 0; streams.size() < PARTITIONS; i++) {
            if (store.partitionOf("t" + i) == streams.size()) {
                streams.add("t" + i);
            }
        }
        Transaction.Builder transaction = Transaction.builder();
        streams.forEach(stream -> transaction.append(stream, Expected.any(), List.of(NewEvent.json("t", "0"))));
        TransactionResult.Committed committed =
                store.commit(transaction.build()).join().orThrow();
        streams.forEach(stream -> {
            ACKNOWLEDGED.put(stream, 1);
            SENT.put(stream, 1);
        });
        return committed.token();
    }

    /** The log begins anew, and the entries that a token from before names are far ahead. */
    private static void assertServesTokensFromBefore(WeirNode node) {
        EventStore store = node.store();
        for (VectorPosition.Prepared part : token.prepared()) {
            assertThat(part.index())
                    .as("else it would be served in any case")
                    .isGreaterThan(node.status().getPartitions(part.partition()).getAppliedIndex());
        }
        assertThat(store.settled(token).join().next()).hasSize(PARTITIONS);
        RequestId id = token.prepared().iterator().next().transaction();
        RequestStatus.Committed told =
                (RequestStatus.Committed) store.status(id).join();
        assertThat(told.token()).isEqualTo(token);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            ReadRequest request = ReadRequest.partition(partition)
                    .at(ReadLevel.atLeast(told.token()))
                    .within(Duration.ofSeconds(10));
            assertThat(store.read(request)).anyMatch(event -> event.stream().startsWith("t"));
        }
    }

    @AfterAll
    static void forget() {
        ACKNOWLEDGED.clear();
        SENT.clear();
        token = VectorPosition.START;
    }

    private static void append(EventStore store, String stream, int n) {
        store.append(stream, Expected.any(), List.of(NewEvent.json("t", String.valueOf(n))))
                .join()
                .orThrow();
    }

    private static int assertPrefix(EventStore store, String stream) {
        int n = 0;
        for (RecordedEvent event : store.read(ReadRequest.stream(stream).within(Duration.ofSeconds(20)))) {
            assertThat(event.text()).isEqualTo(String.valueOf(n));
            assertThat(event.revision()).isEqualTo(n);
            n++;
        }
        return n;
    }

    private TestCluster restored(String... nodes) {
        TestCluster cluster = TestCluster.ofThree(directory.resolve("restored"), PARTITIONS, "another");
        for (String node : nodes) {
            RestoredNode.write(backup, cluster.config(node), (p, r, b) -> {});
        }
        return cluster;
    }

    @Test
    void whatWasAcknowledgedIsThereAndTheClusterLives() throws Exception {
        try (TestCluster cluster = restored("n1", "n2", "n3")) {
            cluster.startAll();
            Map<String, Integer> counts = new HashMap<>();
            try (EventStore store = cluster.connect()) {
                ACKNOWLEDGED.forEach((stream, least) -> {
                    int found = assertPrefix(store, stream);
                    assertThat(found).as(stream).isBetween(least, SENT.get(stream));
                    counts.put(stream, found);
                });
                assertThat(counts.values().stream()
                                .mapToLong(Integer::longValue)
                                .sum())
                        .isEqualTo(backup.manifest().events());
                counts.forEach((stream, found) -> append(store, stream, found));
                cluster.assertEqualDigests();
                for (int partition = 0; partition < PARTITIONS; partition++) {
                    assertThat(firstOfLog(cluster, "n1", partition)).isEqualTo(1);
                }

                cluster.stop("n1"); // in order, and back
                counts.forEach((stream, found) -> append(store, stream, found + 1));
                cluster.start("n1").awaitReady(TestCluster.READY);

                cluster.stop("n2"); // its disk is lost: it takes over where the cluster began
                deleteAll(cluster.directory("n2"));
                cluster.start("n2").awaitReady(TestCluster.READY);
                TestCluster.await(
                        "n2 to be settled",
                        () -> incarnations(cluster, "n2")
                                .contains("settled=true\nrestored from="
                                        + backup.manifest().id() + "\n"));

                cluster.stop("n3"); // a store is gone: the log does not begin with the first entry
                deleteAll(cluster.directory("n3").resolve("store-1"));
                cluster.start("n3").awaitReady(TestCluster.READY);

                counts.forEach((stream, found) -> append(store, stream, found + 2));
                counts.forEach((stream, found) ->
                        assertThat(assertPrefix(store, stream)).isEqualTo(found + 3));
                cluster.assertEqualDigests();
            }
        }
    }

    private static long firstOfLog(TestCluster cluster, String node, int partition) throws IOException {
        Path current = LogGuard.of(cluster.directory(node), LogGuard.groupId("another", partition))
                .group()
                .resolve("current");
        try (Stream<Path> files = Files.list(current)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("log_"))
                    .mapToLong(name -> Long.parseLong(
                            name.replaceFirst("log_(inprogress_)?", "").replaceFirst("-.*", "")))
                    .min()
                    .orElseThrow();
        }
    }

    private static String incarnations(TestCluster cluster, String node) {
        try {
            return Files.readString(cluster.directory(node).resolve("weir.incarnations"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void emptyNodesDoNotTakePartUntilTheyAreRestored() throws Exception {
        try (TestCluster cluster = restored("n1")) {
            cluster.members().forEach(member -> cluster.start(member.id()));
            awaitReason(
                    cluster,
                    "n1",
                    "was restored from backup " + backup.manifest().id(),
                    "n3 was not restored");
            awaitReason(cluster, "n2", "was not restored", "n1 was restored from backup");
            awaitReason(cluster, "n3", "was not restored", "n1 was restored from backup");
            for (String node : List.of("n2", "n3")) {
                cluster.stop(node);
                deleteAll(cluster.directory(node));
                RestoredNode.write(backup, cluster.config(node), (p, r, b) -> {});
            }
            deleteAll(cluster.directory("n3").resolve("store-0")); // is missed: it joins with a copy
            cluster.start("n2");
            cluster.start("n3");
            cluster.awaitReady();
            // Nobody was taken for one that has lost its disk.
            for (WeirNode node : cluster.nodes()) {
                assertThat(node.status().getQuarantinedList()).isEmpty();
                assertThat(incarnations(cluster, node.config().nodeId())).startsWith("self=1-");
            }
            try (EventStore store = cluster.connect()) {
                ACKNOWLEDGED.forEach((stream, least) ->
                        assertThat(assertPrefix(store, stream)).isGreaterThanOrEqualTo(least));
            }
        }
    }

    private static void awaitReason(TestCluster cluster, String node, String... parts) {
        TestCluster.await(node + " to say what is wrong", () -> {
            PartitionStatus status = cluster.node(node).status().getPartitions(0);
            return status.getState().equals("STARTING")
                    && Stream.of(parts).allMatch(status.getReason()::contains)
                    && status.getReason().contains("weir backup restore");
        });
    }

    /**
     * Should a node with nothing ever start beside restored ones, it gets no vote of them, though it is the one that is to lead
     * partition 0: it has less of the log.
     */
    @Test
    void anEmptyReplicaIsNotElectedByARestoredOne() throws Exception {
        try (TestCluster cluster = restored("n2", "n3")) {
            pretendSettled(cluster, "n2");
            pretendSettled(cluster, "n3");
            Files.createDirectories(cluster.directory("n1"));
            Files.writeString(
                    cluster.directory("n1").resolve("weir.incarnations"),
                    "self=1-" + UUID.randomUUID() + "\nsettled=true\n");
            WeirNode empty = cluster.start("n1");
            cluster.start("n2");
            TestCluster.await("n1 to stand for election", () -> {
                String role = empty.status().getPartitions(0).getRole();
                return role.equals("CANDIDATE") || role.equals("LEADER");
            });
            cluster.start("n3");
            cluster.awaitReady(); // n1 has copies
            try (EventStore store = cluster.connect()) {
                ACKNOWLEDGED.forEach((stream, least) ->
                        assertThat(assertPrefix(store, stream)).isGreaterThanOrEqualTo(least));
                append(store, "s0", assertPrefix(store, "s0"));
            }
            cluster.assertEqualDigests();
        }
    }

    private static void pretendSettled(TestCluster cluster, String node) throws IOException {
        Path file = cluster.directory(node).resolve("weir.incarnations");
        Files.writeString(file, Files.readString(file).replace("settled=false", "settled=true"));
    }

    @Test
    void aRestoredNodeDoesNotGetIntoAClusterThatServes() throws Exception {
        try (TestCluster cluster = TestCluster.ofThree(directory, PARTITIONS, "serving")) {
            cluster.startAll();
            try (EventStore store = cluster.connect()) {
                append(store, "kept", 0);
                cluster.stop("n3");
                deleteAll(cluster.directory("n3"));
                RestoredNode.write(backup, cluster.config("n3"), (p, r, b) -> {});
                cluster.start("n3");
                awaitReason(cluster, "n3", "was restored from backup", "n1 was not", "empty this directory");
                append(store, "kept", 1);
                cluster.stop("n3");
                deleteAll(cluster.directory("n3"));
                cluster.start("n3").awaitReady(TestCluster.READY);
                assertThat(assertPrefix(store, "kept")).isEqualTo(2);
                cluster.assertEqualDigests();
            }
        }
    }

    @Test
    void anOnlyNodeIsRestoredAndSavedAndRefusesToForget() throws Exception {
        MemberConfig self = TestCluster.ofThree(directory, PARTITIONS).members().get(0);
        NodeConfig config = new NodeConfig("alone", "n1", List.of(self), PARTITIONS, directory.resolve("alone"));
        RestoredNode.write(backup, config, (p, r, b) -> {});
        // Whole, though it died before it could say so.
        Files.writeString(config.directory().resolve("weir.restoring"), "");
        for (int i = 0; i < 2; i++) {
            try (WeirNode node = WeirNode.start(config)) {
                node.awaitReady(TestCluster.READY);
                assertServesTokensFromBefore(node);
                assertThat(assertPrefix(node.store(), "s0")).isBetween(ACKNOWLEDGED.get("s0"), SENT.get("s0"));
                try (ClusterSource source =
                        new ClusterSource(node.store().cluster().join())) {
                    Backup second = BackupWriter.create(directory.resolve("second-" + i), source, (p, r, b) -> {});
                    assertThat(second.verify((p, r, b) -> {})).allMatch(PartCheck::isSound);
                    assertThat(second.manifest().events())
                            .isEqualTo(backup.manifest().events());
                    assertThat(second.manifest().clusterId()).isEqualTo("alone");
                }
            }
        }
        deleteAll(config.directory().resolve("raft"));
        assertThatThrownBy(() -> WeirNode.start(config))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("restore a backup");
    }

    @Test
    void onlyANewNodeOfAnotherClusterIsRestored() throws Exception {
        TestCluster same = TestCluster.ofThree(directory, PARTITIONS);
        assertThatThrownBy(() -> RestoredNode.write(backup, same.config("n1"), (p, r, b) -> {}))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("test-cluster")
                .hasMessageContaining("another id");
        TestCluster more = TestCluster.ofThree(directory, 3, "another");
        assertThatThrownBy(() -> RestoredNode.write(backup, more.config("n1"), (p, r, b) -> {}))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("partitions: 3");
        TestCluster fit = TestCluster.ofThree(directory, PARTITIONS, "another");
        Files.createDirectories(fit.directory("n1").resolve("store-0"));
        assertThatThrownBy(() -> RestoredNode.write(backup, fit.config("n1"), (p, r, b) -> {}))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("is not empty (store-0)");
        assertThat(directory.resolve("n2")).doesNotExist();
    }

    @Test
    void aRestorationThatWasNotFinishedIsRefused() throws Exception {
        Path damaged = directory.resolve("damaged");
        Files.createDirectories(damaged);
        try (Stream<Path> files = Files.list(backup.directory())) {
            for (Path file : files.toList()) {
                Files.copy(file, damaged.resolve(file.getFileName()));
            }
        }
        Path last = damaged.resolve("partition-1.copy");
        byte[] bytes = Files.readAllBytes(last);
        bytes[bytes.length - 1] ^= 1;
        Files.write(last, bytes);
        TestCluster cluster = TestCluster.ofThree(directory, PARTITIONS, "another");
        assertThatThrownBy(() -> RestoredNode.write(Backup.open(damaged), cluster.config("n1"), (p, r, b) -> {}))
                .isInstanceOf(StoreCorrupted.class)
                .hasMessageContaining("partition-1.copy");
        assertThatThrownBy(() -> cluster.start("n1"))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("not to the end")
                .hasMessageContaining("weir backup restore");
    }

    private static void deleteAll(Path root) {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
