package io.weir.client.internal;

import static io.weir.client.internal.Calls.append;
import static io.weir.client.internal.Calls.await;
import static io.weir.client.internal.Calls.event;
import static io.weir.client.internal.Calls.failure;
import static io.weir.client.internal.Calls.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.client.AppendResult;
import io.weir.client.CallOptions;
import io.weir.client.ClientConfig;
import io.weir.client.EventStoreException;
import io.weir.client.Expected;
import io.weir.client.StreamState;
import io.weir.client.Transaction;
import io.weir.client.TransactionResult;
import io.weir.client.VectorPosition;
import io.weir.client.Violation;
import io.weir.protocol.Error;
import io.weir.protocol.NodeStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which node a call goes to, what it brings back, and how it ends when no node will have it. */
class RoutingTest {
    private final FakeCluster cluster = new FakeCluster(3, 2, 1);
    private final RoutedEventStore store = cluster.store(ClientConfig.DEFAULT);
    private final String stream = FakeCluster.streamIn(store, 0, "s");

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void followsTheLeader() {
        for (int leader : new int[] {0, 2, 1, 0, 0, 2}) {
            cluster.change(() -> cluster.leaders[0] = leader);
            append(store, stream, "x").join();
        }
        cluster.change(() -> {
            cluster.leaders[0] = 1;
            cluster.giveHints = false;
        });
        append(store, stream, "x").join();
        assertThat(texts(store, stream)).hasSize(7);
    }

    @Test
    void goesOnWhenTheLeaderDies() {
        append(store, stream, "x").join();
        cluster.change(() -> cluster.down.add(0));
        CompletableFuture<AppendResult> waiting = append(store, stream, "y");
        await("it is tried elsewhere", () -> cluster.look(() -> cluster.received.size() > 2));
        cluster.change(() -> cluster.leaders[0] = 1);
        assertThat(waiting.join().orThrow().firstRevision()).isEqualTo(1);
    }

    @Test
    void resultsSayWhatHappened() {
        AppendResult.Appended appended = store.append(stream, Expected.noStream(), List.of(event("0"), event("1")))
                .join()
                .orThrow();
        assertThat(appended).isEqualTo(new AppendResult.Appended(0, 1, VectorPosition.of(0, 2)));
        assertThat(store.append(stream, Expected.revision(1), List.of()).join())
                .isEqualTo(new AppendResult.Appended(2, 1, VectorPosition.of(0, 2)));
        assertThat(store.append(stream, Expected.revision(7), List.of(event("2")))
                        .join())
                .isEqualTo(
                        new AppendResult.Rejected(new Violation(stream, Expected.revision(7), new StreamState.At(1))));
    }

    @Test
    void transactionsAreOneCommand() {
        Transaction.Builder builder = Transaction.builder()
                .append("{k}a", Expected.noStream(), event("1"), event("2"))
                .append("{k}b", Expected.any(), event("3"))
                .append("{k}a", Expected.revision(1), event("4"));
        TransactionResult.Committed committed =
                store.commit(builder.build()).join().orThrow();
        assertThat(committed.lastRevisions()).isEqualTo(Map.of("{k}a", 2L, "{k}b", 0L));
        assertThat(committed.token().nextIn(store.partitionOf("{k}a"))).isEqualTo(4);

        TransactionResult result = store.commit(Transaction.builder()
                        .require("{k}c", Expected.exists())
                        .append("{k}a", Expected.atMost(1), event("5"))
                        .append("{k}b", Expected.any(), event("6"))
                        .build())
                .join();
        assertThat(result)
                .isEqualTo(new TransactionResult.Rejected(List.of(
                        new Violation("{k}c", Expected.exists(), StreamState.Absent.INSTANCE),
                        new Violation("{k}a", Expected.atMost(1), new StreamState.At(2)))));
        assertThat(texts(store, "{k}b")).containsExactly("3");
    }

