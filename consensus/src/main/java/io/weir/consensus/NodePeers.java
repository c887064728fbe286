package io.weir.consensus;

import io.weir.consensus.partition.CopySources;
import io.weir.consensus.partition.DigestReporter;
import io.weir.consensus.repair.PeerHandler;
import io.weir.consensus.repair.PeerPort;
import io.weir.consensus.transfer.GrpcPeers;
import io.weir.consensus.transfer.MemberCopies;
import io.weir.consensus.transfer.PeerService;
import io.weir.consensus.transfer.Replicas;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What a node has to do with the other members beside Raft: it asks them, and they ask it, through their front doors. */
final class NodePeers implements AutoCloseable {
    private final NodeConfig config;
    private final GrpcPeers peers;
    private final CopySources copies;

    NodePeers(NodeConfig config) {
        this.config = config;
        Map<String, String> addresses = new HashMap<>();
        for (MemberConfig member : config.members()) {
            if (member.clientAddress() != null && !member.id().equals(config.nodeId())) {
                addresses.put(member.id(), member.clientAddress());
            }
        }
        List<String> others = config.members().stream()
                .map(MemberConfig::id)
                .filter(addresses::containsKey)
                .toList();
        peers = new GrpcPeers(
                config.clusterId(),
                config.nodeId(),
                addresses,
                config.storage().transfer().silence());
        copies = new MemberCopies(others, peers);
    }

    /** Asks the others. */
    PeerPort port() {
        return peers;
    }

    /** Takes steps of transactions to leaders, and asks them. */
    GrpcPeers steps() {
        return peers;
    }

    /** Tells leaders what this node's replicas found at a mark. */
    DigestReporter digests() {
        return peers;
    }

    /** Where this node's replicas get copies. */
    CopySources copies() {
        return copies;
    }

    /** Answers the others; to be bound by the front door. */
    PeerService service(PeerHandler handler, Replicas replicas) {
        return new PeerService(
                config.clusterId(),
                config.nodeId(),
                config.members().stream().map(MemberConfig::id).collect(Collectors.toSet()),
                handler,
                replicas,
                config.storage().transfer());
    }

    /** Ends what this node has asked for. Idempotent. */
    @Override
    public void close() {
        peers.close();
    }
}
