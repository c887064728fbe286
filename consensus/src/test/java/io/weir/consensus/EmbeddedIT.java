package io.weir.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.client.EventStore;
import io.weir.client.EventStoreException.CannotOpen;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.ReadRequest;
import io.weir.client.RecordedEvent;
import io.weir.client.Weir;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link Weir#open}: a store without configuration. */
class EmbeddedIT {
    /** Openings in the leak test. */
    private static final int OPENINGS = Integer.getInteger("weir.test.openings", 100);

    private static final int AT_ONCE = 10;

    @TempDir
    Path directory;

    @Test
    void whatIsAppendedIsReadAfterReopening() {
        for (int round = 0; round < 3; round++) {
            try (EventStore store = Weir.open(directory)) {
                append(store, round);
                List<RecordedEvent> events = new ArrayList<>();
                store.read(ReadRequest.stream("orders")).forEach(events::add);
                assertThat(events)
                        .extracting(RecordedEvent::text)
                        .hasSize(round + 1)
                        .endsWith("" + round);
            }
        }
    }

    @Test
    void twoStoresInOneProcessAndNeverTwoInOneDirectory() {
        try (EventStore first = Weir.open(directory.resolve("a"));
                EventStore second = Weir.open(directory.resolve("b"))) {
            append(first, 1);
            append(second, 2);
            assertThatThrownBy(() -> Weir.open(directory.resolve("a")))
                    .isInstanceOf(CannotOpen.class)
                    .hasMessageContaining(directory.resolve("a").toString())
                    .hasMessageContaining("in use by another node of this process");
        }
    }

    @Test
    void openedAndClosedAgainAndAgainItLeavesNoThreadPortOrLock() throws Exception {
        openAndClose(AT_ONCE); // what the process keeps for good is there now
        awaitNoThreads();
        List<String> before = lasting();
        openAndClose(OPENINGS);
        awaitNoThreads();
        TestCluster.await("the threads of the first round", () -> lasting().size() <= before.size());
        for (int i = 0; i < AT_ONCE; i++) {
            Weir.open(directory.resolve("store-" + i)).close();
        }
    }

    private void openAndClose(int times) throws Exception {
        ExecutorService workers = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int worker = 0; worker < AT_ONCE; worker++) {
                Path mine = directory.resolve("store-" + worker);
                all.add(CompletableFuture.runAsync(
                        () -> {
                            for (int i = 0; i < times / AT_ONCE; i++) {
                                try (EventStore store = Weir.open(mine)) {
                                    append(store, i);
                                }
                            }
                        },
                        workers));
            }
            all.forEach(CompletableFuture::join);
        } finally {
            workers.shutdownNow();
        }
    }

    private static void append(EventStore store, int number) {
        store.append("orders", Expected.any(), List.of(NewEvent.json("placed", String.valueOf(number))))
                .join();
    }

    private static void awaitNoThreads() {
        TestCluster.await(
                "the end of all threads of stores",
                () -> lasting().stream().noneMatch(name -> name.startsWith("weir-") || name.contains("group-")));
    }

    /** Threads but those of pools that end by themselves after a while without work. */
    private static List<String> lasting() {
        return Stream.of(Thread.getAllStackTraces().keySet().toArray(new Thread[0]))
                .map(Thread::getName)
                .filter(name -> !name.startsWith("grpc-default-executor") && !name.startsWith("ForkJoinPool.common"))
                .sorted()
                .toList();
    }
}
