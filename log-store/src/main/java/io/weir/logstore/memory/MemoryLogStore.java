package io.weir.logstore.memory;

import io.weir.logstore.Checkpoint;
import io.weir.logstore.DigestMark;
import io.weir.logstore.LogStore;
import io.weir.logstore.PartitionState;
import io.weir.logstore.ReadView;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.StoreReceiver;
import io.weir.logstore.WriteBatch;
import io.weir.logstore.support.DrainGate;

/**
 * A store on plain sorted maps: the contract of {@link LogStore} without its durability. It shares no layout with the LMDB
 * store, so that each checks the other.
 *
 * <p>A batch collects its changes beside the maps. A commit applies them in place, or to a copy while a view is open on the
 * current maps: a view's maps never change.
 */
public final class MemoryLogStore implements LogStore {
    private final StoreIdentity identity;
    private final DrainGate gate;
    private final Object lock = new Object();
    private Tables tables = new Tables();
    private volatile PartitionState checkpoint = PartitionState.EMPTY;

    public MemoryLogStore(StoreIdentity identity) {
        this.identity = identity;
        this.gate = new DrainGate("store of partition " + identity.partition(), Integer.MAX_VALUE);
    }

    @Override
    public StoreIdentity identity() {
        return identity;
    }

    @Override
    public PartitionState state() {
        synchronized (lock) {
            return tables.state;
        }
    }

    @Override
    public DigestMark digestMark() {
        synchronized (lock) {
            return tables.mark;
        }
    }

    @Override
    public WriteBatch beginWrite() {
        gate.enterWriter();
        synchronized (lock) {
            return new MemoryBatch(this, tables);
        }
    }

    @Override
    public ReadView openRead() {
        gate.enterView();
        synchronized (lock) {
            tables.views++;
            return new MemoryView(this, tables);
        }
    }

    @Override
    public PartitionState checkpoint() {
        return checkpoint;
    }

    /** Remembers the state only: nothing here outlives the process. */
    @Override
    public Checkpoint beginCheckpoint() {
        PartitionState state = state();
        return new Checkpoint() {
            @Override
            public PartitionState state() {
                return state;
            }

            @Override
            public void complete() {
                checkpoint = state;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public StoreReceiver receive() {
        return new MemoryReceiver(identity);
    }

    /** Views that are open stay on what was replaced. */
    @Override
    public void install(StoreReceiver received) {
        Tables copied = ((MemoryReceiver) received).tables();
        gate.enterWriter();
        try {
            synchronized (lock) {
                tables = copied;
                checkpoint = copied.state;
            }
        } finally {
            gate.exitWriter();
        }
    }

    @Override
    public long growthBytes() {
        return 0;
    }

    @Override
    public long streams() {
        synchronized (lock) {
            return tables.streams.size();
        }
    }

    /** Bytes of all events, without headers and the other tables. */
    @Override
    public long sizeBytes() {
        synchronized (lock) {
            return tables.eventBytes;
        }
    }

    @Override
    public void close() {
        gate.close(() -> {});
    }

    boolean waitsForViews() {
        return gate.isWanted();
    }

    void publish(MemoryBatch batch) {
        synchronized (lock) {
            Tables target = tables.views == 0 ? tables : tables.copy();
            batch.applyTo(target);
            tables = target;
        }
    }

    void endBatch() {
        gate.exitWriter();
    }

    void endView(Tables of) {
        synchronized (lock) {
            of.views--;
        }
        gate.exitView();
    }
}
