package io.weir.consensus.frontdoor;

import com.google.protobuf.Descriptors.Descriptor;
import io.grpc.BindableService;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Ends a call whose message is no protobuf, or is far larger in memory than on the wire, with INVALID_ARGUMENT. Left to gRPC,
 * the former is an uncaught exception: the caller learns nothing, and a stranger can fill the node's log with stack traces. The
 * latter takes the node's memory before anything looks at it ({@link MessageParts}).
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
        Descriptor type = inputType(call.getMethodDescriptor());
        return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
            private boolean refused;

            @Override
            public void onMessage(Q message) {
                if (refused) {
                    return;
                }
                try {
                    super.onMessage(checked(message, type));
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

    private static Descriptor inputType(MethodDescriptor<?, ?> method) {
        if (method.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier schema) {
            return schema.getMethodDescriptor().getInputType();
        }
        throw new IllegalStateException(method.getFullMethodName() + " takes no messages of a known type");
    }

    /** The same message, unless it is small on the wire and huge in memory. */
    @SuppressWarnings("unchecked") // all messages pass as streams of bytes here
    private static <Q> Q checked(Q message, Descriptor type) {
        try {
            byte[] bytes = ((InputStream) message).readAllBytes();
            if (MessageParts.areTooMany(bytes, type)) {
                throw Status.INVALID_ARGUMENT
                        .withDescription("message has more than " + MessageParts.MAX_PARTS + " parts")
                        .asRuntimeException();
            }
            return (Q) new ByteArrayInputStream(bytes);
        } catch (IOException e) {
            throw Status.INVALID_ARGUMENT
                    .withDescription("message is no protobuf: " + e.getMessage())
                    .asRuntimeException();
        }
    }
}
