package io.weir.consensus.repair;

import io.weir.consensus.partition.PartitionSetup;
import io.weir.logstore.pages.BackgroundVerification;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the keepers of a node's replicas share.
 *
 * @param nodeId this node
 * @param others the other members; empty for an only one
 * @param data the node's directory
 * @param groups the node's Raft groups
 * @param stores the node's stores
 * @param verification reads stores that are open, slowly
 * @param verifyIntervalMs how long after a store was verified as a whole that begins again
 * @param quarantine where files go that are not trusted
 * @param peers the way to the other members
 * @param incarnations who this node is, and who the others are known to be
 * @param partitions what partitions share
 * @param electionMs after this long without a leader every member stands for election
 */
public record RepairSetup(
        String nodeId,
        List<String> others,
        Path data,
        RaftGroups groups,
        Stores stores,
        BackgroundVerification verification,
        long verifyIntervalMs,
        Quarantine quarantine,
        PeerPort peers,
        Incarnations incarnations,
        PartitionSetup partitions,
        long electionMs) {
    /** Ids of all members. */
    Set<String> members() {
        return Stream.concat(Stream.of(nodeId), others.stream()).collect(Collectors.toUnmodifiableSet());
    }

    boolean isLone() {
        return others.isEmpty();
    }
}
