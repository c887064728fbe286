package io.weir.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.client.EventStore;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.ReadRequest;
import io.weir.protocol.PartitionStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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

    @Test
    void aReplicaWhoseLogIsGoneRejoins() throws Exception {
        try (TestCluster cluster = TestCluster.start(directory, 1);
                EventStore store = cluster.connect()) {
            append(store, 0, 20);
            cluster.assertEqualDigests();
            cluster.stop("n1");
            deleteAll(group(cluster, "n1", 0));
            awaitRepaired(cluster, cluster.start("n1"), "Raft log of partition 0", "is missing");
            cluster.assertEqualDigests();
        }
    }

    @Test
    void aReplicaThatHasLostEverythingRejoins() throws Exception {
        try (TestCluster cluster = TestCluster.start(directory, 1);
                EventStore store = cluster.connect()) {
            append(store, 0, 40);
            cluster.assertEqualDigests();
            cluster.stop("n3");
            deleteAll(cluster.directory("n3").resolve("raft"));
            deleteAll(cluster.directory("n3").resolve("raft-guard"));
            deleteAll(cluster.directory("n3").resolve("store-0"));
            WeirNode node = cluster.start("n3");
            node.awaitReady(TestCluster.READY);
            append(store, 40, 60);
            assertAll(store, 60);
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

    @Test
    void aDamagedStoreAndADamagedLogOnDifferentNodesBothComeBack() throws Exception {
        try (TestCluster cluster = TestCluster.start(directory, 1)) {
            try (EventStore store = cluster.connect()) {
                append(store, 0, 40);
            }
            cluster.assertEqualDigests();
            cluster.stopAll();
            damageStore(cluster, "n1");
            shorten(log(cluster, "n2", 0));
            cluster.members().forEach(member -> cluster.start(member.id()));
            awaitRepaired(cluster, cluster.node("n1"), "store of partition 0", "");
            awaitRepaired(cluster, cluster.node("n2"), "Raft log of partition 0", "were flushed");
            try (EventStore store = cluster.connect()) {
                assertAll(store, 40);
                append(store, 40, 50);
                assertAll(store, 50);
            }
            cluster.assertEqualDigests();
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
            store.append("stream-" + i % STREAMS, Expected.any(), List.of(NewEvent.json("t", String.valueOf(i))))
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
