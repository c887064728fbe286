package io.weir.consensus.transfer;

import io.weir.consensus.partition.CopySources;
import io.weir.consensus.partition.PurgeHold;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/**
 * Copies from the other members of a cluster.
 *
 * @param members ids of the others, this node not among them
 * @param peers asks them
 */
public record MemberCopies(List<String> members, GrpcPeers peers) implements CopySources {
    public MemberCopies {
        members = List.copyOf(members);
    }

    @Override
    public void pull(String member, int partition, long leastIndex, Consumer<ByteBuffer> chunks) {
        peers.pull(member, partition, leastIndex, chunks::accept);
    }

    @Override
    public PurgeHold hold(String member, int partition) {
        return peers.hold(member, partition);
    }

    @Override
    public long appliedIndex(String member, int partition) {
        return peers.appliedIndex(member, partition);
    }
}
