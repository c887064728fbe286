package io.weir.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.client.CallOptions;
import io.weir.client.EventStore;
import io.weir.client.EventStoreException;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.ReadRequest;
import io.weir.client.RecordedEvent;
import io.weir.consensus.partition.FaultyStore;
import io.weir.protocol.MarkStatus;
import io.weir.protocol.PartitionStatus;
import io.weir.protocol.Quarantined;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Replicas whose stores hold something else than was agreed on, in rows whose checksums fit: nothing but a comparison of all
 * replicas can tell.
 */
@Timeout(120)
class DivergenceIT {
    private static final StorageLimits LIMITS = StorageLimits.DEFAULT.withMarksEvery(Duration.ofMillis(100));

    @TempDir
    Path directory;

    private final Map<String, FaultyStore> stores = new ConcurrentHashMap<>();

    private TestCluster start() {
        return TestCluster.start(
                directory,
                1,
                node -> (path, identity) -> {
                    FaultyStore store = new FaultyStore(WeirNode.defaultStore(path, identity));
                    stores.put(node, store);
                    return store;
                },
                LIMITS);
    }

    private static void append(EventStore store, int events) {
        for (int i = 0; i < events; i++) {
            store.append("s", Expected.any(), List.of(NewEvent.json("t", "{\"x\":1}")))
                    .join()
                    .orThrow();
        }
    }

    private static int count(EventStore store) {
        int events = 0;
        for (RecordedEvent event : store.read(ReadRequest.stream("s"))) {
            assertThat(event.revision()).isEqualTo(events);
            events++;
        }
        return events;
    }

    private static PartitionStatus status(TestCluster cluster, String node) {
        return cluster.node(node).status().getPartitions(0);
    }

    private static MarkStatus mark(TestCluster cluster, String node) {
        return status(cluster, node).getMark();
    }

    /** Waits for a mark later than all before that everybody named agrees on. */
    private static void awaitAgreement(TestCluster cluster, List<String> nodes) {
        long before = nodes.stream()
                .mapToLong(node -> mark(cluster, node).getAgreedIndex())
                .max()
                .orElseThrow();
        TestCluster.await(
                "an agreement of " + nodes,
                () -> nodes.stream()
                        .map(node -> mark(cluster, node))
                        .allMatch(mark -> mark.getAgreedIndex() > before
                                && mark.getAgreed().equals(mark.getDigest())
                                && mark.getAgreedIndex() == mark.getIndex()));
    }

    private void corrupt(String node, int mask) {
        Objects.requireNonNull(stores.get(node)).corruptNextAppend(mask);
    }

    @Test
    void replicasThatAreEqualAgreeAndSayNothingMoreWhenNothingIsWritten() {
        try (TestCluster cluster = start();
                EventStore store = cluster.connect()) {
            append(store, 10);
            awaitAgreement(cluster, cluster.ids());
            MarkStatus last = mark(cluster, "n1");
            append(store, 1);
            TestCluster.await("a later mark", () -> mark(cluster, "n1").getAgreedIndex() > last.getAgreedIndex());
            cluster.assertEqualDigests();
        }
    }

    @Test
    void aFollowerThatHoldsSomethingElseStepsAsideAloneAndIsRebuilt() {
        try (TestCluster cluster = start();
                EventStore store = cluster.connect()) {
            append(store, 5);
            String leader = cluster.awaitLeader(0);
            List<String> healthy = new ArrayList<>(cluster.ids());
            String odd = healthy.stream()
                    .filter(id -> !id.equals(leader))
                    .findFirst()
                    .orElseThrow();
            healthy.remove(odd);
            corrupt(odd, 1);
            append(store, 5);
            awaitRepaired(cluster, odd);
            append(store, 5);
            awaitAgreement(cluster, cluster.ids());
            assertThat(count(store)).isEqualTo(15);
            assertUntouched(cluster, healthy);
            cluster.assertEqualDigests();
        }
    }

    /** Waits until the replica has stepped aside, has put its store into quarantine, and agrees with the others again. */
    private static void awaitRepaired(TestCluster cluster, String odd) {
        TestCluster.await(
                "the quarantine of " + odd, () -> !quarantined(cluster, odd).isEmpty());
        assertThat(quarantined(cluster, odd)).singleElement().satisfies(what -> {
            assertThat(what.getWhat()).isEqualTo("store of partition 0");
            assertThat(what.getReason()).contains("holds something else than a majority");
        });
        TestCluster.await("the repair of " + odd, () -> status(cluster, odd).getReady());
    }

    private static List<Quarantined> quarantined(TestCluster cluster, String node) {
        return cluster.node(node).status().getQuarantinedList();
    }

    private static void assertUntouched(TestCluster cluster, List<String> healthy) {
        for (String node : healthy) {
            assertThat(status(cluster, node).getReady()).as(node).isTrue();
            assertThat(quarantined(cluster, node)).as(node).isEmpty();
        }
    }

    @Test
    void aLeaderThatHoldsSomethingElseHandsOverAndItsFollowersStay() {
        try (TestCluster cluster = start();
                EventStore store = cluster.connect()) {
            append(store, 5);
            String odd = cluster.awaitLeader(0);
            List<String> healthy =
                    cluster.ids().stream().filter(id -> !id.equals(odd)).toList();
            corrupt(odd, 1);
            append(store, 5);
            awaitRepaired(cluster, odd);
            append(store, 5);
            awaitAgreement(cluster, cluster.ids());
            assertThat(count(store)).isEqualTo(15);
            assertUntouched(cluster, healthy);
            cluster.assertEqualDigests();
        }
    }

    @Test
    void threeThatAllHoldSomethingElseRefuseWritesAndAreReadUntilOneIsRebuilt() throws IOException {
        try (TestCluster cluster = start();
                EventStore store = cluster.connect()) {
            append(store, 5);
            // A replica that lags would have one of these five corrupted, be found alone, and be repaired.
            TestCluster.await(
                    "all five on all nodes",
                    () -> cluster.ids().stream()
                            .allMatch(id -> status(cluster, id).getNextPosition() == 5));
            corrupt("n1", 1);
            corrupt("n2", 2);
            append(store, 1);
            TestCluster.await(
                    "a dispute",
                    () -> cluster.ids().stream()
                            .allMatch(id -> mark(cluster, id).getDisputedIndex() > 0));
            cluster.ids()
                    .forEach(id ->
                            assertThat(status(cluster, id).getReason()).as(id).contains("no majority agrees"));
            assertThatThrownBy(() -> store.append(
                                    "s",
                                    Expected.any(),
                                    List.of(NewEvent.json("t", "{}")),
                                    CallOptions.within(Duration.ofSeconds(5)))
                            .join())
                    .hasCauseInstanceOf(EventStoreException.StoreCorrupted.class);
            assertThat(count(store)).isEqualTo(6);
            endByHand(cluster, "n3", List.of("n1", "n2"));
            append(store, 1);
            assertThat(count(store)).isEqualTo(7);
            cluster.assertEqualDigests();
        }
    }

    /** As "When replicas differ" in docs/operating.md has it. */
    private static void endByHand(TestCluster cluster, String right, List<String> others) throws IOException {
        others.forEach(cluster::stop);
        String first = others.get(0);
        Path current = cluster.directory(first).resolve("store-0").resolve("CURRENT");
        Files.move(current, current.resolveSibling("CURRENT.disputed"));
        cluster.start(first);
        awaitAgreement(cluster, List.of(first, right));
        for (String other : others.subList(1, others.size())) {
            cluster.start(other);
        }
        cluster.awaitReady();
    }
}
