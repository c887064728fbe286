package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.StatusException;
import io.weir.client.EventStore;
import io.weir.client.Weir;
import io.weir.consensus.local.LocalCluster;
import io.weir.consensus.local.Ports;
import io.weir.jepsen.rig.NodeFiles;
import io.weir.jepsen.rig.WireNode;
import io.weir.protocol.NodeStatus;
import io.weir.protocol.PartitionStatus;
import io.weir.protocol.RecordedEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Three servers of the built product, one client that lives as long as they do, and a direct line to each node. */
final class Rig implements AutoCloseable {
    static final int PARTITIONS = 4;

    /** For what takes seconds; on a machine that does much else it may take ten times as long. */
    static final Duration PATIENCE = Duration.ofSeconds(Integer.getInteger("weir.rig.patience", 90));

    /** For servers that shall checkpoint and purge all the time. */
    static final List<String> SMALL_CHECKPOINTS =
            List.of("--checkpoint-mib=4", "--checkpoint-age=500ms", "--keep-log-mib=0", "--log-segment-mib=1");

    /** Processes here live for seconds, many at a time: what the second compiler costs, it does not earn. */
    static final List<String> JVM_ARGUMENTS = Pattern.compile(" ")
            .splitAsStream(System.getProperty("weir.rig.jvm", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"))
            .filter(argument -> !argument.isEmpty())
            .toList();

    static final int HEAP_MIB = 256;
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final LocalCluster cluster;
    private final EventStore client;
    private final int partitions;
    private final String clusterId;
    private final Map<String, WireNode> nodes = new LinkedHashMap<>();

    private Rig(LocalCluster cluster, EventStore client) {
        this.cluster = cluster;
        this.client = client;
        this.partitions = client.partitions();
        this.clusterId = client.cluster().join().getClusterId();
        for (String id : cluster.nodeIds()) {
            nodes.put(id, new WireNode(Objects.requireNonNull(cluster.member(id).clientAddress())));
        }
    }

    /** What {@link #start(Path)} starts, to be changed before it is. */
    static LocalCluster.Options options(Path directory) {
        return LocalCluster.Options.ofJar(directory.resolve("cluster"), 3, PARTITIONS, Distribution.jar(), HEAP_MIB)
                .withJvmArguments(jvmArguments());
    }

    /** Of every process of the product. */
    static List<String> jvmArguments() {
        return Stream.concat(JVM_ARGUMENTS.stream(), ClassArchive.jvmArguments().stream())
                .toList();
    }

    static Rig start(Path directory) {
        return start(options(directory));
    }

    /** Starts servers in some other way. */
    static Rig start(LocalCluster.Options options) {
        return start(options, nodeArguments -> {});
    }

    /** Starts servers on directories that somebody else fills: see {@link LocalCluster}. */
    static Rig start(LocalCluster.Options options, Consumer<List<String>> beforeFirstStart) {
        LocalCluster cluster = LocalCluster.start(options, beforeFirstStart);
        try {
            return new Rig(cluster, Weir.connect(cluster.uri()));
        } catch (RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
    }

    LocalCluster cluster() {
        return cluster;
    }

    EventStore client() {
        return client;
    }

    WireNode node(String id) {
        return Objects.requireNonNull(nodes.get(id), id);
    }

    /** Where a node keeps what. */
    NodeFiles files(String id) {
        return new NodeFiles(cluster.dataDirectory(id), clusterId);
    }

    /** The node that leads a partition, as soon as one says so of itself. */
    String awaitLeader(int partition) {
        return await("a leader of partition " + partition, () -> {
            for (Map.Entry<String, WireNode> node : nodes.entrySet()) {
                if (roleOf(node.getValue(), partition).equals("LEADER")) {
                    return Optional.of(node.getKey());
                }
            }
            return Optional.empty();
        });
    }

    private static String roleOf(WireNode node, int partition) {
        try {
            return node.status().getPartitions(partition).getRole();
        } catch (StatusException e) {
            return "unreachable"; // one of them may be down
        }
    }

    /** Streams that lie in every partition, {@code perPartition} in each. */
    List<String> streamsInEveryPartition(String prefix, int perPartition) {
        List<String> found = new ArrayList<>();
        int[] count = new int[partitions];
        for (int n = 0; found.size() < partitions * perPartition; n++) {
            String name = prefix + "-" + n;
            if (count[client.partitionOf(name)]++ < perPartition) {
                found.add(name);
            }
        }
        return found;
    }

    /**
     * Waits until every replica has applied the same entries, and checks that they made the same state of them.
     *
     * @throws AssertionError at once if two replicas differ at the same index
     */
    void awaitEqualReplicas() {
        await(this::indexes, PATIENCE, () -> {
            List<NodeStatus> all = statuses();
            if (all.size() < nodes.size()) {
                return Optional.empty(); // not all up yet
            }
            boolean isSame = true;
            for (int partition = 0; partition < partitions; partition++) {
                isSame &= compare(all, partition);
            }
            return isSame ? Optional.of(true) : Optional.empty();
        });
    }

    private List<NodeStatus> statuses() {
        return nodes.keySet().stream().flatMap(id -> status(id).stream()).toList();
    }

    /** How far everybody is, for a report. */
    String indexes() {
        StringBuilder text = new StringBuilder("replicas at the same index");
        for (NodeStatus node : statuses()) {
            for (PartitionStatus partition : node.getPartitionsList()) {
                text.append(String.format(
                        Locale.ROOT,
                        "%n%s/%d %s term %d, applied %d, leader %s, %s %s",
                        node.getNodeId(),
                        partition.getPartition(),
                        partition.getRole(),
                        partition.getTerm(),
                        partition.getAppliedIndex(),
                        partition.getLeader(),
                        partition.getState(),
                        partition.getReason()));
            }
        }
        return text.toString();
    }

    private static boolean compare(List<NodeStatus> all, int partition) {
        PartitionStatus first = all.get(0).getPartitions(partition);
        boolean isSame = true;
        for (NodeStatus node : all) {
            PartitionStatus other = node.getPartitions(partition);
            if (other.getAppliedIndex() != first.getAppliedIndex()) {
                isSame = false;
            } else {
                assertThat(other.getDigest())
                        .as(
                                "digest of partition %d at index %d on %s",
                                partition, first.getAppliedIndex(), node.getNodeId())
                        .isEqualTo(first.getDigest());
            }
        }
        return isSame;
    }

    /** What a node says of itself; nothing if it does not answer. */
    Optional<NodeStatus> status(String nodeId) {
        try {
            return Optional.of(node(nodeId).status());
        } catch (StatusException e) {
            return Optional.empty(); // down, or not up yet
        }
    }

    /** How many transactions over several partitions are not over on some node, counted on each; -1 if a node is silent. */
    long openTransactions() {
        List<NodeStatus> all = statuses();
        if (all.size() < nodes.size()) {
            return -1;
        }
        return all.stream()
                .flatMap(node -> node.getPartitionsList().stream())
                .mapToLong(partition -> partition.getTransactions().getOpen())
                .sum();
    }

    /** What nodes have moved aside because they could not trust it: of those that answer. */
    List<String> quarantined() {
        List<String> all = new ArrayList<>();
        for (String id : nodes.keySet()) {
            status(id).stream()
                    .flatMap(status -> status.getQuarantinedList().stream())
                    .forEach(moved -> all.add(id + ": " + moved.getWhat() + ", " + moved.getReason()));
        }
        return all;
    }

    /** The payloads of a stream on one replica, after a check that revisions and the stream's name are right. */
    List<String> payloads(String nodeId, String stream) throws Exception {
        List<String> payloads = new ArrayList<>();
        for (RecordedEvent event : node(nodeId).readStale(client.partitionOf(stream), stream)) {
            assertThat(event.getRevision()).as("%s on %s", stream, nodeId).isEqualTo(payloads.size());
            assertThat(event.getStream().toStringUtf8()).isEqualTo(stream);
            payloads.add(io.weir.protocol.Event.parseFrom(event.getEvent())
                    .getPayload()
                    .toStringUtf8());
        }
        return payloads;
    }

    /** What a run's choices follow from: {@code -Dweir.rig.seed}, or a new one. */
    static long seed() {
        return Long.getLong("weir.rig.seed", System.nanoTime() & 0xffff_ffffL);
    }

    /** A port of the loopback interface on which nobody listens. */
    static int unusedPort() {
        return Ports.free(1).get(0);
    }

    /** Polls until there is a value, for as long as {@link #PATIENCE} lasts. */
    static <T> T await(String what, Supplier<Optional<T>> probe) {
        return await(what, PATIENCE, probe);
    }

    /** Polls until there is a value. */
    static <T> T await(String what, Duration patience, Supplier<Optional<T>> probe) {
        return await(() -> what, patience, probe);
    }

    static <T> T await(Supplier<String> what, Duration patience, Supplier<Optional<T>> probe) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            Optional<T> found = probe.get();
            if (found.isPresent()) {
                return found.get();
            }
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within " + patience.toSeconds() + " s: " + what.get());
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    @Override
    public void close() {
        try (cluster;
                client) {
            nodes.values().forEach(WireNode::close);
        }
    }
}
