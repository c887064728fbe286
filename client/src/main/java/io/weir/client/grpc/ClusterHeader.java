package io.weir.client.grpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The header in which a call names the cluster that it is meant for. A node of another cluster refuses the call, with the status
 * FAILED_PRECONDITION, before it has looked at any message of it; see {@link io.weir.protocol.ClusterId#refusal}.
 *
 * <p>A header, since it is one for all calls: no message can be forgotten, and a stream of commands bears it once.
 */
public final class ClusterHeader {
    /** {@code weir-cluster}; the value is the cluster's id. */
    public static final Metadata.Key<String> KEY = Metadata.Key.of("weir-cluster", Metadata.ASCII_STRING_MARSHALLER);

    private ClusterHeader() {}

    /** @param cluster asked at each call; null: the call names none */
    public static ClientInterceptor naming(Supplier<@Nullable String> cluster) {
        return new ClientInterceptor() {
            @Override
            public <Q, S> ClientCall<Q, S> interceptCall(
                    MethodDescriptor<Q, S> method, CallOptions options, Channel next) {
                return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
                    @Override
                    public void start(Listener<S> listener, Metadata headers) {
                        String named = cluster.get();
                        if (named != null) {
                            headers.put(KEY, named);
                        }
                        super.start(listener, headers);
                    }
                };
            }
        };
    }
}