    @Test
    void oneSeedIsEnough() {
        FakeCluster half = new FakeCluster(3, 1, 1);
        half.change(() -> {
            half.down.add(0);
            half.hung.add(1);
            half.leaders[0] = 2;
        });
        try (RoutedEventStore other = half.store(ClientConfig.DEFAULT)) {
            append(other, "s", "x").join();
            assertThat(other.partitions()).isEqualTo(1);
        }
    }

    @Test
    void withoutAnySeedItSaysWhichItTriedAndLeavesNothing() {
        FakeCluster none = new FakeCluster(2, 1, 1);
        none.change(() -> none.down.addAll(List.of(0, 1)));
        long start = System.nanoTime();
        assertThatThrownBy(() -> none.store(ClientConfig.DEFAULT.withTimeout(Duration.ofMillis(300))))
                .isInstanceOf(EventStoreException.Unavailable.class)
                .hasMessageContainingAll("300 ms", "fake:0", "fake:1", "connection lost");
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofMillis(290), Duration.ofSeconds(3));
        assertThat(none.isClosed).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "INVALID_ARGUMENT, InvalidRequest",
        "TOO_LARGE, TooLarge",
        "UNAUTHORIZED, Unauthorized",
        "STORE_FULL, StoreFull",
        "STORE_CORRUPTED, StoreCorrupted",
        "INTERNAL, Internal",
        "THROTTLED, Throttled",
        "NOT_READY, Unavailable",
    })
    void nodeErrorsBecomeTheirExceptions(Error.Code code, String kind) {
        cluster.change(() -> cluster.refuseCommandsWith = code);
        EventStoreException failure = failure(
                append(store, stream, "x", CallOptions.within(Duration.ofMillis(300))), EventStoreException.class);
        assertThat(failure.getClass().getSimpleName()).isEqualTo(kind);
        assertThat(failure).hasMessageContainingAll(stream, "partition 0", "fake:");
        cluster.change(() -> cluster.refuseCommandsWith = Error.Code.UNSPECIFIED);
        append(store, stream, "y").join();
        assertThat(cluster.look(() -> cluster.received.get(cluster.received.size() - 1))
                        .getLowWaterMark())
                .isEqualTo(1);
    }

    @Test
    void aStoreHoldsOnlySoMuch() {
        FakeCluster slow = new FakeCluster(1, 1, 1);
        try (RoutedEventStore small = slow.store(ClientConfig.DEFAULT.withQueue(4, 10, 1_000))) {
            slow.change(() -> slow.leaders[0] = -1);
            List<CompletableFuture<AppendResult>> held = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                held.add(append(small, "s", "x"));
            }
            assertThat(held).noneMatch(CompletableFuture::isDone);
            assertThat(failure(append(small, "s", "x"), EventStoreException.Throttled.class))
                    .hasMessageContainingAll("10 commands", "limits are 10 and 1000");
            slow.change(() -> slow.leaders[0] = 0);
            await("there is room again", () -> !append(small, "s", "x").isCompletedExceptionally());
            assertThat(failure(append(small, "s", "x".repeat(2_000)), EventStoreException.Throttled.class))
                    .hasMessageContaining("bytes");
        }
    }

    @Test
    void theClusterAndItsMembersDescribeThemselves() {
        assertThat(store.cluster().join().getClusterId()).isEqualTo("fake");
        cluster.change(() -> cluster.down.add(1));
        List<CompletableFuture<NodeStatus>> status = store.status();
        assertThat(status).hasSize(3);
        assertThat(status.get(0).join().getNodeId()).isEqualTo("n0");
        assertThat(failure(status.get(1), EventStoreException.Unavailable.class))
                .hasMessageContaining("fake:1");
        assertThat(status.get(2).join().getNodeId()).isEqualTo("n2");
        assertThat(store.cluster().join().getClusterId()).isEqualTo("fake");
    }
}
