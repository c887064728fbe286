package io.weir.client.internal;

import static io.weir.client.internal.Calls.append;
import static io.weir.client.internal.Calls.await;
import static io.weir.client.internal.Calls.failure;
import static io.weir.client.internal.Calls.texts;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.weir.client.AppendResult;
import io.weir.client.CallOptions;
import io.weir.client.ClientConfig;
import io.weir.client.EventStoreException.OutcomeUnknown;
import io.weir.client.EventStoreException.Unavailable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** No call hangs: each ends by its deadline, and says rightly whether it may have been executed. */
class DeadlineTest {
    private static final CallOptions SHORT = CallOptions.within(Duration.ofMillis(300));

    private final FakeCluster cluster = new FakeCluster(3, 1, 1);
    private final RoutedEventStore store = cluster.store(ClientConfig.DEFAULT.withTimeout(Duration.ofSeconds(4)));

    @AfterEach
    void close() {
        store.close();
    }

    private long sent(ByteString stream) {
        return cluster.look(() -> cluster.received.stream()
                .filter(command -> command.getAppend().getStream().equals(stream))
                .count());
    }

    private static void assertSoon(long startNanos) {
        assertThat(Duration.ofNanos(System.nanoTime() - startNanos))
                .isBetween(Duration.ofMillis(290), Duration.ofMillis(2_500));
    }

    @Test
    void hungNodesMakeItUnknown() {
        append(store, "s", "x").join();
        cluster.change(() -> cluster.hung.addAll(List.of(0, 1, 2)));
        long start = System.nanoTime();
        assertThat(failure(append(store, "s", "y", SHORT), OutcomeUnknown.class))
                .hasMessageContainingAll("no answer came within 300 ms", "attempts: 1", "fake:0");
        assertSoon(start);
    }

    @Test
    void deadNodesMeanItWasNotExecuted() {
        append(store, "s", "x").join();
        cluster.change(() -> cluster.down.addAll(List.of(0, 1, 2)));
        long start = System.nanoTime();
        assertThat(failure(append(store, "s", "y", SHORT), Unavailable.class))
                .hasMessageContainingAll("not executed within 300 ms", "fake:0", "fake:1", "fake:2", "connection lost");
        assertSoon(start);
        assertThat(failure(append(store, "s", "y", SHORT), Unavailable.class)).hasMessageContaining("300 ms");
        cluster.change(cluster.down::clear);
        append(store, "s", "z").join();
        assertThat(texts(store, "s")).containsExactly("x", "z");
    }

    @Test
    void whatWasNeverSentWasNotExecuted() {
        cluster.change(() -> cluster.down.addAll(List.of(0, 1, 2)));
        List<CompletableFuture<AppendResult>> calls = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            calls.add(append(store, "s", "" + i, SHORT));
        }
        for (CompletableFuture<AppendResult> call : calls) {
            assertThat(failure(call, Unavailable.class)).hasMessageContaining("opening a session: fake:");
        }
    }

    @Test
    void aHungLeaderIsLeftLongBeforeTheDeadline() {
        append(store, "s", "x").join();
        cluster.change(() -> {
            cluster.hung.add(0);
            cluster.leaders[0] = 1;
        });
        long start = System.nanoTime();
        List<CompletableFuture<AppendResult>> calls = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            calls.add(append(store, "s", "" + i));
        }
        for (int i = 0; i < 100; i++) {
            assertThat(calls.get(i).join().orThrow().firstRevision()).isEqualTo(1 + i);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(3_500));
    }

    @Test
    void aShortDeadlineDoesNotBreakTheOrderOfThoseBehindIt() {
        append(store, "s", "0").join();
        cluster.change(() -> cluster.down.addAll(List.of(0, 1, 2)));
        CompletableFuture<AppendResult> first = append(store, "s", "1");
        CompletableFuture<AppendResult> givenUp = append(store, "s", "2", SHORT);
        CompletableFuture<AppendResult> last = append(store, "s", "3");
        failure(givenUp, Unavailable.class);
        cluster.change(cluster.down::clear);
        assertThat(first.join().orThrow().firstRevision()).isEqualTo(1);
        assertThat(last.join().orThrow().firstRevision()).isEqualTo(2);
        assertThat(texts(store, "s")).containsExactly("0", "1", "3");
    }

    @Test
    void queriesEndToo() {
        cluster.change(() -> cluster.hung.addAll(List.of(0, 1, 2)));
        long start = System.nanoTime();
        CompletableFuture<?> info = store.info("s");
        await("it ends", info::isDone);
        assertThat(failure(info, Unavailable.class)).hasMessageContainingAll("the info of stream \"s\"", "fake:");
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofMillis(3_900), Duration.ofSeconds(7));
    }

    /** Whoever waits for a lock is not answered for long, and the leader is well. */
    @Test
    void oneThatWaitsForALockHoldsUpNoOtherStream() {
        append(store, "s", "x").join();
        ByteString held = ByteString.copyFromUtf8("held");
        cluster.change(() -> cluster.transactions.locked.add(held));
        CompletableFuture<AppendResult> waiting =
                append(store, "held", "y", CallOptions.within(Duration.ofSeconds(20)));
        await("its node is suspected, and another was asked", () -> sent(held) > 1);
        for (int i = 0; i < 20; i++) {
            append(store, "s", "x", SHORT).join();
        }
        assertThat(waiting).isNotDone();
    }
}
