package io.weir.benchmarks.costs;

import io.weir.client.spi.NodeChannel;
import io.weir.client.spi.NodeFailure;
import io.weir.protocol.Appended;
import io.weir.protocol.ClusterDescription;
import io.weir.protocol.Command;
import io.weir.protocol.Error;
import io.weir.protocol.Limits;
import io.weir.protocol.Member;
import io.weir.protocol.NodeStatus;
import io.weir.protocol.Outcome;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.QueryResponse;
import io.weir.protocol.Session;
import io.weir.statemachine.SessionIds;
import java.util.Collections;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** The only node of a cluster, with one partition, which takes every append and keeps none. */
final class AnsweringNode implements NodeChannel {
    /** The cluster's id. */
    static final String CLUSTER = "costs";

    private final AtomicLong nextPosition = new AtomicLong(1_000_000);
    private volatile int port;

    /** Where clients are told to find it. */
    void isAt(int newPort) {
        port = newPort;
    }

    @Override
    public String endpoint() {
        return "in-process";
    }

    @Override
    public CompletableFuture<ClusterDescription> describe(long timeoutMs) {
        return CompletableFuture.completedFuture(ClusterDescription.newBuilder()
                .setClusterId(CLUSTER)
                .setNodeId("n1")
                .addMembers(Member.newBuilder().setId("n1").setClientAddress("127.0.0.1:" + port))
                .addAllPartitionOfSlot(Collections.nCopies(Limits.SLOTS, 0))
                .addLeaders("n1")
                .setMaxEventBytes(Limits.MAX_EVENT_BYTES)
                .setMaxTransactionBytes(Limits.MAX_TRANSACTION_BYTES)
                .setMaxStreamsPerTransaction(Limits.MAX_STREAMS_PER_TRANSACTION)
                .build());
    }

    @Override
    public CompletableFuture<Session> openSession(int lifeMinutes, long timeoutMs) {
        var id = SessionIds.issue(Commands.STAMP_MS, lifeMinutes, 1);
        return CompletableFuture.completedFuture(Session.newBuilder()
                .setSessionHigh(id.high())
                .setSessionLow(id.low())
                .build());
    }

    @Override
    public CompletableFuture<Outcome> submit(int partition, Command command, long timeoutMs) {
        long position = nextPosition.getAndIncrement();
        return CompletableFuture.completedFuture(Outcome.newBuilder()
                .setAppended(Appended.newBuilder()
                        .setFirstRevision(position / Commands.STREAMS)
                        .setCount(1)
                        .setFirstPosition(position))
                .build());
    }

    @Override
    public CompletableFuture<QueryResponse> query(QueryRequest request) {
        return CompletableFuture.failedFuture(unsupported());
    }

    @Override
    public CompletableFuture<NodeStatus> status(long timeoutMs) {
        return CompletableFuture.failedFuture(unsupported());
    }

    private static NodeFailure unsupported() {
        return new NodeFailure(Error.Code.INVALID_ARGUMENT, "this node only takes appends", false);
    }

    @Override
    public void close() {
        // holds nothing
    }
}
