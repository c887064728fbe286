package io.weir.cli.doctor;

import io.weir.cli.cluster.MemberReport;
import io.weir.protocol.MarkStatus;
import io.weir.protocol.NodeStatus;
import io.weir.protocol.PartitionStatus;
import io.weir.protocol.Quarantined;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the members' own reports say is wrong, beyond who serves. */
final class ClusterFindings {
    static final String ABOUT_QUARANTINE =
            "The replica rebuilds itself from its peers. See that the disk is healthy; once it serves, and nobody wants"
                    + " to examine the files, delete them.";

    /** A follower further behind than this will be long in catching up; far less is normal under load. */
    static final long LAG_ENTRIES = 10_000;

    /** A partition is checkpointed every 50 000 entries at the latest. */
    static final long CHECKPOINT_ENTRIES = 200_000;

    /** A transaction that nobody drives is finished within seconds, unless a partition is missing. */
    static final long OPEN_TRANSACTION_MS = 30_000;

    private static final String RUNNING = "RUNNING";

    private ClusterFindings() {}

    /** Only what is wrong. */
    static List<Finding> of(List<MemberReport> members) {
        Map<Integer, Long> furthest = new TreeMap<>();
        for (MemberReport member : members) {
            NodeStatus status = member.status();
            if (status != null) {
                status.getPartitionsList()
                        .forEach(partition ->
                                furthest.merge(partition.getPartition(), partition.getAppliedIndex(), Math::max));
            }
        }
        List<Finding> findings = new ArrayList<>();
        for (MemberReport member : members) {
            NodeStatus status = member.status();
            if (status != null) {
                status.getQuarantinedList().forEach(files -> findings.add(quarantined(member.node(), files)));
                for (PartitionStatus partition : status.getPartitionsList()) {
                    String check = "node " + member.node() + " partition " + partition.getPartition();
                    long applied = furthest.getOrDefault(partition.getPartition(), 0L);
                    findings.addAll(partition(check, partition, applied));
                }
            }
        }
        return findings;
    }

    private static Finding quarantined(String node, Quarantined files) {
        return Finding.wrong(
                "quarantine of " + node,
                files.getWhat() + " was moved to " + files.getPath() + ": " + files.getReason(),
                ABOUT_QUARANTINE);
    }

    private static List<Finding> partition(String check, PartitionStatus status, long furthest) {
        List<Finding> findings = new ArrayList<>();
        String state = status.getState();
        if (!state.isEmpty() && !state.equals(RUNNING)) {
            findings.add(Finding.wrong(check, state + ": " + status.getReason(), nextOf(state)));
        }
        long lag = furthest - status.getAppliedIndex();
        if (lag > LAG_ENTRIES) {
            findings.add(Finding.wrong(
                    check,
                    lag + " entries behind",
                    "Look again in a minute. If it does not shrink, the node's disk or network is too slow."));
        }
        long uncovered = status.getAppliedIndex() - status.getCheckpointIndex();
        if (uncovered > CHECKPOINT_ENTRIES) {
            findings.add(Finding.wrong(
                    check,
                    "the last checkpoint is " + uncovered + " entries old: a restart replays them",
                    "See in the node's log why checkpoints fail; a full disk is the usual reason."));
        }
        long openMs = status.getLogTimeMs() - status.getTransactions().getOldestMs();
        if (status.getTransactions().getOldestMs() > 0 && openMs > OPEN_TRANSACTION_MS) {
            findings.add(Finding.wrong(
                    check,
                    "a transaction over several partitions has been open for " + openMs / 1_000 + " s",
                    "See which: weir tx list. It ends by itself once all its partitions have leaders."));
        }
        if (status.hasMark()) {
            findings.addAll(mark(check, status.getMark()));
        }
        return findings;
    }

    private static List<Finding> mark(String check, MarkStatus mark) {
        List<Finding> findings = new ArrayList<>();
        if (mark.getDisputedIndex() > 0) {
            findings.add(Finding.wrong(
                    check,
                    "all replicas differ at entry " + mark.getDisputedIndex() + ": nobody knows which is right",
                    "Stop writing and copy all directories; then see \"When replicas differ\" in docs/operating.md, or"
                            + " restore a backup into a new cluster."));
        }
        boolean isComparable = mark.getAgreedIndex() > 0 && mark.getIndex() == mark.getAgreedIndex();
        if (isComparable && !mark.getDigest().equals(mark.getAgreed())) {
            findings.add(Finding.wrong(
                    check,
                    "holds other data at entry " + mark.getIndex() + " than a majority: digest "
                            + HexFormat.of().formatHex(mark.getDigest().toByteArray()),
                    "It moves its store aside and takes a copy by itself; look again in a minute."));
        }
        return findings;
    }

    private static String nextOf(String state) {
        return switch (state) {
            case "STOPPED_FOR_SPACE" -> "Free space on the node's disk; it goes on by itself.";
            case "STARTING" -> "Follow the reason, if it names somebody; else look again in a minute.";
            case "WAITING" -> "Start the other members: it needs a majority of them.";
            case "FAILED" -> "Read the reason; this needs a decision.";
            default -> "It repairs itself; look again in a minute.";
        };
    }
}
