package io.weir.consensus;

import java.nio.file.Path;
import java.util.List;

/**
 * What a node must be told; the group ids of Raft follow from it. All members must be given the same cluster id, members and
 * number of partitions: they are fixed when the cluster first starts.
 *
 * @param clusterId name of the cluster, 1 to 64 characters; a directory of another cluster is refused
 * @param nodeId which of the members this node is
 * @param members all members, this one among them
 * @param partitions how many partitions, 1 to 64
 * @param directory where this node keeps everything; owned by one node at a time
 */
public record NodeConfig(String clusterId, String nodeId, List<MemberConfig> members, int partitions, Path directory) {
    /** More partitions than this cost more in threads and fsyncs than they bring. */
    public static final int MAX_PARTITIONS = 64;

    public NodeConfig {
        members = List.copyOf(members);
        if (clusterId.isEmpty() || clusterId.length() > 64) {
            throw new IllegalArgumentException(
                    "cluster id has " + clusterId.length() + " characters; it must have 1 to 64");
        }
        if (partitions < 1 || partitions > MAX_PARTITIONS) {
            throw new IllegalArgumentException("partitions: " + partitions + "; the limit is 1 to " + MAX_PARTITIONS);
        }
        if (members.stream().map(MemberConfig::id).distinct().count() != members.size()) {
            throw new IllegalArgumentException("two members have the same id: " + members);
        }
        if (members.stream().noneMatch(member -> member.id().equals(nodeId))) {
            throw new IllegalArgumentException("node \"" + nodeId + "\" is not among the members "
                    + members.stream().map(MemberConfig::id).toList());
        }
    }

    /** This node's own entry in {@link #members}. */
    public MemberConfig self() {
        return members.stream()
                .filter(member -> member.id().equals(nodeId))
                .findFirst()
                .orElseThrow();
    }
}
