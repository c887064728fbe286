package io.weir.logstore.lmdb;

import static io.weir.logstore.StoreFixtures.IDENTITY;
import static io.weir.logstore.StoreFixtures.append;
import static io.weir.logstore.StoreFixtures.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.logstore.Checkpoint;
import io.weir.logstore.LogStore;
import io.weir.logstore.PartitionState;
import io.weir.logstore.ReadView;
import io.weir.logstore.StoreDump;
import io.weir.logstore.StoreException;
import io.weir.logstore.StoreReceiver;
import io.weir.logstore.StreamKey;
import io.weir.logstore.WriteBatch;
import io.weir.logstore.copy.Copies;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Copies in real environments: what is on disk before and after they take a store's place. */
@Timeout(60)
class LmdbReceiverTest {
    private static final StreamKey A = key(1, "a");
    private static final Settings SETTINGS = new Settings(64 << 20, 8 << 20, 8, 100, 1_000);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final LogStore other = Copies.history(11);
    private final List<byte[]> chunks = Copies.chunks(other);

    @SuppressWarnings("NullAway.Init")
    private LmdbLogStore store;

    @BeforeEach
    void open() {
        store = LmdbLogStore.open(directory, IDENTITY, SETTINGS);
        append(store, A, 1, "old");
    }

    @AfterEach
    void close() {
        store.close();
        other.close();
    }

    private void reopen() {
        store.close();
        store = LmdbLogStore.open(directory, IDENTITY, SETTINGS);
    }

    private LmdbReceiver received() {
        LmdbReceiver receiver = (LmdbReceiver) store.receive();
        Copies.accept(receiver, chunks);
        receiver.finish();
        return receiver;
    }

    private void install() {
        try (StoreReceiver receiver = received()) {
            store.install(receiver);
        }
    }

    private void assertIsCopy() {
        assertThat(store.state()).isEqualTo(other.state());
        try (ReadView here = store.openRead();
                ReadView there = other.openRead()) {
            assertThat(StoreDump.rows(here)).isEqualTo(StoreDump.rows(there));
            assertThat(here.tableDigests()).isEqualTo(there.tableDigests());
        }
    }

    private int environments() throws IOException {
        try (var paths = Files.list(directory)) {
            return (int) paths.filter(Files::isDirectory).count();
        }
    }

    @Test
    void aCopyIsThereAfterTheNextOpenAndWhatItReplacedIsGone() throws IOException {
        install();
        assertIsCopy();
        assertThat(environments()).isOne();
        reopen();
        assertIsCopy();
        assertThat(store.checkpoint()).isEqualTo(other.state());
        append(store, A, 5_000, "new");
        reopen();
        assertThat(store.state().nextPosition()).isEqualTo(other.state().nextPosition() + 1);
    }

    @Test
    void anInstallWaitsForWhoIsInside() throws InterruptedException {
        StoreReceiver receiver = received();
        ReadView view = store.openRead();
        WriteBatch batch = store.beginWrite();
        Thread installer = new Thread(() -> store.install(receiver));
        installer.start();
        while (installer.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertThat(view.head(A)).isNotNull();
        view.close();
        batch.close();
        installer.join(TimeUnit.SECONDS.toMillis(20));
        assertThat(installer.isAlive()).isFalse();
        assertIsCopy();
    }

    @Test
    void whoHasTheBatchCannotInstall() {
        try (StoreReceiver receiver = received();
                WriteBatch batch = store.beginWrite()) {
            assertThat(batch.head(A)).isNotNull();
            assertThatThrownBy(() -> store.install(receiver)).isInstanceOf(IllegalStateException.class);
        }
        assertThat(store.state().nextPosition()).isOne();
        append(store, A, 2, "goes on");
    }

    @Test
    void aCheckpointThatWasBegunBeforeIsSuperseded() {
        try (Checkpoint checkpoint = store.beginCheckpoint()) {
            install();
            checkpoint.complete();
        }
        assertThat(store.checkpoint()).isEqualTo(other.state());
        append(store, A, 5_000, "new");
        PartitionState last = store.state();
        try (Checkpoint checkpoint = store.beginCheckpoint()) {
            checkpoint.complete();
        }
        assertThat(store.checkpoint()).isEqualTo(last);
    }

    @Test
    void oneCopyAtATimeAndOnlyItsOwn() {
        try (StoreReceiver receiver = store.receive()) {
            assertThatThrownBy(store::receive).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> store.install(receiver)).isInstanceOf(IllegalStateException.class);
        }
        try (LogStore memory = new io.weir.logstore.memory.MemoryLogStore(IDENTITY);
                StoreReceiver foreign = memory.receive()) {
            assertThatThrownBy(() -> store.install(foreign)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void whatAnAbandonedCopyLeavesIsRemoved() throws IOException {
        StoreReceiver first = store.receive();
        first.accept(ByteBuffer.wrap(chunks.get(0)));
        assertThat(environments()).isEqualTo(2);
        first.close();
        first.close();
        assertThat(environments()).isOne();
        EnvDirectory.create(directory); // as a crash would leave it
        try (StoreReceiver second = store.receive()) {
            assertThat(second.rows()).isZero();
            assertThat(environments()).isEqualTo(2);
        }
        assertThat(environments()).isOne();
        assertThat(store.state().nextPosition()).isOne();
    }

    @Test
    void aClosedStoreIsReplacedInItsDirectory() throws IOException {
        try (LmdbReceiver receiver = LmdbLogStore.receive(directory.resolve("empty"), IDENTITY, SETTINGS)) {
            Copies.accept(receiver, chunks);
            assertThat(receiver.finish()).isEqualTo(other.state());
            receiver.activate();
        }
        try (LogStore opened = LmdbLogStore.open(directory.resolve("empty"), IDENTITY, SETTINGS)) {
            assertThat(opened.state()).isEqualTo(other.state());
        }
        assertThatThrownBy(() -> LmdbLogStore.receive(directory, IDENTITY, SETTINGS))
                .isInstanceOf(StoreException.Failed.class)
                .hasMessageContaining("in use");
        store.close();
        try (LmdbReceiver receiver = LmdbLogStore.receive(directory, IDENTITY, SETTINGS)) {
            Copies.accept(receiver, chunks);
            receiver.finish();
            receiver.activate();
        }
        assertThat(EnvDirectory.others(directory)).hasSize(1);
        store = LmdbLogStore.open(directory, IDENTITY, SETTINGS);
        assertIsCopy();
    }

    @Test
    void aDamagedCurrentFileIsNoObstacle() throws IOException {
        store.close();
        Files.write(directory.resolve("CURRENT"), new byte[] {1});
        try (LmdbReceiver receiver = LmdbLogStore.receive(directory, IDENTITY, SETTINGS)) {
            Copies.accept(receiver, chunks);
            receiver.finish();
            receiver.activate();
        }
        store = LmdbLogStore.open(directory, IDENTITY, SETTINGS);
        assertIsCopy();
    }
}
