package io.weir.consensus;

import io.weir.client.spi.NodeFailure;
import io.weir.consensus.repair.Greeting;
import io.weir.consensus.repair.Incarnation;
import io.weir.consensus.repair.Origin;
import io.weir.consensus.repair.PeerPort;
import io.weir.protocol.Error;
import java.util.Set;

/**
 * The way to the other members, of which calls do not come through.
 *
 * @param refused their names, now; "answer to join" for one that comes through, and whose answer does not
 */
record UnreliablePeers(PeerPort port, Set<String> refused) implements PeerPort {
    @Override
    public Greeting hello(String member, Incarnation self, Origin origin, boolean settled, long timeoutMs) {
        pass("hello");
        return port.hello(member, self, origin, settled, timeoutMs);
    }

    @Override
    public void leave(String member, int partition, long timeoutMs) {
        pass("leave");
        port.leave(member, partition, timeoutMs);
    }

    @Override
    public void join(String member, int partition, long timeoutMs) {
        pass("join");
        port.join(member, partition, timeoutMs);
        pass("answer to join");
    }

    @Override
    public void pull(String member, int partition, long leastIndex, ChunkConsumer chunks) {
        pass("pull");
        port.pull(member, partition, leastIndex, chunks);
    }

    private void pass(String call) {
        if (refused.contains(call)) {
            throw new NodeFailure(Error.Code.UNREACHABLE, call + " does not come through", false);
        }
    }
}
