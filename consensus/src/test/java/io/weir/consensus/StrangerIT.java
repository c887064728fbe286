package io.weir.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.client.CallOptions;
import io.weir.client.ClientConfig;
import io.weir.client.EventStore;
import io.weir.client.EventStoreException.Unavailable;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.ReadLevel;
import io.weir.client.ReadRequest;
import io.weir.client.Transaction;
import io.weir.client.Weir;
import io.weir.consensus.local.Ports;
import io.weir.protocol.NodeStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The address of a stopped node is taken by a node of another cluster, which would do whatever it is asked. */
@Timeout(180)
class StrangerIT {
    private static final String OURS = "test-cluster";
    private static final String THEIRS = "other-cluster";
    /** Those that can only fail take so long. */
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    @TempDir
    Path directory;

    @Test
    void aClientAndItsClusterGoOnWithoutTheStranger() {
        try (TestCluster cluster = TestCluster.start(directory.resolve("ours"), 2);
                EventStore store = cluster.connect()) {
            List<String> streams = List.of(TestCluster.streamIn(store, 0, "s"), TestCluster.streamIn(store, 1, "s"));
            streams.forEach(stream -> append(store, stream, "ours"));
            String stopped = cluster.awaitLeader(0);
            cluster.stop(stopped);
            MemberConfig place = cluster.members().stream()
                    .filter(member -> member.id().equals(stopped))
                    .findFirst()
                    .orElseThrow();
            try (WeirNode stranger = lone(THEIRS, "theirs", place)) {
                streams.forEach(stream -> append(stranger.store(), stream, "theirs"));
                for (int i = 0; i < 10; i++) {
                    streams.forEach(stream -> append(store, stream, "ours"));
                    commit(store, streams);
                    for (String stream : streams) {
                        assertThat(texts(store, stream, ReadLevel.linearizable()))
                                .containsOnly("ours");
                        assertThat(texts(store, stream, ReadLevel.stale())).containsOnly("ours");
                    }
                    assertThat(store.cluster().join().getClusterId()).isEqualTo(OURS);
                }
                assertThatThrownBy(() -> store.status()
                                .get(cluster.members().indexOf(place))
                                .join())
                        .hasCauseInstanceOf(Unavailable.class)
                        .hasMessageContainingAll(String.valueOf(place.clientAddress()), OURS, THEIRS);
                for (WeirNode node : cluster.nodes()) {
                    streams.forEach(stream -> append(node.store(), stream, "ours"));
                }
                assertUntouched(stranger, streams);
            }
            cluster.start(stopped);
            cluster.awaitReady();
            for (CompletableFuture<NodeStatus> status : store.status()) {
                assertThat(status.join().getClusterId()).isEqualTo(OURS);
            }
            for (String stream : streams) {
                append(store, stream, "ours");
                assertThat(texts(store, stream, ReadLevel.linearizable())).hasSize(24);
            }
            cluster.assertEqualDigests();
        }
    }

    @Test
    void ifOnlyStrangersAreLeftTheCallerIsToldWhoTheyAre() {
        MemberConfig place = places(1).get(0);
        String address = String.valueOf(place.clientAddress());
        ClientConfig config = ClientConfig.DEFAULT.withTimeout(TIMEOUT);
        try (EventStore store = connected(place, config)) {
            String stream = TestCluster.streamIn(store, 0, "s");
            List<String> streams = List.of(stream, TestCluster.streamIn(store, 1, "s"));
            try (WeirNode stranger = lone(THEIRS, "theirs", place)) {
                streams.forEach(name -> append(stranger.store(), name, "theirs"));
                List<Runnable> calls = List.of(
                        () -> append(store, stream, "ours"),
                        () -> commit(store, streams),
                        () -> texts(store, stream, ReadLevel.linearizable()),
                        () -> texts(store, stream, ReadLevel.stale()),
                        () -> store.info(stream).join(),
                        () -> store.streams("").iterator().hasNext(),
                        () -> store.cluster().join(),
                        () -> store.status().get(0).join());
                ExecutorService threads = Executors.newFixedThreadPool(calls.size());
                List<? extends Future<?>> failing =
                        calls.stream().map(call -> threads.submit(call)).toList();
                threads.shutdown();
                for (Future<?> call : failing) {
                    assertThatThrownBy(call::get)
                            .cause()
                            .satisfiesAnyOf(
                                    e -> assertThat(e).isInstanceOf(Unavailable.class),
                                    e -> assertThat(e).hasCauseInstanceOf(Unavailable.class))
                            .hasMessageContainingAll(address, OURS, THEIRS, "correct the address");
                }
                assertUntouched(stranger, streams);
            }
            try (WeirNode back = lone(OURS, "ours", place)) {
                append(store, stream, "ours", CallOptions.within(Duration.ofSeconds(20)));
                assertThat(texts(back.store(), stream, ReadLevel.linearizable()))
                        .containsExactly("ours");
            }
        }
    }

