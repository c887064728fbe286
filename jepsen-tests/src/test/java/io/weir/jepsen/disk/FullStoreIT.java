package io.weir.jepsen.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.weir.jepsen.Tiers;
import io.weir.logstore.Checkpoint;
import io.weir.logstore.LogStore;
import io.weir.logstore.PartitionState;
import io.weir.logstore.ReadView;
import io.weir.logstore.StoreException;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.StreamHead;
import io.weir.logstore.StreamKey;
import io.weir.logstore.WriteBatch;
import io.weir.logstore.copy.CopyWriter;
import io.weir.logstore.lmdb.LmdbLogStore;
import io.weir.logstore.lmdb.LmdbReceiver;
import io.weir.logstore.lmdb.Settings;
import io.weir.logstore.pages.Effort;
import io.weir.logstore.pages.StoreCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A store on a disk that is really full. What LMDB makes of that cannot be imitated: a write of which a part still fits is an
 * I/O error to it, not a lack of space.
 */
@Timeout(60)
class FullStoreIT {
    private static final StoreIdentity IDENTITY = new StoreIdentity("full-disk", 0);
    private static final Settings SETTINGS = new Settings(256 << 20, 64 << 20, 126, 16, 1_000);
    private static final StreamKey STREAM = new StreamKey(1, new byte[] {'a'});
    private static final int EVENT_BYTES = 3_000;

    private DiskRack rack;
    private LoopDisk disk;
    private Path directory;

    @BeforeEach
    void aDisk() {
        Tiers.assumeDisks();
        rack = DiskRack.open(Tiers.racks());
        disk = rack.add("full", 32 << 20);
        directory = disk.mountPoint().resolve("store");
    }

    @AfterEach
    void noDisk() {
        if (rack != null) {
            rack.close();
        }
    }

    /** From a disk on which nothing fits to one on which most of the batch does. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 5, 8, 13, 21, 55, 144, 377})
    void aBatchThatDoesNotFitLeavesNoTrace(int leftKib) throws IOException {
        try (LogStore store = LmdbLogStore.open(directory, IDENTITY, SETTINGS)) {
            append(store, 100);
            checkpoint(store);
            append(store, 50);
            PartitionState before = store.state();
            disk.fill(leftKib << 10);

            for (int i = 0; i < 3; i++) {
                Throwable failure = catchThrowable(() -> append(store, 400));
                assertThat(failure).isInstanceOf(StoreException.Full.class);
                assertThat(store.state()).isEqualTo(before);
                assertThat(events(store)).isEqualTo(150);
            }

            disk.free();
            append(store, 400);
            assertThat(events(store)).isEqualTo(550);
            checkpoint(store);
            append(store, 10);
        }
        assertWhole(560);
    }

    @Test
    void aCutAfterAShortWriteFindsTheCheckpoint() throws IOException {
        LogStore store = LmdbLogStore.open(directory, IDENTITY, SETTINGS);
        append(store, 100);
        checkpoint(store);
        append(store, 50);
        disk.fill(200 << 10);
        assertThatThrownBy(() -> append(store, 400)).isInstanceOf(StoreException.Full.class);
        disk.writeBackSome(new Random(1), 0.5);
        disk.cutPower();
        assertThatThrownBy(store::close).isInstanceOf(StoreException.Failed.class);
        disk.remount();
        disk.free();
        assertWhole(100);
    }

    /** LMDB's table of readers is a file of holes that it maps: without room for a page of it the process would end. */
    @Test
    void readersNeedNoRoom() throws IOException {
        try (LogStore store = LmdbLogStore.open(directory, IDENTITY, SETTINGS)) {
            append(store, 100);
            disk.fill();
            List<ReadView> views = new ArrayList<>();
            try {
                for (int i = 0; i < SETTINGS.readers(); i++) {
                    views.add(store.openRead());
                }
                assertThat(events(views.get(views.size() - 1))).isEqualTo(100);
            } finally {
                views.forEach(ReadView::close);
            }
            disk.free();
        }
    }

    @Test
    void aCopyThatDoesNotFitLeavesRoomForOthersAndNoTrace(@TempDir Path elsewhere) throws IOException {
        try (LogStore source = LmdbLogStore.open(elsewhere.resolve("store"), IDENTITY, SETTINGS)) {
            for (int i = 0; i < 10; i++) {
                append(source, 1_000);
            }
            long usableBytes = disk.mountPoint().toFile().getUsableSpace();
            long[] leastBytes = {usableBytes};
            try (LmdbReceiver receiver = LmdbLogStore.receive(directory, IDENTITY, SETTINGS);
                    ReadView view = source.openRead()) {
                assertThatThrownBy(() -> CopyWriter.write(IDENTITY, view, chunk -> {
                            receiver.accept(ByteBuffer.wrap(chunk));
                            leastBytes[0] = Math.min(
                                    leastBytes[0], disk.mountPoint().toFile().getUsableSpace());
                            return true;
                        }))
                        .isInstanceOf(StoreException.Full.class)
                        .hasMessageContaining("stay for others");
            }
            assertThat(leastBytes[0]).isGreaterThan(8 << 20);
            assertThat(disk.mountPoint().toFile().getUsableSpace()).isGreaterThan(usableBytes - (64 << 10));
        }
    }

    private static void checkpoint(LogStore store) {
        try (Checkpoint checkpoint = store.beginCheckpoint()) {
            checkpoint.complete();
        }
    }

    private static void append(LogStore store, int count) {
        List<ByteBuffer> events = new ArrayList<>();
        Random random = new Random(count);
        for (int i = 0; i < count; i++) {
            byte[] bytes = new byte[EVENT_BYTES];
            random.nextBytes(bytes);
            events.add(ByteBuffer.wrap(bytes));
        }
        try (WriteBatch batch = store.beginWrite()) {
            PartitionState state = batch.state();
            StreamHead head = batch.head(STREAM);
            if (head == null) {
                batch.createStream(STREAM, state.nextStreamId());
            }
            batch.append(STREAM, head == null ? 0 : head.lastRevision() + 1, state.nextPosition(), 1, events);
            batch.setState(new PartitionState(
                    1,
                    state.appliedIndex() + 1,
                    state.nextPosition() + count,
                    state.nextStreamId() + (head == null ? 1 : 0),
                    1,
                    state.digest()));
            batch.commit();
        }
    }

    private static int events(LogStore store) {
        try (ReadView view = store.openRead()) {
            return events(view);
        }
    }

    private static int events(ReadView view) {
        int[] count = {0};
        view.readPartition(0, true, (header, buffer, offset, length) -> {
            count[0]++;
            return true;
        });
        return count[0];
    }

    private void assertWhole(int events) {
        assertThat(StoreCheck.full(directory, Effort.full()).isSound()).isTrue();
        try (LogStore store = LmdbLogStore.open(directory, IDENTITY, SETTINGS)) {
            assertThat(events(store)).isEqualTo(events);
        }
    }
}
