package io.weir.logstore.lmdb;

import static io.weir.logstore.StoreFixtures.IDENTITY;
import static io.weir.logstore.StoreFixtures.append;
import static io.weir.logstore.StoreFixtures.key;
import static io.weir.logstore.StoreFixtures.partition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.logstore.ReadView;
import io.weir.logstore.StoreException;
import io.weir.logstore.StreamKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Closing while others read. Without the gate LMDB ends the JVM here. */
class LmdbDrainTest {
    private static final StreamKey A = key(1, "a");
    private static final int READERS = 8;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private LmdbLogStore open(int readers) {
        return LmdbLogStore.open(directory, IDENTITY, new Settings(1 << 20, 1 << 20, readers, 16, 1_000));
    }

    @Test
    void manyThreadsReadWhileAnotherCloses() throws Exception {
        try (LmdbLogStore store = open(4)) {
            for (int i = 0; i < 50; i++) {
                append(store, A, i, "event " + i, "and another");
            }
        }
        AtomicLong reads = new AtomicLong();
        for (int round = 0; round < 100; round++) {
            LmdbLogStore store = open(4);
            CountDownLatch reading = new CountDownLatch(READERS);
            List<CompletableFuture<Void>> threads = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                threads.add(run(() -> readUntilClosed(store, reading, reads)));
            }
            reading.await();
            store.close();
            for (CompletableFuture<Void> thread : threads) {
                thread.get();
            }
        }
        assertThat(reads.get()).isGreaterThanOrEqualTo(100 * READERS);
    }

    @Test
    void aCopyThatIsBeingReadDoesNotKeepTheStoreFromClosing() throws Exception {
        LmdbLogStore store = open(4);
        append(store, A, 0, "event 0", "and another");
        CountDownLatch reading = new CountDownLatch(1);
        CompletableFuture<Void> copy = run(() -> {
            try (ReadView view = store.openRead()) {
                while (true) { // as long as a copy of any size
                    view.visitRows((table, key, value) -> {
                        reading.countDown();
                        return true;
                    });
                }
            }
        });
        reading.await();
        store.close();
        assertThatThrownBy(copy::get).hasCauseInstanceOf(StoreException.Closed.class);
    }

    private static CompletableFuture<Void> run(Runnable action) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        new Thread(() -> {
                    try {
                        action.run();
                        done.complete(null);
                    } catch (Throwable e) {
                        done.completeExceptionally(e);
                    }
                })
                .start();
        return done;
    }

    private static void readUntilClosed(LmdbLogStore store, CountDownLatch reading, AtomicLong reads) {
        try {
            while (true) {
                assertThat(partition(store)).hasSize(100);
                reads.incrementAndGet();
                reading.countDown();
            }
        } catch (StoreException.Closed e) {
            assertThat(reading.getCount()).isLessThan(READERS);
        }
    }

    @Test
    void aViewMoreThanThereAreReadersWaitsForAFreeOne() throws InterruptedException, ExecutionException {
        try (LmdbLogStore store = open(1)) {
            append(store, A, 1, "a0");
            ReadView only = store.openRead();
            CompletableFuture<Long> seen = new CompletableFuture<>();
            Thread second = new Thread(() -> {
                try (ReadView view = store.openRead()) {
                    seen.complete(view.state().nextPosition());
                }
            });
            second.start();
            while (second.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            append(store, A, 2, "a1");
            assertThat(only.state().nextPosition()).isEqualTo(1);
            only.close();
            assertThat(seen.get()).isEqualTo(2);
            second.join();
        }
    }
}
