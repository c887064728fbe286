package io.weir.consensus;

import io.weir.protocol.ClusterId;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a node must be told; the group ids of Raft follow from it. All members must be given the same cluster id, members and
 * number of partitions: they are fixed when the cluster first starts.
 *
 * @param clusterId name of the cluster, 1 to 64 characters of {@code [A-Za-z0-9._-]}; a directory of another one is refused
 * @param nodeId which of the members this node is
 * @param members all members, this one among them; with client addresses if there are several
 * @param partitions how many partitions, 1 to 64
 * @param directory where this node keeps everything; owned by one node at a time
 * @param storage how often stores are made durable, and how much log is kept
 * @param listen where this node listens; null if at its addresses among the members
 */
public record NodeConfig(
        String clusterId,
        String nodeId,
        List<MemberConfig> members,
        int partitions,
        Path directory,
        StorageLimits storage,
        @Nullable ListenConfig listen) {
    /** More partitions than this cost more in threads and fsyncs than they bring. */
    public static final int MAX_PARTITIONS = 64;

    public NodeConfig {
        members = List.copyOf(members);
        String problem = ClusterId.problem(clusterId);
        if (problem != null) {
            throw new IllegalArgumentException(problem);
        }
        if (partitions < 1 || partitions > MAX_PARTITIONS) {
            throw new IllegalArgumentException("partitions: " + partitions + "; the limit is 1 to " + MAX_PARTITIONS);
        }
        if (members.stream().map(MemberConfig::id).distinct().count() != members.size()) {
            throw new IllegalArgumentException("two members have the same id: " + members);
        }
        if (members.size() > 1) {
            for (MemberConfig member : members) {
                if (member.clientAddress() == null) {
                    throw new IllegalArgumentException("member \"" + member.id()
                            + "\" has no client address; members of a cluster repair each other through it");
                }
            }
        }
        if (listen != null && listen.clientAddress() == null && members.size() > 1) {
            throw new IllegalArgumentException(
                    "node \"" + nodeId + "\" listens for no clients, and its members need it to");
        }
        if (members.stream().noneMatch(member -> member.id().equals(nodeId))) {
            throw new IllegalArgumentException("node \"" + nodeId + "\" is not among the members "
                    + members.stream().map(MemberConfig::id).toList());
        }
    }

    /** With the usual {@link StorageLimits}; it listens where it is reached. */
    public NodeConfig(String clusterId, String nodeId, List<MemberConfig> members, int partitions, Path directory) {
        this(clusterId, nodeId, members, partitions, directory, StorageLimits.DEFAULT);
    }

    /** It listens where it is reached. */
    public NodeConfig(
            String clusterId,
            String nodeId,
            List<MemberConfig> members,
            int partitions,
            Path directory,
            StorageLimits storage) {
        this(clusterId, nodeId, members, partitions, directory, storage, null);
    }

    /** Where this node listens. */
    ListenConfig listensAt() {
        return listen != null ? listen : new ListenConfig(self().peerAddress(), self().clientAddress());
    }

    /** This node's own entry in {@link #members}. */
    public MemberConfig self() {
        return members.stream()
                .filter(member -> member.id().equals(nodeId))
                .findFirst()
                .orElseThrow();
    }
}
