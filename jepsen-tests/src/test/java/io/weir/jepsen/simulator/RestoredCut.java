package io.weir.jepsen.simulator;

import io.weir.logstore.LogStore;
import io.weir.logstore.ReadView;
import io.weir.logstore.StoreReceiver;
import io.weir.logstore.TransactionKey;
import io.weir.logstore.WriteBatch;
import io.weir.logstore.copy.CopyWriter;
import io.weir.logstore.memory.MemoryLogStore;
import io.weir.protocol.AbortedTransaction;
import io.weir.protocol.Decide;
import io.weir.protocol.Decided;
import io.weir.protocol.LogEntry;
import io.weir.protocol.Outcome;
import io.weir.protocol.Proposal;
import io.weir.protocol.Resolve;
import io.weir.protocol.TransactionStep;
import io.weir.statemachine.PartitionStateMachine;
import io.weir.statemachine.TransactionKeys;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** A cluster that begins with a cut: finishes what was under way, as care does, with the state machine of production; and is judged. */
final class RestoredCut {
    /** Past every expiry, and every session. */
    private static final long LATER_MS = 1_000_000;

    private final World world;
    private final List<LogStore> stores;
    private final PartitionStateMachine machine = new PartitionStateMachine();
    private final long laterMs;

    /** @param stores of all partitions; are closed when it was judged */
    RestoredCut(World world, List<LogStore> stores) {
        this.world = world;
        this.stores = stores;
        this.laterMs = world.random().nextBoolean() ? LATER_MS : 0;
    }

    /** All that a store holds, as a backup gets it. */
    static LogStore copy(LogStore store) {
        LogStore copy = new MemoryLogStore(store.identity());
        try (ReadView view = store.openRead();
                StoreReceiver receiver = copy.receive()) {
            CopyWriter.write(store.identity(), view, chunk -> {
                receiver.accept(ByteBuffer.wrap(chunk));
                return true;
            });
            receiver.finish();
            copy.install(receiver);
        }
        return copy;
    }

    /** @param least how many events of each stream were acknowledged before the cut was begun */
    void judge(int[] least) {
        for (int partition = 0; partition < stores.size(); partition++) {
            for (TransactionKey staged : staged(partition)) {
                world.count("staged in a cut");
                finish(staged, partition);
            }
        }
        BitSet visible = new BitSet();
        for (int stream = 0; stream < world.streams().count(); stream++) {
            int[] values;
            try (ReadView view = stores.get(world.streams().partition(stream)).openRead()) {
                values = world.streams().read(view, stream);
            }
            for (int value : values) {
                visible.set(value);
            }
            if (values.length < least[stream]) {
                world.broken(
                        Broken.CUT,
                        "stream " + stream + " has " + values.length + " events in a cut; " + least[stream]
                                + " were acknowledged before");
            }
        }
        world.ledger().cut(visible);
        stores.forEach(LogStore::close);
    }

    private List<TransactionKey> staged(int partition) {
        List<TransactionKey> staged = new ArrayList<>();
        try (ReadView view = stores.get(partition).openRead()) {
            for (TransactionKey key = view.nextStaged(null); key != null; key = view.nextStaged(key)) {
                staged.add(key);
            }
        }
        return staged;
    }

    private void finish(TransactionKey key, int partition) {
        TransactionStep.Builder step = TransactionStep.newBuilder().setId(TransactionKeys.id(key));
        AbortedTransaction recovered = AbortedTransaction.newBuilder()
                .setReason(AbortedTransaction.Reason.RECOVERED)
                .build();
        Decided decided = apply(
                        key.home(),
                        step.setDecide(Decide.newBuilder().setAbort(recovered)).build())
                .getDecided();
        if (key.home() == partition) {
            return;
        }
        if (decided.hasCommitted()) {
            world.count("committed in a cut, and not visible everywhere");
        }
        boolean commits =
                decided.getCommitted().getPartsList().stream().anyMatch(part -> part.getPartition() == partition);
        apply(
                partition,
                step.setResolve(Resolve.newBuilder().setCommit(commits)).build());
    }

    private Outcome apply(int partition, TransactionStep step) {
        LogStore store = stores.get(partition);
        LogEntry entry = LogEntry.newBuilder()
                .setFormat(PartitionStateMachine.LOG_ENTRY_FORMAT)
                .setStampMs(store.state().logTimeMs() + laterMs)
                .addProposals(Proposal.newBuilder().setStep(step))
                .build();
        try (WriteBatch batch = store.beginWrite()) {
            PartitionStateMachine.Applied applied =
                    machine.apply(store.state().appliedTerm(), store.state().appliedIndex() + 1, entry, batch);
            batch.commit();
            return applied.outcomes().get(0);
        }
    }
}