    /** Connects to a cluster of one that is stopped then. */
    private EventStore connected(MemberConfig place, ClientConfig config) {
        try (WeirNode node = lone(OURS, "ours", place)) {
            node.awaitReady(TestCluster.READY);
            return Weir.connect("weir://" + place.clientAddress(), config);
        }
    }

    @Test
    void ofAddressesOfTwoClustersThoseOfOneAreUsed() {
        List<MemberConfig> places = places(2);
        MemberConfig first = places.get(0);
        MemberConfig second = places.get(1);
        try (WeirNode ours = lone(OURS, "ours", first);
                WeirNode theirs = lone(THEIRS, "theirs", second);
                EventStore store = Weir.connect("weir://" + first.clientAddress() + ',' + second.clientAddress())) {
            WeirNode chosen = store.cluster().join().getClusterId().equals(OURS) ? ours : theirs;
            WeirNode other = chosen == ours ? theirs : ours;
            other.awaitReady(TestCluster.READY);
            List<String> streams = List.of(TestCluster.streamIn(store, 0, "s"), TestCluster.streamIn(store, 1, "s"));
            for (int i = 0; i < 5; i++) {
                streams.forEach(stream -> append(store, stream, "mine"));
            }
            assertThat(store.status()).hasSize(1);
            for (String stream : streams) {
                assertThat(texts(chosen.store(), stream, ReadLevel.linearizable()))
                        .hasSize(5);
                assertThat(texts(other.store(), stream, ReadLevel.linearizable()))
                        .isEmpty();
            }
        }
    }

    private static List<MemberConfig> places(int count) {
        List<Integer> ports = Ports.free(2 * count);
        return IntStream.range(0, count)
                .mapToObj(i ->
                        new MemberConfig("n1", "127.0.0.1:" + ports.get(2 * i), "127.0.0.1:" + ports.get(2 * i + 1)))
                .toList();
    }

    private WeirNode lone(String cluster, String name, MemberConfig place) {
        return WeirNode.start(new NodeConfig(cluster, place.id(), List.of(place), 2, directory.resolve(name)));
    }

    private static void append(EventStore store, String stream, String text) {
        append(store, stream, text, CallOptions.DEFAULT);
    }

    private static void append(EventStore store, String stream, String text, CallOptions options) {
        store.append(stream, Expected.any(), List.of(NewEvent.json("t", '"' + text + '"')), options)
                .join()
                .orThrow();
    }

    /** Over both partitions: nodes ask each other. */
    private static void commit(EventStore store, List<String> streams) {
        Transaction.Builder transaction = Transaction.builder();
        for (String stream : streams) {
            transaction.append(stream, Expected.any(), NewEvent.json("t", "\"ours\""));
        }
        store.commit(transaction.build()).join().orThrow();
    }

    private static List<String> texts(EventStore store, String stream, ReadLevel level) {
        List<String> texts = new ArrayList<>();
        store.read(ReadRequest.stream(stream).at(level))
                .forEach(event -> texts.add(event.text().replace("\"", "")));
        return texts;
    }

    private static void assertUntouched(WeirNode stranger, List<String> streams) {
        for (String stream : streams) {
            assertThat(texts(stranger.store(), stream, ReadLevel.linearizable()))
                    .containsExactly("theirs");
        }
        assertThat(StreamSupport.stream(stranger.store().streams("").spliterator(), false))
                .hasSize(streams.size());
    }
}
