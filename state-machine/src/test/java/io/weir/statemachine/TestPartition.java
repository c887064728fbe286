package io.weir.statemachine;

import static io.weir.statemachine.Commands.entry;

import io.weir.logstore.LogStore;
import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.WriteBatch;
import io.weir.logstore.memory.MemoryLogStore;
import io.weir.protocol.Command;
import io.weir.protocol.LogEntry;
import io.weir.protocol.Outcome;
import io.weir.protocol.Proposal;
import io.weir.statemachine.PartitionStateMachine.Applied;
import java.util.Arrays;
import java.util.List;

/** One replica of a partition: a store and the machine over it, an entry a batch, with the index counted. */
final class TestPartition implements AutoCloseable {
    static final StoreIdentity IDENTITY = new StoreIdentity("test", 0);

    final LogStore store = new MemoryLogStore(IDENTITY);
    private final PartitionStateMachine machine = new PartitionStateMachine();
    private long term = 1;

    Applied apply(LogEntry entry) {
        try (WriteBatch batch = store.beginWrite()) {
            Applied applied = machine.apply(term, state().appliedIndex() + 1, entry, batch);
            batch.commit();
            return applied;
        }
    }

    List<Outcome> apply(long stampMs, Command... commands) {
        List<Proposal> proposals =
                Arrays.stream(commands).map(Commands::proposal).toList();
        return apply(entry(stampMs, proposals)).outcomes();
    }

    Outcome applyOne(long stampMs, Command command) {
        return apply(stampMs, command).get(0);
    }

    void newTerm() {
        term++;
    }

    PartitionState state() {
        return store.state();
    }

    @Override
    public void close() {
        store.close();
    }
}
