package io.weir.logstore.pages;

import static io.weir.logstore.StoreFixtures.IDENTITY;

import io.weir.logstore.Checkpoint;
import io.weir.logstore.Histories;
import io.weir.logstore.LogStore;
import io.weir.logstore.PartitionState;
import io.weir.logstore.ReadView;
import io.weir.logstore.StoreException;
import io.weir.logstore.WriteBatch;
import io.weir.logstore.lmdb.EnvDirectory;
import io.weir.logstore.lmdb.LmdbLogStore;
import io.weir.logstore.lmdb.Settings;
import io.weir.logstore.memory.MemoryLogStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * A store that writes random batches, takes checkpoints and loses its power, again and again. What the cut leaves is opened:
 * it must be the state of a checkpoint that was durable, every page and row of it. Then it writes on from there.
 *
 * <p>The checkpoint's sync is taken to begin when the checkpoint begins, and the batches until {@code complete()} to be
 * written while it lasts: the order that a busy partition sees.
 */
final class PowerCuts implements AutoCloseable {
    private static final Settings SETTINGS = new Settings(1 << 20, 1 << 20, 4, 16, 1_000);
    private static final int IMAGES_PER_CUT = 8;
    private static final int MAX_BATCHES = 40;
    private static final int MAX_FILE_BYTES = 3 << 20;

    private final Path root;
    private final Random random;
    private final List<Long> batches = new ArrayList<>();
    private MemoryLogStore model = new MemoryLogStore(IDENTITY);
    private LmdbLogStore store;
    private EnvDirectory environment;
    private UnsyncedDisk disk;
    private Durable durable;
    private int directories;
    private int cuts;
    private long unsyncedPages;

    /** A checkpoint that a cut may leave: its file, and what the model held. */
    private record Durable(byte[] file, int batches, PartitionState state, long contents) {}

    PowerCuts(Path root, long seed) throws IOException {
        this.root = root;
        this.random = new Random(seed);
        Path directory = newDirectory();
        store = LmdbLogStore.open(directory, IDENTITY, SETTINGS);
        environment = Objects.requireNonNull(EnvDirectory.current(directory));
        disk = new UnsyncedDisk(environment.dataFile());
        durable = durable();
    }

    private Path newDirectory() {
        return root.resolve("store-" + directories++);
    }

    private Durable durable() throws IOException {
        return new Durable(
                Files.readAllBytes(environment.checkpointFile()), batches.size(), model.state(), contents(model));
    }

    private static long contents(LogStore store) {
        CRC32C crc = new CRC32C();
        long[] rows = new long[1];
        try (ReadView view = store.openRead()) {
            view.visitRows((table, key, value) -> {
                rows[0]++;
                crc.update(table.number());
                crc.update(RealFile.bytes(key));
                crc.update(RealFile.bytes(value));
                return true;
            });
        }
        return rows[0] << Integer.SIZE | crc.getValue();
    }

    /** Cuts and images so far. */
    int cuts() {
        return cuts;
    }

    /** Over all images: pages that the cut could leave in more than one state. */
    long unsyncedPages() {
        return unsyncedPages;
    }

    /**
     * Writes on and cuts until there were so many.
     *
     * @throws AssertionError if a cut left anything but a durable checkpoint
     */
    void run(int untilCuts) throws IOException {
        while (cuts < untilCuts) {
            int steps = 1 + random.nextInt(8);
            for (int i = 0; i < steps; i++) {
                if (random.nextInt(3) == 0) {
                    checkpoint();
                } else {
                    write();
                }
            }
            cut(durable);
        }
    }

    private void write() throws IOException {
        long seed = random.nextLong();
        if (random.nextInt(10) == 0) {
            abandon(seed);
        }
        write(store, seed, batches.size());
        write(model, seed, batches.size());
        batches.add(seed);
        disk.observe();
    }

    private void abandon(long seed) {
        try (WriteBatch batch = store.beginWrite()) {
            Histories.batch(batch, ~seed);
        } catch (StoreException.Full e) {
            // The map is small on purpose; the next batch lets it grow.
        }
    }

