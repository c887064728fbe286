package io.weir.consensus;

import io.weir.client.spi.NodeFailure;
import io.weir.consensus.repair.Greeting;
import io.weir.consensus.repair.Incarnation;
import io.weir.consensus.repair.PeerPort;
import io.weir.protocol.Error;

/** The way to the other members of a node that has none. */
enum NoPeers implements PeerPort {
    INSTANCE;

    @Override
    public Greeting hello(String member, Incarnation self, boolean settled, long timeoutMs) {
        throw unreachable(member);
    }

    @Override
    public void leave(String member, int partition, long timeoutMs) {
        throw unreachable(member);
    }

    @Override
    public void join(String member, int partition, long timeoutMs) {
        throw unreachable(member);
    }

    @Override
    public void pull(String member, int partition, long leastIndex, ChunkConsumer chunks) {
        throw unreachable(member);
    }

    private static NodeFailure unreachable(String member) {
        return new NodeFailure(Error.Code.UNREACHABLE, "there is no way to node " + member, false);
    }
}
