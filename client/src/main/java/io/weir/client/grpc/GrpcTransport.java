package io.weir.client.grpc;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.weir.client.spi.NodeChannel;
import io.weir.client.spi.Transport;
import io.weir.protocol.Member;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Channels over gRPC, without TLS. Holds two daemon threads, {@code weir-client-grpc}, that write what has queued and watch
 * timeouts; gRPC's own threads, daemons too, are shared by all transports of the process and end when none is left.
 */
public final class GrpcTransport implements Transport {
    /** The largest message that is taken from a node: a page, and one event more. */
    public static final int MAX_INBOUND_BYTES = 16 << 20;

    /** A peer is asked for a sign of life after this much silence while a call is open: gRPC allows no less. */
    public static final long KEEP_ALIVE_SECONDS = 10;

    private static final long KEEP_ALIVE_TIMEOUT_SECONDS = 3;

    private final ScheduledThreadPoolExecutor executor;
    private volatile @Nullable String cluster;

    public GrpcTransport() {
        executor = new ScheduledThreadPoolExecutor(2, task -> {
            Thread thread = new Thread(task, "weir-client-grpc");
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
    }

    /** A channel to {@code member.client_address}; a member without one can never be reached. */
    @Override
    public NodeChannel open(Member member) {
        String address = member.getClientAddress();
        // RFC 2606: "invalid" resolves nowhere, and the failure then names the reason
        String target = address.isEmpty() ? "no-client-address.invalid:1" : address;
        ManagedChannel channel = Grpc.newChannelBuilder("dns:///" + target, InsecureChannelCredentials.create())
                .maxInboundMessageSize(MAX_INBOUND_BYTES)
                .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEP_ALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .disableRetry() // the store knows better which node to ask next
                .directExecutor() // all that an answer does is to hand itself on
                .intercept(ClusterHeader.naming(() -> cluster))
                .build();
        String endpoint = address.isEmpty() ? member.getId() + " (no client address)" : address;
        return new GrpcNodeChannel(endpoint, channel, executor);
    }

    @Override
    public void bind(String clusterId) {
        cluster = clusterId;
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
