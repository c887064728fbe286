package io.weir.consensus;

import io.weir.client.grpc.GrpcTransport;
import io.weir.client.spi.NodeChannel;
import io.weir.client.spi.Transport;
import io.weir.protocol.Member;
import org.jspecify.annotations.Nullable;

/** The transport of a node's own store: a direct call to this node, gRPC to the others. */
final class NodeTransport implements Transport {
    private final String clusterId;
    private final String self;
    private final NodeChannel local;
    private final boolean isLone;
    private final Object lock = new Object();
    private @Nullable GrpcTransport remote;

    NodeTransport(NodeConfig config, NodeChannel local) {
        this.clusterId = config.clusterId();
        this.self = config.nodeId();
        this.local = local;
        this.isLone = config.members().size() == 1;
    }

    @Override
    public NodeChannel open(Member member) {
        if (isLone || member.getId().equals(self)) {
            return local;
        }
        synchronized (lock) {
            if (remote == null) {
                remote = new GrpcTransport();
                remote.bind(clusterId);
            }
            return remote.open(member);
        }
    }

    @Override
    public void close() {
        synchronized (lock) {
            if (remote != null) {
                remote.close();
            }
        }
    }
}
