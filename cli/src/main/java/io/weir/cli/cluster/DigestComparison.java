package io.weir.cli.cluster;

import com.google.protobuf.ByteString;
import io.weir.protocol.MarkStatus;
import io.weir.protocol.PartitionStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Compares the digests of replicas as they come in. Digests say something only at the same applied index, and replicas
 * under load are rarely at the same one: everything seen is kept, so that nodes that pass an index one after the other are
 * compared too. So are the digests over all that a replica holds, which it takes at marks in its log. Not for several threads.
 */
public final class DigestComparison {
    /** The digests of a partition on a node, as they were seen last. */
    public record Seen(int partition, String node, long appliedIndex, String digest, MarkStatus mark) {
        /** What became of the last mark: {@code agrees}, {@code differs}, {@code disputed}, or {@code -} if it is open. */
        String judgement() {
            if (mark.getDisputedIndex() > 0) {
                return "disputed";
            }
            boolean isJudged = mark.getIndex() > 0 && mark.getAgreedIndex() == mark.getIndex();
            if (!isJudged) {
                return "-";
            }
            return mark.getAgreed().equals(mark.getDigest()) ? "agrees" : "differs";
        }

        /** What the node holds at the last mark. */
        String atMark() {
            return mark.getIndex() > 0 ? hex(mark.getDigest()) : "-";
        }
    }

    /**
     * Nodes that disagree at the same index: digest by node.
     *
     * @param isMark whether they compared all that they hold, at a mark in their log, or only what they have decided
     */
    public record Mismatch(int partition, long appliedIndex, boolean isMark, Map<String, String> digests) {
        @Override
        public String toString() {
            return "partition " + partition + " at " + (isMark ? "mark " : "index ") + appliedIndex + ": " + digests;
        }
    }

    private record Point(int partition, long appliedIndex, boolean isMark) {}

    private final Map<Point, Map<String, String>> digestsAt = new HashMap<>();
    private final Map<Integer, Map<String, Seen>> latest = new TreeMap<>();
    private final List<Mismatch> mismatches = new ArrayList<>();

    /** Takes in what one node says of one partition. */
    public void add(String node, PartitionStatus status) {
        String digest = hex(status.getDigest());
        int partition = status.getPartition();
        latest.computeIfAbsent(partition, p -> new LinkedHashMap<>())
                .put(node, new Seen(partition, node, status.getAppliedIndex(), digest, status.getMark()));
        add(node, new Point(partition, status.getAppliedIndex(), false), digest);
        if (status.hasMark()) {
            add(
                    node,
                    new Point(partition, status.getMark().getIndex(), true),
                    hex(status.getMark().getDigest()));
        }
    }

    private void add(String node, Point point, String digest) {
        Map<String, String> here = digestsAt.computeIfAbsent(point, p -> new TreeMap<>());
        String before = here.put(node, digest);
        boolean isNews = !digest.equals(before);
        if (isNews && here.values().stream().distinct().count() > 1) {
            mismatches.add(new Mismatch(point.partition, point.appliedIndex, point.isMark, new TreeMap<>(here)));
        }
    }

    /** Whether these nodes were all seen at one index of every partition, or a mismatch was found: no need to look further. */
    public boolean isConclusive(int partitions, List<String> nodes) {
        return !mismatches.isEmpty() || uncompared(partitions, nodes).isEmpty();
    }

    /** The partitions at no index of which all these nodes were seen. */
    public List<Integer> uncompared(int partitions, List<String> nodes) {
        List<Integer> missing = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            int wanted = partition;
            boolean met = digestsAt.entrySet().stream()
                    .anyMatch(entry -> entry.getKey().partition == wanted
                            && !entry.getKey().isMark
                            && entry.getValue().keySet().containsAll(nodes));
            if (!met) {
                missing.add(partition);
            }
        }
        return missing;
    }

    /** In the order in which they were found. */
    public List<Mismatch> mismatches() {
        return List.copyOf(mismatches);
    }

    /** The last of every node and partition, by partition. */
    public List<Seen> latest() {
        return latest.values().stream()
                .flatMap(nodes -> nodes.values().stream())
                .toList();
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }
}
