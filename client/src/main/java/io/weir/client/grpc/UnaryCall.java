package io.weir.client.grpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.weir.client.spi.NodeFailure;
import io.weir.protocol.Error;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** One request to a node and its one response. */
public final class UnaryCall {
    private UnaryCall() {}

    /**
     * Asks a node.
     *
     * @param endpoint names the node in failures
     * @param hasEffect whether it may have been executed although nothing was heard of it
     * @param unwrap takes the value out of a response; throws {@link NodeFailure} if it holds an error
     * @return fails with {@link NodeFailure} only; to cancel it cancels the call
     */
    @SuppressWarnings("FutureReturnValueIgnored") // only listens
    public static <Q, S, T> CompletableFuture<T> ask(
            Channel channel,
            MethodDescriptor<Q, S> method,
            Q request,
            long timeoutMs,
            String endpoint,
            boolean hasEffect,
            Function<S, T> unwrap) {
        CompletableFuture<T> result = new CompletableFuture<>();
        ClientCall<Q, S> call = channel.newCall(
                method, CallOptions.DEFAULT.withDeadlineAfter(Math.max(timeoutMs, 1), TimeUnit.MILLISECONDS));
        result.whenComplete((value, failure) -> {
            if (result.isCancelled()) {
                call.cancel("the caller is not interested any more", null);
            }
        });
        ClientCalls.asyncUnaryCall(call, request, new StreamObserver<S>() {
            @Override
            public void onNext(S response) {
                try {
                    result.complete(unwrap.apply(response));
                } catch (NodeFailure e) {
                    result.completeExceptionally(e);
                }
            }

            @Override
            public void onError(Throwable failure) {
                result.completeExceptionally(GrpcFailures.of(endpoint, failure, hasEffect));
            }

            @Override
            public void onCompleted() {
                // without a response gRPC reports an error; with one, this changes nothing
                result.completeExceptionally(
                        new NodeFailure(Error.Code.INTERNAL, endpoint + " ended a call without an answer", hasEffect));
            }
        });
        return result;
    }
}
