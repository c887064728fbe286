package io.weir.client.spi;

import io.weir.protocol.ClusterDescription;
import io.weir.protocol.Command;
import io.weir.protocol.NodeStatus;
import io.weir.protocol.Outcome;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.QueryResponse;
import io.weir.protocol.Session;
import java.util.concurrent.CompletableFuture;

/**
 * A way to one node: over gRPC, or a direct call into a node of this process. Every method may be called from any thread
 * and returns at once. Futures fail with {@link NodeFailure} only; every call ends by itself soon after its timeout.
 */
public interface NodeChannel extends AutoCloseable {
    /** For messages: the address, or {@code in-process}. */
    String endpoint();

    CompletableFuture<ClusterDescription> describe(long timeoutMs);

    CompletableFuture<Session> openSession(int lifeMinutes, long timeoutMs);

    /**
     * Proposes a command to the leader of a partition. Commands that one caller submits to one partition through one channel
     * reach the node in the order of the calls.
     */
    CompletableFuture<Outcome> submit(int partition, Command command, long timeoutMs);

    /** Asks; the response is never an error: that fails the future. {@code request.timeout_ms} bounds it. */
    CompletableFuture<QueryResponse> query(QueryRequest request);

    CompletableFuture<NodeStatus> status(long timeoutMs);

    /** Fails what is under way with UNREACHABLE and frees everything. Idempotent. */
    @Override
    void close();
}
