package io.weir.logstore.lmdb;

import io.weir.logstore.Histories;
import io.weir.logstore.LogStore;
import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreFixtures;
import io.weir.logstore.WriteBatch;
import java.nio.file.Path;

/** The child that {@link CrashIT} kills: commits batch after batch and prints the term of each after its commit. */
final class CrashWriter {
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

    public static void main(String[] arguments) {
        try (LogStore store = LmdbLogStore.open(Path.of(arguments[0]), StoreFixtures.IDENTITY, Settings.defaults())) {
            while (true) {
                long number = store.state().appliedTerm() + 1;
                write(store, number);
                System.out.println(number);
            }
        }
    }
}
