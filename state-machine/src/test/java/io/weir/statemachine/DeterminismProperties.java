package io.weir.statemachine;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.logstore.LogStore;
import io.weir.logstore.StoreException;
import io.weir.logstore.WriteBatch;
import io.weir.logstore.lmdb.LmdbLogStore;
import io.weir.logstore.lmdb.Settings;
import io.weir.logstore.memory.MemoryLogStore;
import io.weir.statemachine.Histories.History;
import io.weir.statemachine.PartitionStateMachine.Applied;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * The same log gives the same outcomes, digests, verdicts and store, row for row: for any grouping of entries into batches, with
 * batches that were dropped halfway and tried again, through restarts, in memory and on LMDB.
 */
class DeterminismProperties {
    private static final Set<String> MUTATIONS = Set.of(
            "createStream",
            "append",
            "putSession",
            "putAnswer",
            "removeAnswers",
            "addExpiry",
            "removeSession",
            "removeExpiry",
            "putTransaction",
            "removeTransaction",
            "putStaged",
            "removeStaged",
            "putLock",
            "removeLock",
            "setState",
            "setDigestMark");

    /** A cache that forgets, and a map that must grow. */
    private static final Settings SETTINGS = new Settings(4 << 20, 4 << 20, 4, 2, 10_000);

    @Property(tries = 150)
    void inMemory(@ForAll long seed) {
        History history = Histories.random(seed);
        try (LogStore store = new MemoryLogStore(TestPartition.IDENTITY)) {
            checkAgainstReference(history, () -> store);
        }
    }

    /** An older node, which takes marks and reports for entries without commands, holds the same afterwards. */
    @Property(tries = 50)
    void marksAndReportsChangeNothingElse(@ForAll long seed) {
        History history = Histories.random(seed);
        try (LogStore here = new MemoryLogStore(TestPartition.IDENTITY);
                LogStore there = new MemoryLogStore(TestPartition.IDENTITY)) {
            assertThat(Replay.apply(history, here)).isEqualTo(Replay.apply(history.withoutDigests(), there));
            assertThat(Replay.content(here, history)).as(history.toString()).isEqualTo(Replay.content(there, history));
        }
    }

    @Property(tries = 40)
    void onLmdbThroughRestarts(@ForAll long seed) throws IOException {
        History history = Histories.random(seed);
        Path directory = Files.createTempDirectory("weir-determinism");
        try (Reopened lmdb = new Reopened(directory)) {
            checkAgainstReference(history, lmdb);
        } finally {
            delete(directory);
        }
    }

    /** {@code disk} gives the store, as it is after a restart. */
    private static void checkAgainstReference(History history, Supplier<LogStore> disk) {
        try (LogStore reference = new MemoryLogStore(TestPartition.IDENTITY)) {
            List<Applied> outcomes = Replay.applied(history, reference);
            LogStore store = replay(history, outcomes, disk);
            assertThat(store.state()).as(history.toString()).isEqualTo(reference.state());
            assertThat(store.digestMark()).as(history.toString()).isEqualTo(reference.digestMark());
            assertThat(Replay.content(store, history))
                    .as(history.toString())
                    .isEqualTo(Replay.content(reference, history));
        }
    }

    private static LogStore replay(History history, List<Applied> outcomes, Supplier<LogStore> disk) {
        Random random = new Random(history.seed());
        PartitionStateMachine machine = new PartitionStateMachine();
        LogStore store = disk.get();
        int from = 0;
        while (from < history.steps().size()) {
            int to = Math.min(history.steps().size(), from + 1 + random.nextInt(8));
            try (WriteBatch batch = store.beginWrite()) {
                WriteBatch fragile = random.nextInt(4) == 0 ? failing(batch, random.nextInt(40)) : batch;
                for (int i = from; i < to; i++) {
                    Applied again = Replay.apply(machine, history.steps().get(i), fragile);
                    assertThat(again).as("%s step %d", history, i).isEqualTo(outcomes.get(i));
                }
                batch.commit();
                from = to;
            } catch (StoreException.Full e) {
                // The batch left no trace. The machine goes on with the same entries.
                assertThat(e).hasMessage("injected");
            }
            if (random.nextInt(10) == 0) {
                machine = new PartitionStateMachine();
                store = disk.get();
            }
        }
        return disk.get();
    }

    /** The batch, but one of its next mutations finds the disk full. */
    private static WriteBatch failing(WriteBatch batch, int mutations) {
        int[] left = {mutations};
        return (WriteBatch) Proxy.newProxyInstance(
                WriteBatch.class.getClassLoader(), new Class<?>[] {WriteBatch.class}, (proxy, method, arguments) -> {
                    if (MUTATIONS.contains(method.getName()) && left[0]-- == 0) {
                        throw new StoreException.Full("injected", new IOException("no space left"));
                    }
                    try {
                        return method.invoke(batch, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** An LMDB store that is closed and opened again whenever it is asked for. */
    private static final class Reopened implements Supplier<LogStore>, AutoCloseable {
        private final Path directory;
        private LogStore store;

        Reopened(Path directory) {
            this.directory = directory;
            this.store = open();
        }

        private LogStore open() {
            return LmdbLogStore.open(directory, TestPartition.IDENTITY, SETTINGS);
        }

        @Override
        public LogStore get() {
            store.close();
            store = open();
            return store;
        }

        @Override
        public void close() {
            store.close();
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            paths.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.delete(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