    private static void write(LogStore store, long seed, int number) {
        boolean written = false;
        while (!written) {
            try (WriteBatch batch = store.beginWrite()) {
                Histories.batch(batch, seed);
                PartitionState state = batch.state();
                batch.setState(new PartitionState(
                        number + 1,
                        state.appliedIndex() + 1,
                        state.nextPosition(),
                        state.nextStreamId(),
                        state.logTimeMs(),
                        state.digest()));
                batch.commit();
                written = true;
            } catch (StoreException.Full e) {
                // The map is small on purpose; the next beginWrite() enlarges it.
            }
        }
    }

    private void checkpoint() throws IOException {
        try (Checkpoint checkpoint = store.beginCheckpoint()) {
            disk.syncBegins();
            Durable next = durable();
            for (int i = random.nextInt(4); i > 0; i--) {
                write();
            }
            if (random.nextInt(6) == 0) {
                // Given up; or the power goes while the disk still works.
                if (random.nextBoolean()) {
                    cut(durable);
                }
                return;
            }
            checkpoint.complete();
            next = new Durable(
                    Files.readAllBytes(environment.checkpointFile()), next.batches, next.state, next.contents);
            disk.observe();
            disk.syncEnds();
            boolean beforeTheNameIsOnDisk = random.nextInt(4) == 0;
            Durable before = durable;
            durable = next;
            if (beforeTheNameIsOnDisk) {
                cut(random.nextBoolean() ? before : next);
            }
        }
    }

    /** Cuts the power, looks at several things that it may have left, and goes on from the last of them. */
    private void cut(Durable left) throws IOException {
        List<Path> images = new ArrayList<>();
        for (int i = 0; i < IMAGES_PER_CUT; i++) {
            unsyncedPages += disk.unsyncedPages();
            images.add(image(left));
        }
        store.close();
        delete(environment.store());
        for (Path image : images) {
            cuts++;
            store = check(image, left);
            if (cuts % IMAGES_PER_CUT != 0) {
                store.close();
                delete(image);
            }
        }
        durable = left;
        goOn(images.get(images.size() - 1));
    }

    private Path image(Durable left) throws IOException {
        Path directory = newDirectory();
        EnvDirectory image = new EnvDirectory(directory, environment.id());
        Files.createDirectories(image.path());
        Files.copy(environment.store().resolve("CURRENT"), directory.resolve("CURRENT"));
        Files.write(image.dataFile(), disk.afterCut(random));
        Files.write(image.checkpointFile(), left.file);
        if (random.nextBoolean()) {
            int bytes = random.nextInt(left.file.length);
            Files.write(image.path().resolve("checkpoint.tmp"), Arrays.copyOf(left.file, bytes));
            Files.copy(environment.path().resolve("lock.mdb"), image.path().resolve("lock.mdb"));
        }
        return directory;
    }

    private LmdbLogStore check(Path image, Durable left) {
        try {
            Verification found = StoreCheck.full(image, Effort.full());
            if (!found.complete() || found.lostPages() != 0) {
                throw new AssertionError("cut " + cuts + ": " + found);
            }
            LmdbLogStore opened = LmdbLogStore.open(image, IDENTITY, SETTINGS);
            boolean equal = opened.state().equals(left.state)
                    && opened.checkpoint().equals(left.state)
                    && contents(opened) == left.contents;
            if (!equal) {
                opened.close();
                throw new AssertionError("cut " + cuts + ": " + opened.state() + ", not " + left.state);
            }
            return opened;
        } catch (StoreException e) {
            throw new AssertionError("cut " + cuts + ": " + e.getMessage(), e);
        }
    }

    private void goOn(Path directory) throws IOException {
        batches.subList(durable.batches, batches.size()).clear();
        environment = Objects.requireNonNull(EnvDirectory.current(directory));
        if (batches.size() > MAX_BATCHES || Files.size(environment.dataFile()) > MAX_FILE_BYTES) {
            store.close();
            delete(directory);
            batches.clear();
            startAnew();
        }
        if (model.state().appliedTerm() != durable.state.appliedTerm() || batches.isEmpty()) {
            model.close();
            model = new MemoryLogStore(IDENTITY);
            for (int i = 0; i < batches.size(); i++) {
                write(model, batches.get(i), i);
            }
        }
        disk = new UnsyncedDisk(environment.dataFile());
        durable = durable();
    }

    private void startAnew() {
        Path directory = newDirectory();
        store = LmdbLogStore.open(directory, IDENTITY, SETTINGS);
        environment = Objects.requireNonNull(EnvDirectory.current(directory));
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @Override
    public void close() {
        store.close();
        model.close();
    }
}
