package io.weir.jepsen.simulator;

import io.weir.consensus.partition.TransactionReader;
import io.weir.consensus.transaction.CarePort;
import io.weir.logstore.ReadView;
import io.weir.logstore.TransactionKey;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionInfo;
import io.weir.protocol.TransactionRecord;
import io.weir.statemachine.TransactionKeys;
import io.weir.statemachine.TransactionRecords;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A partition as the care of a node sees it. */
final class SimulatedCarePort implements CarePort {
    private final World world;
    private final SimulatedNode node;
    private final SimulatedPartition partition;

    SimulatedCarePort(World world, SimulatedNode node, SimulatedPartition partition) {
        this.world = world;
        this.node = node;
        this.partition = partition;
    }

    @Override
    public int partition() {
        return partition.number();
    }

    @Override
    public boolean leads() {
        Mutant mutant = world.mutant();
        return mutant != Mutant.NO_CARE && node.believesToLead(partition);
    }

    @Override
    public List<TransactionInfo> open(@Nullable TransactionId after, int max) {
        try (ReadView view = partition.store().openRead()) {
            return TransactionReader.open(view, after == null ? null : TransactionKeys.key(after), max);
        }
    }

    /** What a partition tells of a transaction. */
    static TransactionInfo info(ReadView view, TransactionKey key) {
        TransactionInfo.Builder info = TransactionInfo.newBuilder()
                .setId(TransactionKeys.id(key))
                .setLogTimeMs(view.state().logTimeMs());
        TransactionRecord record = TransactionRecords.record(view, key);
        if (record != null) {
            info.setRecord(record);
        }
        return info.build();
    }

    @Override
    public long firstExpiryMs() {
        try (ReadView view = partition.store().openRead()) {
            TransactionKey first = view.nextTransaction(null);
            return first == null ? Long.MAX_VALUE : first.expiryMs();
        }
    }

    @Override
    public long logTimeMs() {
        return partition.logTimeMs();
    }

    @Override
    public long clockMs() {
        return node.clockMs();
    }

    @Override
    public void tick() {
        node.tick(partition);
    }
}
