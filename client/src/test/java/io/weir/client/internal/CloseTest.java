package io.weir.client.internal;

import static io.weir.client.internal.Calls.append;
import static io.weir.client.internal.Calls.await;
import static io.weir.client.internal.Calls.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.client.AppendResult;
import io.weir.client.ClientConfig;
import io.weir.client.EventStoreException.Closed;
import io.weir.client.ReadRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What close leaves behind: nothing. And callbacks that wait or close from within. */
@Timeout(60)
class CloseTest {
    private final FakeCluster cluster = new FakeCluster(3, 2, 1);
    private final RoutedEventStore store = cluster.store(ClientConfig.DEFAULT);

    @AfterEach
    void close() {
        store.close();
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("weir-client-") && thread.isAlive())
                .count();
    }

    @Test
    void endsEverythingAndLeavesNoThread() {
        append(store, "s", "x").join();
        cluster.change(() -> cluster.hung.addAll(List.of(0, 1, 2)));
        List<CompletableFuture<?>> open = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            open.add(append(store, "s" + i, "y"));
        }
        open.add(store.info("s"));
        assertThat(threads()).isPositive();
        long start = System.nanoTime();
        store.close();
        store.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        open.forEach(future -> failure(future, Closed.class));
        failure(append(store, "s", "z"), Closed.class);
        failure(store.info("s"), Closed.class);
        failure(store.cluster(), Closed.class);
        store.status().forEach(status -> failure(status, Closed.class));
        assertThatThrownBy(() -> store.read(ReadRequest.stream("s")).iterator().hasNext())
                .isInstanceOf(Closed.class);
        assertThat(cluster.isClosed).isTrue();
        await("no thread is left", () -> threads() == 0);
    }

    @Test
    void everyThreadIsADaemon() {
        append(store, "s", "x").join();
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().startsWith("weir-client-"))
                .isNotEmpty()
                .allMatch(Thread::isDaemon);
    }

    @Test
    void aCallbackMayWaitForOtherCalls() throws Exception {
        CompletableFuture<AppendResult> last = append(store, "s", "0");
        for (int i = 1; i < 20; i++) {
            int n = i;
            last = last.thenApply(result -> append(store, "s", "" + n).join());
        }
        assertThat(last.get(20, TimeUnit.SECONDS).orThrow().firstRevision()).isEqualTo(19);
        List<CompletableFuture<AppendResult>> nested = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            nested.add(append(store, "t", "x")
                    .thenApply(result -> append(store, "t", "y").join()));
        }
        for (CompletableFuture<AppendResult> result : nested) {
            assertThat(result.get(20, TimeUnit.SECONDS).orThrow()).isNotNull();
        }
    }

    @Test
    void aCallbackMayClose() throws Exception {
        append(store, "s", "x").thenRun(store::close).get(10, TimeUnit.SECONDS);
        failure(append(store, "s", "y"), Closed.class);
        await("no thread is left", () -> threads() == 0);
    }

    @Test
    void callsThatRaceWithCloseEnd() throws Exception {
        List<CompletableFuture<AppendResult>> calls = new ArrayList<>();
        Thread closer = new Thread(store::close, "closer");
        for (int i = 0; i < 2_000 || !calls.get(i - 1).isCompletedExceptionally(); i++) {
            if (i == 1_000) {
                closer.start();
            }
            calls.add(append(store, "s" + i % 10, "x"));
        }
        closer.join(20_000);
        for (CompletableFuture<AppendResult> call : calls) {
            await("it ends", call::isDone);
            if (call.isCompletedExceptionally()) {
                failure(call, Closed.class);
            }
        }
    }
}
