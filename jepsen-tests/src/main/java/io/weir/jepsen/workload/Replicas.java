package io.weir.jepsen.workload;

import io.weir.client.EventStoreException;
import io.weir.client.ReadLevel;
import io.weir.protocol.Session;
import java.time.Duration;
import java.util.List;

/** The nodes of a cluster, each asked by itself and around every fault of the network. Safe for several threads. */
public interface Replicas {
    /** Names of all nodes. */
    List<String> nodes();

    /**
     * The payloads of a stream as a node answers.
     *
     * @param from the first revision wanted
     * @param level a token names no transactions
     * @param timeout for the whole of it
     * @throws EventStoreException.Unavailable if the node does not answer in time, or does not lead and would have to
     * @throws IllegalStateException if it answers what it never may
     */
    List<String> read(String node, int partition, String stream, long from, ReadLevel level, Duration timeout);

    /**
     * A new session of some node.
     *
     * @throws EventStoreException.Unavailable if that does not open one
     */
    Session openSession(String node);
}
