package io.weir.consensus.frontdoor;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.weir.client.spi.NodeChannel;
import io.weir.client.spi.NodeFailure;
import io.weir.protocol.DescribeRequest;
import io.weir.protocol.DescribeResponse;
import io.weir.protocol.Error;
import io.weir.protocol.OpenSessionRequest;
import io.weir.protocol.OpenSessionResponse;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.QueryResponse;
import io.weir.protocol.StatusRequest;
import io.weir.protocol.StatusResponse;
import io.weir.protocol.SubmitRequest;
import io.weir.protocol.SubmitResponse;
import io.weir.protocol.WeirGrpc;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The five calls of {@code service.proto}, each passed on to the node; a failure of the node is an answer, not a gRPC status. */
final class WeirService extends WeirGrpc.WeirImplBase {
    /** For unary calls that come without a deadline, in milliseconds. */
    private static final long DEFAULT_TIMEOUT_MS = 5_000;

    private static final Logger LOG = LoggerFactory.getLogger(WeirService.class);

    private final NodeChannel node;
    private final Executor executor;
    private final Set<SubmitCall> submitCalls = ConcurrentHashMap.newKeySet();
    private volatile boolean finishing;

    WeirService(NodeChannel node, Executor executor) {
        this.node = node;
        this.executor = executor;
    }

    /** Lets calls under way end and takes no more commands. */
    void finish() {
        finishing = true;
        submitCalls.forEach(SubmitCall::finish);
    }

    @Override
    public StreamObserver<SubmitRequest> submit(StreamObserver<SubmitResponse> responses) {
        SubmitCall call = new SubmitCall(node, (ServerCallStreamObserver<SubmitResponse>) responses, executor);
        submitCalls.add(call);
        call.begin(() -> submitCalls.remove(call));
        if (finishing) {
            call.finish();
        }
        return call;
    }

    @Override
    public void describe(DescribeRequest request, StreamObserver<DescribeResponse> responses) {
        answer(
                () -> node.describe(remainingMs()),
                cluster -> DescribeResponse.newBuilder().setCluster(cluster).build(),
                error -> DescribeResponse.newBuilder().setError(error).build(),
                responses);
    }

    @Override
    public void openSession(OpenSessionRequest request, StreamObserver<OpenSessionResponse> responses) {
        answer(
                () -> node.openSession(request.getLifeMinutes(), remainingMs()),
                session -> OpenSessionResponse.newBuilder().setSession(session).build(),
                error -> OpenSessionResponse.newBuilder().setError(error).build(),
                responses);
    }

    @Override
    public void query(QueryRequest request, StreamObserver<QueryResponse> responses) {
        answer(
                () -> checkedQuery(request),
                Function.identity(),
                error -> QueryResponse.newBuilder().setError(error).build(),
                responses);
    }

    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> responses) {
        answer(
                () -> node.status(remainingMs()),
                status -> StatusResponse.newBuilder().setStatus(status).build(),
                error -> StatusResponse.newBuilder().setError(error).build(),
                responses);
    }

    private CompletableFuture<QueryResponse> checkedQuery(QueryRequest request) {
        if (request.getPartition() < 0) {
            return refused("no partition " + Integer.toUnsignedString(request.getPartition()));
        }
        if (request.getQueryCase() == QueryRequest.QueryCase.QUERY_NOT_SET) {
            return refused("the query says nothing of what it asks; client and node may be of different versions");
        }
        return node.query(request);
    }

    private static <T> CompletableFuture<T> refused(String message) {
        return CompletableFuture.failedFuture(new NodeFailure(Failures.invalid(message)));
    }

    private <T, R> void answer(
            Supplier<CompletableFuture<T>> ask,
            Function<T, R> success,
            Function<Error, R> failure,
            StreamObserver<R> responses) {
        CompletableFuture<T> asked = asked(ask);
        // A read that waits for a client that is gone would keep its place among those that may wait until its time
        // is up. And without a handler, a call that its client has given up throws on the thread that answers it.
        ((ServerCallStreamObserver<R>) responses)
                .setOnCancelHandler(() -> asked.completeExceptionally(
                        new NodeFailure(Error.Code.DEADLINE_EXCEEDED, "the client has given up", false)));
        // Encoding a page is work: it is not done on the thread of the node that answers.
        asked.handleAsync(
                        (value, thrown) ->
                                thrown == null ? success.apply(value) : failure.apply(Failures.toError(thrown)),
                        executor)
                .thenAccept(response -> {
                    responses.onNext(response);
                    responses.onCompleted();
                })
                .exceptionally(thrown -> {
                    LOG.debug("an answer was not written; its call or the front door is closed", thrown);
                    return null;
                });
    }

    private static <T> CompletableFuture<T> asked(Supplier<CompletableFuture<T>> ask) {
        try {
            return ask.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** What is left of the caller's deadline, in milliseconds; 1 at least. */
    private static long remainingMs() {
        Deadline deadline = Context.current().getDeadline();
        return deadline == null ? DEFAULT_TIMEOUT_MS : Math.max(1, deadline.timeRemaining(TimeUnit.MILLISECONDS));
    }
}
