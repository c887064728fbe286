package io.weir.client.internal;

import static io.weir.client.internal.Calls.append;
import static io.weir.client.internal.Calls.failure;
import static io.weir.client.internal.Calls.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.client.CallOptions;
import io.weir.client.ClientConfig;
import io.weir.client.EventStoreException.Unavailable;
import io.weir.protocol.ClusterId;
import io.weir.protocol.Error;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Addresses at which nodes of another cluster answer. */
class StrangerTest {
    private static final Duration SHORT = Duration.ofSeconds(2);
    private static final String[] BOTH = {"\"other\"", "\"fake\"", "correct the address"};

    private final FakeCluster cluster = new FakeCluster(3, 2, 1);
    private final RoutedEventStore store = cluster.store(ClientConfig.DEFAULT.withTimeout(SHORT));
    private final String stream = FakeCluster.streamIn(store, 0, "s");

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void itIsPassedBy() {
        append(store, stream, "x").join();
        cluster.change(() -> {
            cluster.strangers.add(0);
            cluster.leaders[0] = 1;
        });
        append(store, stream, "y").join();
        assertThat(texts(store, stream)).containsExactly("x", "y");
        cluster.change(() -> {
            cluster.strangers.clear();
            cluster.leaders[0] = 0;
        });
        append(store, stream, "z").join();
        assertThat(texts(store, stream)).containsExactly("x", "y", "z");
    }

    @Test
    void whatItSaysOfItselfIsNotBelieved() {
        cluster.change(() -> cluster.strangers.add(0));
        assertThat(store.cluster().join().getClusterId()).isEqualTo("fake");
        cluster.change(() -> cluster.strangers.addAll(List.of(1, 2)));
        assertThat(failure(store.cluster(), Unavailable.class)).hasMessageContainingAll(BOTH);
        assertThat(failure(store.status().get(0), Unavailable.class)).hasMessageContainingAll(BOTH);
        assertThat(cluster.bound).isEqualTo("fake");
    }

    /** What waiting cures, a node that is down, does not hide what it does not cure. */
    @Test
    void itIsNamedWhoeverFailedLast() {
        append(store, stream, "x").join();
        cluster.change(() -> {
            cluster.strangers.add(0);
            cluster.down.addAll(List.of(1, 2));
        });
        CompletableFuture<?> never = append(store, stream, "y", CallOptions.within(SHORT));
        assertThat(failure(never, Unavailable.class))
                .hasMessageContainingAll(BOTH)
                .hasMessageContaining("fake:0");
        assertThat(failure(store.info(stream), Unavailable.class)).hasMessageContainingAll(BOTH);

        Attempts attempts = new Attempts();
        attempts.tried("a:1");
        attempts.failed("a:1", Objects.requireNonNull(ClusterId.refusal("other", "fake")));
        assertThat(attempts.toString()).containsOnlyOnce("a:1 said");
        attempts.failed(
                "b:1", Error.newBuilder().setCode(Error.Code.UNREACHABLE).build());
        assertThat(attempts.toString()).contains(BOTH).contains("a:1 said WRONG_CLUSTER", "b:1 said UNREACHABLE");
    }

    @Test
    void theFirstOfTwoClustersCounts() {
        FakeCluster mixed = new FakeCluster(3, 1, 1);
        mixed.change(() -> mixed.strangers.addAll(List.of(1, 2)));
        try (RoutedEventStore other = mixed.store(ClientConfig.DEFAULT.withTimeout(SHORT))) {
            assertThat(other.cluster().join().getClusterId())
                    .isEqualTo(mixed.bound)
                    .isEqualTo("fake");
            append(other, "s", "x").join();
        }
    }

    @Test
    void anIdThatIsNoneIsRefused() {
        FakeCluster odd = new FakeCluster(1, 1, 1);
        odd.change(() -> odd.id = "f".repeat(65) + "\r\n");
        assertThatThrownBy(() -> odd.store(ClientConfig.DEFAULT.withTimeout(SHORT)))
                .isInstanceOf(Unavailable.class)
                .hasMessageContainingAll("67 characters", "1 to 64");
    }
}
