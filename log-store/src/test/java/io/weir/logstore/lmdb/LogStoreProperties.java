package io.weir.logstore.lmdb;

import static io.weir.logstore.StoreFixtures.IDENTITY;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.logstore.Digest;
import io.weir.logstore.DigestMark;
import io.weir.logstore.Histories;
import io.weir.logstore.LogStore;
import io.weir.logstore.ReadView;
import io.weir.logstore.StoreDump;
import io.weir.logstore.TableDigests;
import io.weir.logstore.WriteBatch;
import io.weir.logstore.memory.MemoryLogStore;
import io.weir.logstore.support.TableSums;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Real LMDB against the model: random batches, some abandoned, with reopens in between and views that stay open. */
class LogStoreProperties {
    @Property(tries = 25)
    void doesWhatTheModelDoes(@ForAll long seed) throws IOException {
        Path directory = Files.createTempDirectory("weir-store");
        try {
            new Run(directory, seed).run();
        } finally {
            delete(directory);
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

    /** A view of each store, opened at the same commit, and what both showed then. */
    private record Pair(ReadView real, ReadView model, List<String> before) {
        void checkAndClose() {
            assertThat(LogStoreProperties.dump(real)).isEqualTo(before);
            assertThat(LogStoreProperties.dump(model)).isEqualTo(before);
            real.close();
            model.close();
        }
    }

    private static List<String> dump(ReadView view) {
        return StoreDump.of(view, Histories.SESSIONS, Histories.MAX_SEQUENCE);
    }

    private static final class Run {
        private static final int STEPS = 40;

        private final Path directory;
        private final Random random;
        private final Settings settings;
        private final LogStore model = new MemoryLogStore(IDENTITY);
        private final List<Pair> views = new ArrayList<>();
        private LogStore real;

        Run(Path directory, long seed) {
            this.directory = directory;
            random = new Random(seed);
            settings = new Settings(8 << 20, 8 << 20, 8, new int[] {0, 1, 3, 1_000}[random.nextInt(4)], 1_000);
            real = LmdbLogStore.open(directory, IDENTITY, settings);
        }

        void run() {
            try {
                for (int i = 0; i < STEPS; i++) {
                    step();
                }
                compare();
            } finally {
                closeViews();
                real.close();
                model.close();
            }
        }

        private void step() {
            switch (random.nextInt(16)) {
                case 0 -> reopen();
                case 1 -> compare();
                case 2, 3 -> batch(false);
                case 4 -> openViews();
                case 5 -> closeViews();
                default -> batch(true);
            }
        }

        private void batch(boolean commit) {
            long seed = random.nextLong();
            try (WriteBatch here = real.beginWrite();
                    WriteBatch there = model.beginWrite()) {
                assertThat(Histories.batch(here, seed)).isEqualTo(Histories.batch(there, seed));
                assertThat(here.tableDigests()).isEqualTo(there.tableDigests());
                mark(here, seed);
                mark(there, seed);
                if (commit) {
                    here.commit();
                    there.commit();
                }
            }
            assertThat(real.state()).isEqualTo(model.state());
            assertThat(real.digestMark()).isEqualTo(model.digestMark());
            assertThat(real.streams()).isEqualTo(model.streams());
        }

        private static void mark(WriteBatch batch, long seed) {
            DigestMark mark = batch.digestMark().at(batch.state().appliedIndex(), new Digest(seed, -seed));
            batch.setDigestMark(
                    seed % 2 == 0 ? mark.disputedAt(mark.index()) : mark.agreedOn(mark.index(), mark.digest()));
        }

        private void reopen() {
            closeViews();
            real.close();
            real = LmdbLogStore.open(directory, IDENTITY, settings);
            compare();
        }

        private static TableDigests recomputed(ReadView view) {
            TableSums sums = new TableSums();
            view.visitRows(sums);
            return sums.digests();
        }

        private void openViews() {
            if (views.size() < 3) {
                ReadView here = real.openRead();
                views.add(new Pair(here, model.openRead(), dump(here)));
            }
        }

        private void closeViews() {
            views.forEach(Pair::checkAndClose);
            views.clear();
        }

        private void compare() {
            long seed = random.nextLong();
            try (ReadView here = real.openRead();
                    ReadView there = model.openRead()) {
                assertThat(dump(here)).isEqualTo(dump(there));
                assertThat(StoreDump.rows(here)).isEqualTo(StoreDump.rows(there));
                assertThat(here.tableDigests()).isEqualTo(there.tableDigests()).isEqualTo(recomputed(here));
                assertThat(here.digestMark()).isEqualTo(there.digestMark());
                assertThat(Histories.reads(here, seed)).isEqualTo(Histories.reads(there, seed));
            }
            assertThat(StoreDump.expiries(real)).isEqualTo(StoreDump.expiries(model));
        }
    }
}
