package io.weir.client.grpc;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.weir.client.spi.NodeChannel;
import io.weir.client.spi.NodeFailure;
import io.weir.protocol.ClusterDescription;
import io.weir.protocol.Command;
import io.weir.protocol.DescribeRequest;
import io.weir.protocol.NodeStatus;
import io.weir.protocol.OpenSessionRequest;
import io.weir.protocol.Outcome;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.QueryResponse;
import io.weir.protocol.Session;
import io.weir.protocol.StatusRequest;
import io.weir.protocol.WeirGrpc;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;

/**
 * One node over one HTTP/2 connection, which gRPC opens when it is needed and again when it is lost: commands over one call
 * stream ({@link SubmitStream}), everything else one call each, with gRPC's deadline. Safe for any thread. Futures complete
 * on gRPC's event loop: whoever continues there must hand on at once.
 */
final class GrpcNodeChannel implements NodeChannel {
    private final String endpoint;
    private final ManagedChannel channel;
    private final SubmitStream commands;

    GrpcNodeChannel(String endpoint, ManagedChannel channel, ScheduledExecutorService executor) {
        this.endpoint = endpoint;
        this.channel = channel;
        this.commands = new SubmitStream(endpoint, WeirGrpc.newStub(channel), executor);
    }

    @Override
    public String endpoint() {
        return endpoint;
    }

    @Override
    public CompletableFuture<ClusterDescription> describe(long timeoutMs) {
        return call(WeirGrpc.getDescribeMethod(), DescribeRequest.getDefaultInstance(), timeoutMs, false, response -> {
            if (response.hasError()) {
                throw new NodeFailure(response.getError());
            }
            return response.getCluster();
        });
    }

    @Override
    public CompletableFuture<Session> openSession(int lifeMinutes, long timeoutMs) {
        OpenSessionRequest request =
                OpenSessionRequest.newBuilder().setLifeMinutes(lifeMinutes).build();
        return call(WeirGrpc.getOpenSessionMethod(), request, timeoutMs, true, response -> {
            if (response.hasError()) {
                throw new NodeFailure(response.getError());
            }
            return response.getSession();
        });
    }

    @Override
    public CompletableFuture<Outcome> submit(int partition, Command command, long timeoutMs) {
        reconnectIfDown();
        return commands.submit(partition, command, timeoutMs);
    }

    @Override
    public CompletableFuture<QueryResponse> query(QueryRequest request) {
        return call(WeirGrpc.getQueryMethod(), request, request.getTimeoutMs(), false, response -> {
            if (response.hasError()) {
                throw new NodeFailure(response.getError());
            }
            return response;
        });
    }

    @Override
    public CompletableFuture<NodeStatus> status(long timeoutMs) {
        return call(WeirGrpc.getStatusMethod(), StatusRequest.getDefaultInstance(), timeoutMs, false, response -> {
            if (response.hasError()) {
                throw new NodeFailure(response.getError());
            }
            return response.getStatus();
        });
    }

    /** gRPC would wait up to two minutes before it connects again; who calls has done its own waiting. */
    private void reconnectIfDown() {
        if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
            channel.resetConnectBackoff();
        }
    }

    private <Q, S, T> CompletableFuture<T> call(
            MethodDescriptor<Q, S> method, Q request, long timeoutMs, boolean hasEffect, Function<S, T> unwrap) {
        reconnectIfDown();
        return UnaryCall.ask(channel, method, request, timeoutMs, endpoint, hasEffect, unwrap);
    }

    @Override
    public void close() {
        commands.close();
        channel.shutdownNow();
    }
}
