package io.weir.consensus.transaction;

import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionInfo;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The care of each of some partitions, which looks every tenth of a second of virtual time. */
final class Cares {
    private static final long LOOK_MS = 100;

    private final FakePartitions partitions;
    private final List<TransactionCare> cares = new ArrayList<>();

    /** Whether each partition's replica leads. */
    final boolean[] leads;

    /** When a partition was ticked, in virtual time. */
    final List<Long> ticks = new ArrayList<>();

    Cares(FakePartitions partitions, CareTimes times) {
        this(partitions, times, TransactionCare.MAX_WATCHED);
    }

    /** @param watched how many transactions are looked at at once */
    Cares(FakePartitions partitions, CareTimes times, int watched) {
        this.partitions = partitions;
        this.leads = new boolean[partitions.count()];
        for (int partition = 0; partition < partitions.count(); partition++) {
            leads[partition] = true;
            TransactionDriver driver = new TransactionDriver(partitions, partitions::partitionOfSlot);
            cares.add(new TransactionCare(new Here(partition), driver, partitions, times, watched));
        }
        look();
    }

    private void look() {
        cares.forEach(TransactionCare::look);
        partitions.schedule(LOOK_MS, this::look);
    }

    TransactionCare of(int partition) {
        return cares.get(partition);
    }

    private final class Here implements CarePort {
        private final int partition;

        Here(int partition) {
            this.partition = partition;
        }

        @Override
        public int partition() {
            return partition;
        }

        @Override
        public boolean leads() {
            return leads[partition];
        }

        @Override
        public List<TransactionInfo> open(@Nullable TransactionId after, int max) {
            return partitions.open(partition, after, max);
        }

        @Override
        public long firstExpiryMs() {
            return partitions.firstExpiryMs(partition);
        }

        @Override
        public long logTimeMs() {
            return partitions.logTimeMs(partition);
        }

        @Override
        public long clockMs() {
            return partitions.clockMs(partition);
        }

        @Override
        public void tick() {
            ticks.add(partitions.nowMs());
            partitions.tick(partition);
        }
    }
}
