package io.weir.logstore.lmdb;

import static io.weir.logstore.StoreFixtures.IDENTITY;
import static io.weir.logstore.StoreFixtures.append;
import static io.weir.logstore.StoreFixtures.key;
import static io.weir.logstore.StoreFixtures.partition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.logstore.Checkpoint;
import io.weir.logstore.PartitionState;
import io.weir.logstore.ReadView;
import io.weir.logstore.StoreException;
import io.weir.logstore.StreamKey;
import io.weir.logstore.WriteBatch;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A map that is too small: it grows between batches, and a batch that met its end can be tried again. */
class LmdbGrowthTest {
    private static final StreamKey A = key(1, "a");
    private static final long TINY = 128 << 10;
    private static final List<ByteBuffer> ONE_MIB = Collections.nCopies(64, ByteBuffer.allocate(16 << 10));

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private LmdbLogStore open(long minGrowthBytes, long drainMs) {
        return LmdbLogStore.open(directory, IDENTITY, new Settings(TINY, minGrowthBytes, 4, 16, drainMs));
    }

    @Test
    void aFullMapLeavesNoTraceAndTheRetrySucceeds() {
        try (LmdbLogStore store = open(4 << 20, 10_000)) {
            append(store, A, 1, "a0");
            PartitionState before = store.state();
            try (WriteBatch batch = store.beginWrite()) {
                assertThatThrownBy(() -> append(batch, A, 2, ONE_MIB)).isInstanceOf(StoreException.Full.class);
                assertThatThrownBy(batch::commit).isInstanceOf(IllegalStateException.class);
            }
            assertThat(store.state()).isEqualTo(before);
            assertThat(partition(store)).hasSize(1);
            try (WriteBatch batch = store.beginWrite()) {
                append(batch, A, 2, ONE_MIB);
                batch.commit();
            }
            assertThat(partition(store)).hasSize(65);
        }
        try (LmdbLogStore reopened = open(4 << 20, 10_000)) {
            assertThat(reopened.mapBytes()).isGreaterThanOrEqualTo(reopened.sizeBytes() * 3 / 2);
            assertThat(partition(reopened)).hasSize(65);
        }
    }

    @Test
    void growsByItselfBetweenBatchesWhileViewsComeAndGo() throws InterruptedException {
        try (LmdbLogStore store = open(64 << 10, 10_000)) {
            append(store, A, 1, "first");
            Thread reader = new Thread(() -> {
                while (store.state().nextPosition() < 400) {
                    partition(store);
                }
            });
            reader.start();
            int full = 0;
            for (int i = 1; i < 400; i++) {
                full += appendUntilItFits(store);
            }
            reader.join();
            assertThat(partition(store)).hasSize(400);
            assertThat(store.mapBytes()).isGreaterThan(400 * 4_096L);
            assertThat(full).isLessThan(100);
        }
    }

    private static int appendUntilItFits(LmdbLogStore store) {
        for (int attempt = 0; ; attempt++) {
            try (WriteBatch batch = store.beginWrite()) {
                append(batch, A, 2, List.of(ByteBuffer.allocate(4_096)));
                batch.commit();
                return attempt;
            } catch (StoreException.Full e) {
                assertThat(attempt).as("retries after %s", e).isLessThan(10);
            }
        }
    }

    /** Two pins are open while the map moves again and again: neither may keep it from growing, nor lose its pages. */
    @Test
    void growsUnderTheCheckpointThatIsUnderWay() {
        try (LmdbLogStore store = open(64 << 10, 10_000)) {
            append(store, A, 1, "first");
            complete(store);
            for (int round = 0; round < 5; round++) {
                long mapBytes = store.mapBytes();
                PartitionState begun = store.state();
                try (Checkpoint checkpoint = store.beginCheckpoint()) {
                    while (store.mapBytes() < 2 * mapBytes) {
                        appendUntilItFits(store);
                    }
                    checkpoint.complete();
                }
                assertThat(store.checkpoint()).isEqualTo(begun);
                assertThat(partition(store)).hasSize((int) store.state().nextPosition());
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
    void growthThatWaitsForAViewTooLongRefusesTheBatch() {
        try (LmdbLogStore store = open(4 << 20, 50)) {
            append(store, A, 1, "a0");
            try (ReadView view = store.openRead()) {
                try (WriteBatch batch = store.beginWrite()) {
                    assertThatThrownBy(() -> append(batch, A, 2, ONE_MIB)).isInstanceOf(StoreException.Full.class);
                }
                assertThatThrownBy(store::beginWrite)
                        .isInstanceOf(StoreException.Full.class)
                        .hasMessageContaining("50 ms");
                assertThat(partition(view, 0, true, 9)).hasSize(1);
                assertThat(partition(store)).hasSize(1);
            }
            try (WriteBatch batch = store.beginWrite()) {
                append(batch, A, 2, ONE_MIB);
                batch.commit();
            }
            assertThat(partition(store)).hasSize(65);
        }
    }
}
