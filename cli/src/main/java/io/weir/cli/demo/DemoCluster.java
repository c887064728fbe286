package io.weir.cli.demo;

import io.weir.client.EventStore;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What the demo needs of a cluster: nodes that can be killed. Used by one thread, but for {@link #close()}. */
interface DemoCluster extends AutoCloseable {
    /** Starts clusters. */
    interface Starter {
        /**
         * Starts nodes and waits until they serve.
         *
         * @param directory for everything that they keep; exists and is empty
         */
        DemoCluster start(Path directory, int nodes, int partitions);
    }

    /** A client of all nodes; the caller closes it. */
    EventStore connect();

    List<String> nodeIds();

    /** For people: what the nodes are, for example three processes and their heaps. */
    String description();

    /** Ends a node as a power failure would, without a chance to say goodbye; returns when it is gone. */
    void kill(String nodeId);

    /**
     * Has a node end as a power failure would, as soon as a transaction over several partitions that it drives, as the leader of
     * its home, has been promised by all of them and is not decided.
     *
     * @return completes when it is gone; fails if it ended otherwise
     */
    CompletableFuture<Void> killBeforeDecision(String nodeId);

    /** Starts a killed node again on what it left behind; returns before it serves. */
    void restart(String nodeId);

    /** Ends all nodes. Idempotent. */
    @Override
    void close();
}
