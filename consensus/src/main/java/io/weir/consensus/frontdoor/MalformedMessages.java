package io.weir.consensus.frontdoor;

import io.grpc.BindableService;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/**
 * Ends a call whose message is no protobuf with INVALID_ARGUMENT. Left to gRPC, such a message is an uncaught exception:
 * the caller learns nothing, and a stranger can fill the node's log with stack traces.
 *
 * <p>Therefore messages pass the transport as streams of bytes, and are parsed inside this interceptor.
 */
final class MalformedMessages implements ServerInterceptor {
    private MalformedMessages() {}

    static ServerServiceDefinition refusedBy(BindableService service) {
        return ServerInterceptors.intercept(
                ServerInterceptors.useInputStreamMessages(service.bindService()), new MalformedMessages());
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
            private boolean refused;

            @Override
            public void onMessage(Q message) {
                if (refused) {
                    return;
                }
                try {
                    super.onMessage(message);
                } catch (StatusRuntimeException e) {
                    refused = true;
                    call.close(
                            Status.INVALID_ARGUMENT.withDescription(
                                    e.getStatus().getDescription()),
                            new Metadata());
                    super.onCancel();
                }
            }

            @Override
            public void onHalfClose() {
                if (!refused) {
                    super.onHalfClose();
                }
            }
        };
    }
}
