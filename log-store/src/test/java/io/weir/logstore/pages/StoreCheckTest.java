package io.weir.logstore.pages;

import static io.weir.logstore.StoreFixtures.IDENTITY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.logstore.Checkpoint;
import io.weir.logstore.Histories;
import io.weir.logstore.LogStore;
import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreException;
import io.weir.logstore.WriteBatch;
import io.weir.logstore.lmdb.EnvDirectory;
import io.weir.logstore.lmdb.LmdbLogStore;
import io.weir.logstore.lmdb.Settings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real stores, sound and damaged, before they are opened and while they are open. */
class StoreCheckTest {
    private static final long SEED = Long.getLong("weir.seed", 42);
    private static final long BUDGET_MS = 60_000;
    private static final int PAGE_BYTES = 4_096;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private LmdbLogStore open() {
        return LmdbLogStore.open(directory, IDENTITY, Settings.defaults());
    }

    private Path dataFile() {
        return environment().dataFile();
    }

    private EnvDirectory environment() {
        return Objects.requireNonNull(EnvDirectory.current(directory));
    }

    private static void write(LogStore store, int batches) {
        for (int i = 0; i < batches; i++) {
            try (WriteBatch batch = store.beginWrite()) {
                PartitionState state = batch.state();
                Histories.batch(batch, SEED + state.appliedTerm());
                PartitionState after = batch.state();
                batch.setState(new PartitionState(
                        state.appliedTerm() + 1,
                        Math.max(after.appliedIndex(), state.appliedIndex() + 1),
                        after.nextPosition(),
                        after.nextStreamId(),
                        after.logTimeMs(),
                        after.digest()));
                batch.commit();
            }
        }
    }

    private static void checkpoint(LogStore store) {
        try (Checkpoint checkpoint = store.beginCheckpoint()) {
            checkpoint.complete();
        }
    }

    @Test
    void soundStoresPass() {
        assertThat(StoreCheck.beforeOpen(directory, BUDGET_MS)).isEqualTo(Verification.NOTHING);
        open().close();
        for (int i = 0; i < 10; i++) {
            assertThat(StoreCheck.beforeOpen(directory, BUDGET_MS).complete()).isTrue();
            Verification full = StoreCheck.full(directory, Effort.full());
            assertThat(full.complete()).isTrue();
            assertThat(full.lostPages()).isZero();
            assertThat(full.identity()).isEqualTo(IDENTITY);
            try (LmdbLogStore store = open()) {
                assertThat(full.state()).isEqualTo(store.state());
                write(store, 20);
            }
        }
    }

    @Test
    void everyPageInUseThatIsZeroedIsNamedBeforeOpening() throws IOException {
        try (LmdbLogStore store = open()) {
            write(store, 40);
        }
        byte[] sound = Files.readAllBytes(dataFile());
        BitSet matter = BytesThatMatter.of(sound);
        Random random = new Random(SEED);
        for (int round = 0; round < 40; round++) {
            int page = matter.nextSetBit(random.nextInt(matter.length())) / PAGE_BYTES;
            if (page < 2) {
                continue;
            }
            overwrite(page, new byte[PAGE_BYTES]);
            assertThatThrownBy(() -> StoreCheck.beforeOpen(directory, BUDGET_MS))
                    .as("page %d", page)
                    .isInstanceOf(StoreException.Corrupted.class)
                    .hasMessageMatching("(?s).*data\\.mdb: page \\d+, .*");
            overwrite(page, Arrays.copyOfRange(sound, page * PAGE_BYTES, (page + 1) * PAGE_BYTES));
        }
        StoreCheck.full(directory, Effort.full());
    }

    private void overwrite(long page, byte[] bytes) throws IOException {
        try (FileChannel file = FileChannel.open(dataFile(), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(bytes), page * PAGE_BYTES);
        }
    }

    @Test
    void damagedMetasInTheFileDoNotMatterTheSavedOnesAreWrittenBack() throws IOException {
        try (LmdbLogStore store = open()) {
            write(store, 5);
        }
        overwrite(0, new byte[2 * PAGE_BYTES]);
        assertThat(StoreCheck.full(directory, Effort.full()).complete()).isTrue();
        open().close();
    }

    @Test
    void missingAndShortFilesAreDamage() throws IOException {
        try (LmdbLogStore store = open()) {
            write(store, 5);
        }
        byte[] sound = Files.readAllBytes(dataFile());
        Files.write(dataFile(), Arrays.copyOf(sound, sound.length - 1));
        assertThatThrownBy(() -> StoreCheck.beforeOpen(directory, BUDGET_MS))
                .isInstanceOf(StoreException.Corrupted.class)
                .hasMessageContaining("data.mdb: file: has " + (sound.length - 1));
        Files.delete(dataFile());
        assertThatThrownBy(() -> StoreCheck.beforeOpen(directory, BUDGET_MS))
                .isInstanceOf(StoreException.Corrupted.class)
                .hasMessageContaining("data.mdb: file: is missing");
        Files.write(dataFile(), sound);
        Files.delete(environment().checkpointFile());
        assertThatThrownBy(() -> StoreCheck.beforeOpen(directory, BUDGET_MS))
                .isInstanceOf(StoreException.Corrupted.class)
                .hasMessageContaining("checkpoint: it is missing");
    }

    @Test
    void anOpenStoreIsVerifiedAcrossCheckpoints() throws Exception {
        try (LmdbLogStore store = open();
                BackgroundVerification background = new BackgroundVerification(4L << 20)) {
            write(store, 150);
            checkpoint(store);
            CompletableFuture<Verification> found = new CompletableFuture<>();
            int checkpoints = 0;
            BackgroundVerification.Task task = background.submit(store, directory, listener(found));
            try (task) {
                // Few enough that the verification overtakes the writer, however fast the disk is.
                while (!found.isDone() && checkpoints < 20) {
                    write(store, 3);
                    checkpoint(store);
                    checkpoints++;
                }
                assertThat(found.get(1, TimeUnit.MINUTES).damage()).isNull();
                assertThat(found.get().complete()).isTrue();
                assertThat(checkpoints).as("checkpoints meanwhile").isGreaterThan(2);
            }
        }
    }

    @Test
    void damageInAnOpenStoreIsReported() throws Exception {
        try (LmdbLogStore store = open();
                BackgroundVerification background = new BackgroundVerification(Long.MAX_VALUE)) {
            write(store, 60);
            checkpoint(store);
            byte[] sound = Files.readAllBytes(dataFile());
            int at = BytesThatMatter.of(sound).length() - 1;
            byte[] damaged = Arrays.copyOfRange(sound, at, at + 1);
            damaged[0] ^= 4;
            try (FileChannel file = FileChannel.open(dataFile(), StandardOpenOption.WRITE)) {
                file.write(ByteBuffer.wrap(damaged), at);
            }
            CompletableFuture<Verification> found = new CompletableFuture<>();
            background.submit(store, directory, listener(found));
            assertThat(Objects.requireNonNull(found.get(1, TimeUnit.MINUTES).damage())
                            .page())
                    .isEqualTo(at / PAGE_BYTES);
        }
    }

    private static BackgroundVerification.Listener listener(CompletableFuture<Verification> found) {
        return new BackgroundVerification.Listener() {
            @Override
            public void ended(Verification verification) {
                found.complete(verification);
            }

            @Override
            public void failed(RuntimeException e) {
                found.completeExceptionally(e);
            }
        };
    }
}
