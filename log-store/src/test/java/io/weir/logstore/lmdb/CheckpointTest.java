package io.weir.logstore.lmdb;

import static io.weir.logstore.StoreFixtures.IDENTITY;
import static io.weir.logstore.StoreFixtures.append;
import static io.weir.logstore.StoreFixtures.key;
import static io.weir.logstore.StoreFixtures.partition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.logstore.Checkpoint;
import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreException;
import io.weir.logstore.StreamKey;
import io.weir.logstore.WriteBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints of an LMDB store: what becomes durable, in which order, and what a failure means. */
class CheckpointTest {
    private static final StreamKey A = key(1, "a");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private Path crashed;

    @BeforeEach
    void createStore() {
        crashed = directory.resolve("crashed");
    }

    private LmdbLogStore open(Path at) {
        return LmdbLogStore.open(at, IDENTITY, Settings.defaults());
    }

    /** What another machine would find if this one stopped now: every file as it is, without the closing checkpoint. */
    private LmdbLogStore crash(Path live) throws IOException {
        EnvDirectory environment = Objects.requireNonNull(EnvDirectory.current(live));
        EnvDirectory copy = new EnvDirectory(crashed, environment.id());
        Files.createDirectories(copy.path());
        Files.copy(live.resolve("CURRENT"), crashed.resolve("CURRENT"));
        Files.copy(environment.dataFile(), copy.dataFile());
        Files.copy(environment.checkpointFile(), copy.checkpointFile());
        return open(crashed);
    }

    private Path live() {
        return directory.resolve("live");
    }

    @Test
    void anOpenFindsTheLastCheckpointAndNothingLater() throws IOException {
        try (LmdbLogStore store = open(live())) {
            append(store, A, 1, "a0");
            try (Checkpoint checkpoint = store.beginCheckpoint()) {
                append(store, A, 2, "a1");
                assertThat(checkpoint.state().nextPosition()).isEqualTo(1);
                assertThat(store.checkpoint()).isEqualTo(PartitionState.EMPTY);
                checkpoint.complete();
                assertThat(store.checkpoint()).isEqualTo(checkpoint.state());
            }
            append(store, A, 3, "a2");
            try (LmdbLogStore found = crash(live())) {
                assertThat(found.state()).isEqualTo(store.checkpoint()).isEqualTo(found.checkpoint());
                assertThat(partition(found)).containsExactly("a@1/0/0/1/a0");
            }
            assertThat(partition(store)).hasSize(3);
        }
        try (LmdbLogStore closed = open(live())) {
            assertThat(closed.state().nextPosition()).isEqualTo(3);
            assertThat(closed.checkpoint()).isEqualTo(closed.state());
        }
    }

    @Test
    void oneThatWasGivenUpLeavesThePreviousOne() throws IOException {
        try (LmdbLogStore store = open(live())) {
            append(store, A, 1, "a0");
            Checkpoint checkpoint = store.beginCheckpoint();
            assertThatThrownBy(store::beginCheckpoint).isInstanceOf(IllegalStateException.class);
            checkpoint.close();
            checkpoint.close();
            assertThatThrownBy(checkpoint::complete).isInstanceOf(IllegalStateException.class);
            try (LmdbLogStore found = crash(live())) {
                assertThat(found.state()).isEqualTo(PartitionState.EMPTY);
            }
            complete(store);
            assertThat(store.checkpoint()).isEqualTo(store.state());
        }
    }

    private static void complete(LmdbLogStore store) {
        try (Checkpoint checkpoint = store.beginCheckpoint()) {
            checkpoint.complete();
        }
    }

    @Test
    void noneBeginsWhileABatchIsOpen() {
        try (LmdbLogStore store = open(live())) {
            try (WriteBatch batch = store.beginWrite()) {
                assertThatThrownBy(store::beginCheckpoint).isInstanceOf(IllegalStateException.class);
                assertThat(batch.state()).isEqualTo(PartitionState.EMPTY);
            }
            complete(store);
        }
    }

    @Test
    void growthCountsFromTheLastCheckpoint() {
        try (LmdbLogStore store = open(live())) {
            assertThat(store.growthBytes()).isZero();
            for (int i = 0; i < 20; i++) {
                append(store, A, i, "x".repeat(10_000));
            }
            assertThat(store.growthBytes()).isBetween(200_000L, 1_000_000L);
            complete(store);
            assertThat(store.growthBytes()).isZero();
        }
    }

    /** Without the release of the previous pin every overwritten page would be a new one. */
    @Test
    void pagesBeforeTheCheckpointAreUsedAgain() {
        try (LmdbLogStore store = open(live())) {
            long before = 0;
            for (int i = 0; i < 400; i++) {
                append(store, A, i, "x");
                complete(store);
                before = i == 100 ? store.sizeBytes() : before;
            }
            assertThat(store.sizeBytes()).isLessThan(before + 100 * 4_096);
        }
    }

    @Test
    void aStoreWhoseCheckpointFailedMustBeClosedAndFindsThePreviousOne() throws IOException {
        LmdbLogStore store = open(live());
        append(store, A, 1, "a0");
        complete(store);
        append(store, A, 2, "a1");
        EnvDirectory environment = Objects.requireNonNull(EnvDirectory.current(live()));
        Path inTheWay = environment.path().resolve("checkpoint.tmp");
        Files.createDirectories(inTheWay);
        try (Checkpoint checkpoint = store.beginCheckpoint()) {
            assertThatThrownBy(checkpoint::complete)
                    .isInstanceOf(StoreException.Failed.class)
                    .hasMessageContaining("checkpoint");
            assertThatThrownBy(checkpoint::complete).isInstanceOf(StoreException.Failed.class);
        }
        assertThatThrownBy(store::beginCheckpoint).isInstanceOf(StoreException.Failed.class);
        assertThatThrownBy(store::beginWrite).isInstanceOf(StoreException.Failed.class);
        assertThatThrownBy(store::openRead).isInstanceOf(StoreException.Failed.class);
        store.close();
        Files.delete(inTheWay);
        try (LmdbLogStore found = open(live())) {
            assertThat(partition(found)).containsExactly("a@1/0/0/1/a0");
            append(found, A, 2, "again");
        }
    }

    @Test
    void aCheckpointAfterCloseIsRefused() {
        LmdbLogStore store = open(live());
        append(store, A, 1, "a0");
        Checkpoint checkpoint = store.beginCheckpoint();
        store.close();
        assertThatThrownBy(checkpoint::complete).isInstanceOf(StoreException.Closed.class);
        checkpoint.close();
        assertThatThrownBy(store::beginCheckpoint).isInstanceOf(IllegalStateException.class);
        try (LmdbLogStore found = open(live())) {
            assertThat(found.state().nextPosition()).isEqualTo(1);
        }
    }
}
