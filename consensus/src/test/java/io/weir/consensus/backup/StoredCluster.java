package io.weir.consensus.backup;

import io.weir.logstore.Digest;
import io.weir.logstore.LogStore;
import io.weir.logstore.PartitionState;
import io.weir.logstore.ReadView;
import io.weir.logstore.SessionId;
import io.weir.logstore.SessionRow;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.StreamKey;
import io.weir.logstore.WriteBatch;
import io.weir.logstore.copy.CopyWriter;
import io.weir.logstore.memory.MemoryLogStore;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A cluster that is saved, without nodes: its stores in memory. All comes at the second attempt. */
final class StoredCluster implements BackupSource, AutoCloseable {
    static final String CLUSTER = "shop";

    private final List<LogStore> stores = new ArrayList<>();

    /** Some events in each partition, always the same. */
    static StoredCluster small(int partitions) {
        StoredCluster cluster = new StoredCluster();
        for (int partition = 0; partition < partitions; partition++) {
            LogStore store = new MemoryLogStore(new StoreIdentity(CLUSTER, partition));
            cluster.stores.add(store);
            try (WriteBatch batch = store.beginWrite()) {
                StreamKey key = new StreamKey(partition + 1, "order-7".getBytes(StandardCharsets.US_ASCII));
                batch.createStream(key, 0);
                batch.append(key, 0, 0, 1_700_000_000_000L, List.of(event("placed"), event("paid")));
                batch.putSession(new SessionId(1, partition), new SessionRow(2, 3, 4));
                batch.setState(new PartitionState(3, 17, 2, 1, 1_700_000_000_000L, new Digest(5, partition)));
                batch.commit();
            }
        }
        return cluster;
    }

    private static ByteBuffer event(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public String clusterId() {
        return CLUSTER;
    }

    @Override
    public int partitions() {
        return stores.size();
    }

    @Override
    public void pull(Attempt attempt) {
        attempt.begin();
        copy(0, attempt);
        attempt.end(0);
        write(stores.size() - 1, attempt, false); // the connection breaks
        attempt.begin();
        for (int partition = 0; partition < stores.size(); partition++) {
            copy(partition, attempt);
            attempt.end(partition);
        }
    }

    /** The chunks of one partition. */
    void copy(int partition, Attempt attempt) {
        write(partition, attempt, true);
    }

    private void write(int partition, Attempt attempt, boolean isWhole) {
        LogStore store = stores.get(partition);
        try (ReadView view = store.openRead()) {
            CopyWriter.write(store.identity(), view, chunk -> {
                attempt.chunk(partition, ByteBuffer.wrap(chunk));
                return isWhole;
            });
        }
    }

    @Override
    public void close() {
        stores.forEach(LogStore::close);
    }
}
