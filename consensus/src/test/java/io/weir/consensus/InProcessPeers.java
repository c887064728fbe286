package io.weir.consensus;

import io.weir.client.spi.NodeFailure;
import io.weir.consensus.partition.Failures;
import io.weir.consensus.repair.Greeting;
import io.weir.consensus.repair.Incarnation;
import io.weir.consensus.repair.PeerPort;
import io.weir.protocol.Error;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The peer service without a network: a member is reached while its node runs. */
record InProcessPeers(String self, Map<String, WeirNode> running) implements PeerPort {
    private WeirNode node(String member) {
        WeirNode node = running.get(member);
        if (node == null) {
            throw new NodeFailure(Error.Code.UNREACHABLE, member + " does not run", false);
        }
        return node;
    }

    @Override
    public Greeting hello(String member, Incarnation incarnation, boolean settled, long timeoutMs) {
        return node(member).desk().hello(self, incarnation, settled);
    }

    @Override
    public void leave(String member, int partition, long timeoutMs) {
        await(node(member).desk().leave(self, partition, timeoutMs));
    }

    @Override
    public void join(String member, int partition, long timeoutMs) {
        await(node(member).desk().join(self, partition, timeoutMs));
    }

    @Override
    public void pull(String member, int partition, long leastIndex, ChunkConsumer chunks) {
        throw new UnsupportedOperationException("no copies here");
    }

    private static void await(CompletableFuture<Void> done) {
        try {
            done.join();
        } catch (CompletionException e) {
            throw Failures.of(e);
        }
    }
}
