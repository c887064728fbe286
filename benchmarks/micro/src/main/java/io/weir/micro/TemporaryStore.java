package io.weir.micro;

import io.weir.logstore.Checkpoint;
import io.weir.logstore.LogStore;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.WriteBatch;
import io.weir.logstore.lmdb.LmdbLogStore;
import io.weir.logstore.lmdb.Settings;
import io.weir.statemachine.PartitionStateMachine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A store in LMDB, in a directory that goes with it. */
public final class TemporaryStore implements AutoCloseable {
    private static final StoreIdentity IDENTITY = new StoreIdentity("micro", 0);
    private static final long CHECKPOINT_BYTES = 256 << 20;
    private static final int COMMANDS = 256;

    private final Path directory;
    private final LogStore store;

    private TemporaryStore(Path directory) {
        this.directory = directory;
        this.store = LmdbLogStore.open(directory.resolve("store"), IDENTITY, Settings.defaults());
    }

    /** An empty one. */
    public static TemporaryStore open() throws IOException {
        return new TemporaryStore(Files.createTempDirectory("weir-micro"));
    }

    /** One with so many events, of streams in turn. */
    public static TemporaryStore filled(int events, int streams, int payloadBytes) throws IOException {
        TemporaryStore opened = open();
        Appends appends = new Appends(1, streams, payloadBytes);
        PartitionStateMachine machine = new PartitionStateMachine();
        for (int i = 0; i < events; i += COMMANDS) {
            try (WriteBatch batch = opened.store.beginWrite()) {
                machine.apply(
                        1, batch.state().appliedIndex() + 1, appends.entry(Math.min(COMMANDS, events - i)), batch);
                batch.commit();
            }
        }
        opened.checkpoint();
        return opened;
    }

    /** The store. */
    public LogStore store() {
        return store;
    }

    /** What a node does now and then, when the file has grown. */
    public void checkpointIfGrown() {
        if (store.growthBytes() > CHECKPOINT_BYTES) {
            checkpoint();
        }
    }

    private void checkpoint() {
        try (Checkpoint checkpoint = store.beginCheckpoint()) {
            checkpoint.complete();
        }
    }

    @Override
    public void close() throws IOException {
        store.close();
        try (Stream<Path> tree = Files.walk(directory)) {
            tree.sorted(Comparator.reverseOrder()).forEach(TemporaryStore::delete);
        }
    }

    private static void delete(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
