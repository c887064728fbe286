package io.weir.logstore.lmdb;

import io.weir.logstore.Checkpoint;
import io.weir.logstore.Histories;
import io.weir.logstore.LogStore;
import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreFixtures;
import io.weir.logstore.WriteBatch;
import java.nio.file.Path;

/**
 * The child that {@link CrashIT} kills: commits batch after batch, completes a checkpoint now and then on another thread, and
 * prints the term of each when it is complete.
 */
final class CrashWriter {
    private static final int BATCHES_A_CHECKPOINT = 3;
    private static final int MAX_BATCHES = 40;
    /** So that a child that nobody kills ends by itself. */
    private static final int MAX_CHECKPOINTS = 1_000;

    private CrashWriter() {}

    /** Batch {@code number}, the same in every process; its number is the applied term, which nothing else sets. */
    static void write(LogStore store, long number) {
        try (WriteBatch batch = store.beginWrite()) {
            Histories.batch(batch, number);
            PartitionState state = batch.state();
            batch.setState(new PartitionState(
                    number,
                    state.appliedIndex(),
                    state.nextPosition(),
                    state.nextStreamId(),
                    state.logTimeMs(),
                    state.digest()));
            batch.commit();
        }
    }

    public static void main(String[] arguments) throws InterruptedException {
        try (LogStore store = LmdbLogStore.open(Path.of(arguments[0]), StoreFixtures.IDENTITY, Settings.defaults())) {
            Thread completing = new Thread(() -> {});
            for (int checkpoints = 0; checkpoints < MAX_CHECKPOINTS; checkpoints++) {
                for (int i = 0; i < BATCHES_A_CHECKPOINT || (i < MAX_BATCHES && completing.isAlive()); i++) {
                    write(store, store.state().appliedTerm() + 1);
                }
                completing.join();
                Checkpoint checkpoint = store.beginCheckpoint();
                completing = new Thread(() -> complete(checkpoint));
                completing.start();
            }
            completing.join();
        }
    }

    private static void complete(Checkpoint checkpoint) {
        try (checkpoint) {
            checkpoint.complete();
            System.out.println(checkpoint.state().appliedTerm());
        }
    }
}
