package io.weir.consensus.backup;

import java.nio.ByteBuffer;

/** The cluster that is saved. */
public interface BackupSource {
    /** Takes one attempt after the other to get copies of all partitions. */
    interface Attempt {
        /** A new attempt begins: what came before, of any partition, does not count. */
        void begin();

        /** The next chunk, of the partition that is copied now; the buffer is valid inside this call only. */
        void chunk(int partition, ByteBuffer chunk);

        /** All chunks of a partition have come. The next one has the next number. */
        void end(int partition);
    }

    /** The cluster's id. */
    String clusterId();

    /** How many partitions it has. */
    int partitions();

    /**
     * Pulls copies of all partitions, from 0 on, that hold everything acknowledged before the call, and are one cut: of each
     * transaction all or nothing. Tries again, from the beginning, as long as there is hope.
     *
     * @throws io.weir.client.EventStoreException.Unavailable if there is none
     * @throws RuntimeException what the attempt throws and another would not help
     */
    void pull(Attempt attempt);
}
