package io.weir.logstore.lmdb;

import static io.weir.logstore.StoreFixtures.IDENTITY;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.logstore.Checkpoint;
import io.weir.logstore.Histories;
import io.weir.logstore.LogStore;
import io.weir.logstore.ReadView;
import io.weir.logstore.StoreDump;
import io.weir.logstore.StoreException;
import io.weir.logstore.WriteBatch;
import io.weir.logstore.memory.MemoryLogStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A store that loses power again and again: random batches in a map that keeps being full, random checkpoints, and cuts after
 * which every page that was written since the last checkpoint's sync is there or not, as the disk pleased. What is found must
 * be the checkpoint; what is replayed from there must give what the model has.
 *
 * <p>{@code -Dweir.simulation.seconds=600} runs it for longer. {@link CheckpointMutantsIT} proves that it notices mistakes.
 */
class CheckpointSimulation {
    private static final int PAGE_BYTES = 4_096;
    private static final long RUN_SECONDS = Long.getLong("weir.simulation.seconds", 4);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void everyCutLeavesTheLastCheckpoint() throws IOException {
        assertThat(run(directory, RUN_SECONDS)).isGreaterThan(10);
    }

    /** Runs seeds for a while, five at least; returns the number of cuts. */
    private static int run(Path directory, long seconds) throws IOException {
        long first = System.nanoTime();
        long end = first + seconds * 1_000_000_000L;
        int cuts = 0;
        for (long seed = first; System.nanoTime() < end || seed < first + 5; seed++) {
            try (Life life = new Life(directory.resolve("seed-" + seed), seed)) {
                cuts += life.run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        return cuts;
    }

    /** For a process that makes a mistake on purpose. */
    public static void main(String[] arguments) throws IOException {
        System.out.println("cuts: " + run(Path.of(arguments[0]), Long.parseLong(arguments[1])));
    }

    /** The stores of one seed, one after the other. */
    private static final class Life implements AutoCloseable {
        private static final int STEPS = 120;
        private static final int RETRIES = 50;

        private final Path root;
        private final Random random;
        private final List<Long> history = new ArrayList<>();
        private int stores;
        private int cuts;
        private LmdbLogStore store;
        /** Batches in the last durable checkpoint, and what the disk has had since its sync. */
        private int durable;

        private byte[] synced = {};
        private @Nullable Checkpoint underWay;
        private int begun;
        private byte[] captured = {};

        Life(Path root, long seed) throws IOException {
            this.root = root;
            this.random = new Random(seed);
            this.store = open();
            synced = data();
        }

        private LmdbLogStore open() {
            return LmdbLogStore.open(path(), IDENTITY, new Settings(128 << 10, 64 << 10, 4, 8, 1_000));
        }

        private Path path() {
            return root.resolve("store-" + stores);
        }

        private EnvDirectory environment() {
            return Objects.requireNonNull(EnvDirectory.current(path()));
        }

        private byte[] data() throws IOException {
            return Files.readAllBytes(environment().dataFile());
        }

        int run() throws IOException {
            for (int i = 0; i < STEPS; i++) {
                switch (random.nextInt(24)) {
                    case 0, 1, 2 -> begin();
                    case 3, 4, 5 -> complete();
                    case 6 -> giveUp();
                    case 7 -> closeAndOpen();
                    case 8 -> cut();
                    default -> batch(random.nextLong());
                }
            }
            cut();
            return cuts;
        }

        private void batch(long seed) {
            write(store, seed);
            history.add(seed);
        }

        /** As the applier does: a batch that met a full map is tried again as a whole. */
        private static void write(LogStore store, long seed) {
            for (int attempt = 0; ; attempt++) {
                try (WriteBatch batch = store.beginWrite()) {
                    Histories.batch(batch, seed);
                    batch.commit();
                    return;
                } catch (StoreException.Full e) {
                    assertThat(attempt).as("retries after %s", e).isLessThan(RETRIES);
                }
            }
        }

        private void begin() throws IOException {
            if (underWay == null) {
                underWay = store.beginCheckpoint();
                begun = history.size();
                captured = data();
            }
        }

        private void complete() {
            if (underWay != null) {
                underWay.complete();
                durable = begun;
                synced = captured;
                underWay = null;
            }
        }

        private void giveUp() {
            if (underWay != null) {
                underWay.close();
                underWay = null;
            }
        }

        private void closeAndOpen() throws IOException {
            store.close();
            store = open();
            underWay = null;
            durable = history.size();
            synced = data();
            assertThat(store.checkpoint()).isEqualTo(store.state());
        }

        /** The machine stops; another store goes on with what the disk has. */
        private void cut() throws IOException {
            cuts++;
            byte[] disk = mixture(data());
            EnvDirectory before = environment();
            LmdbLogStore ended = store;
            stores++;
            Path next = Files.createDirectories(path());
            Files.copy(before.store().resolve("CURRENT"), next.resolve("CURRENT"));
            EnvDirectory copy = new EnvDirectory(next, before.id());
            Files.createDirectories(copy.path());
            Files.copy(before.checkpointFile(), copy.checkpointFile());
            Files.write(copy.dataFile(), disk);
            store = open();
            underWay = null;
            ended.close();
            synced = data();
            List<Long> lost = List.copyOf(history.subList(durable, history.size()));
            history.subList(durable, history.size()).clear();
            compare();
            lost.forEach(this::batch);
            compare();
        }

        /** What was synced, with some of the pages that came later; the file is as long as the last of them needs. */
        private byte[] mixture(byte[] latest) {
            byte[] disk = Arrays.copyOf(synced, random.nextBoolean() ? latest.length : synced.length);
            int often = random.nextInt(5);
            for (int at = 0; at < disk.length; at += PAGE_BYTES) {
                if (random.nextInt(4) < often) {
                    System.arraycopy(latest, at, disk, at, PAGE_BYTES);
                }
            }
            return disk;
        }

        private void compare() {
            try (LogStore model = new MemoryLogStore(IDENTITY)) {
                history.forEach(seed -> write(model, seed));
                assertThat(store.state()).isEqualTo(model.state());
                try (ReadView here = store.openRead();
                        ReadView there = model.openRead()) {
                    assertThat(here.tableDigests()).isEqualTo(there.tableDigests());
                    assertThat(StoreDump.rows(here)).isEqualTo(StoreDump.rows(there));
                }
                assertThat(StoreDump.expiries(store)).isEqualTo(StoreDump.expiries(model));
            }
        }

        @Override
        public void close() {
            store.close();
        }
    }
}
