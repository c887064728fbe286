package io.weir.consensus.backup;

import java.nio.ByteBuffer;

/** The cluster that is saved. */
public interface BackupSource {
    /** Takes one attempt to get a copy. */
    interface Attempt {
        /** A new attempt begins: what came before does not count. */
        void begin();

        /** The next chunk; the buffer is valid inside this call only. */
        void chunk(ByteBuffer chunk);

        /** All chunks have come. */
        void end();
    }

    /** The cluster's id. */
    String clusterId();

    /** How many partitions it has. */
    int partitions();

    /**
     * Pulls a copy of one partition that holds everything acknowledged before the call; tries again, from the beginning, as
     * long as there is hope.
     *
     * @throws io.weir.client.EventStoreException.Unavailable if there is none
     * @throws RuntimeException what the attempt throws and another would not help
     */
    void pull(int partition, Attempt attempt);
}
