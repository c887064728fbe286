package io.weir.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.client.EventStore;
import io.weir.client.Weir;
import io.weir.consensus.local.Ports;
import io.weir.protocol.NodeStatus;
import io.weir.protocol.PartitionStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Three nodes in this process, on loopback and real files; nodes are stopped and started by name. */
final class TestCluster implements AutoCloseable {
    static final Duration READY = Duration.ofSeconds(30);

    private final List<MemberConfig> members = new ArrayList<>();
    private final Map<String, WeirNode> running = new ConcurrentSkipListMap<>();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();
    private final Path directory;
    private final int partitions;
    private String clusterId = "test-cluster";
    private final Function<String, StoreOpener> stores;
    private final StorageLimits storage;

    private TestCluster(
            Path directory, int nodes, int partitions, Function<String, StoreOpener> stores, StorageLimits storage) {
        this.storage = storage;
        this.directory = directory;
        this.partitions = partitions;
        this.stores = stores;
        List<Integer> ports = Ports.free(2 * nodes);
        for (int i = 0; i < nodes; i++) {
            members.add(new MemberConfig(
                    "n" + (i + 1), "127.0.0.1:" + ports.get(2 * i), "127.0.0.1:" + ports.get(2 * i + 1)));
        }
    }

    static TestCluster start(Path directory, int partitions) {
        return start(directory, partitions, node -> WeirNode::defaultStore);
    }

    /** Three members of which none is running yet. */
    static TestCluster ofThree(Path directory, int partitions) {
        return new TestCluster(directory, 3, partitions, node -> WeirNode::defaultStore, StorageLimits.DEFAULT);
    }

    /** As {@link #ofThree}, under another id. */
    static TestCluster ofThree(Path directory, int partitions, String clusterId) {
        TestCluster cluster = ofThree(directory, partitions);
        cluster.clusterId = clusterId;
        return cluster;
    }

    /** @param stores gives each node its stores */
    static TestCluster start(Path directory, int partitions, Function<String, StoreOpener> stores) {
        return start(directory, partitions, stores, StorageLimits.DEFAULT);
    }

    static TestCluster start(Path directory, int partitions, StorageLimits storage) {
        return start(directory, partitions, node -> WeirNode::defaultStore, storage);
    }

    static TestCluster start(
            Path directory, int partitions, Function<String, StoreOpener> stores, StorageLimits storage) {
        TestCluster cluster = new TestCluster(directory, 3, partitions, stores, storage);
        cluster.startAll();
        return cluster;
    }

    void startAll() {
        members.forEach(member -> start(member.id()));
        awaitReady();
    }

    WeirNode start(String id) {
        WeirNode node = WeirNode.start(config(id), stores.apply(id), port -> new UnreliablePeers(port, refused));
        running.put(id, node);
        return node;
    }

    NodeConfig config(String id) {
        return new NodeConfig(clusterId, id, members, partitions, directory.resolve(id), storage);
    }

    void stop(String id) {
        node(id).close();
        running.remove(id);
    }

    void awaitReady() {
        running.values().forEach(node -> node.awaitReady(READY));
    }

    WeirNode node(String id) {
        return Objects.requireNonNull(running.get(id), () -> id + " is not running");
    }

    WeirNode any() {
        return running.values().iterator().next();
    }

    List<WeirNode> nodes() {
        return List.copyOf(running.values());
    }

    List<MemberConfig> members() {
        return members;
    }

    /** The node that leads a partition and has committed in its term; waits for one. */
    String awaitLeader(int partition) {
        String[] leader = {""};
        await("a leader of partition " + partition, () -> {
            for (Map.Entry<String, WeirNode> node : running.entrySet()) {
                PartitionStatus status = node.getValue().status().getPartitions(partition);
                if (status.getRole().equals("LEADER") && status.getReady()) {
                    leader[0] = node.getKey();
                    return true;
                }
            }
            return false;
        });
        return leader[0];
    }

    /** Waits until all running replicas have applied the same, and compares what they made of it. */
    void assertEqualDigests() {
        for (int partition = 0; partition < partitions; partition++) {
            int number = partition;
            await("equal applied indexes of partition " + partition, () -> {
                Set<Long> indexes = new HashSet<>();
                statuses(number).forEach(status -> indexes.add(status.getAppliedIndex()));
                return indexes.size() == 1;
            });
            Set<Object> digests = new HashSet<>();
            Set<Long> positions = new HashSet<>();
            for (PartitionStatus status : statuses(partition)) {
                digests.add(status.getDigest());
                positions.add(status.getNextPosition());
            }
            assertThat(digests).as("digests of partition " + partition).hasSize(1);
            assertThat(positions).as("next positions of partition " + partition).hasSize(1);
        }
    }

    private List<PartitionStatus> statuses(int partition) {
        List<PartitionStatus> statuses = new ArrayList<>();
        for (WeirNode node : running.values()) {
            NodeStatus status = node.status();
            statuses.add(status.getPartitions(partition));
        }
        return statuses;
    }

    static void await(String what, BooleanSupplier condition) {
        await(what, Duration.ofSeconds(30), condition);
    }

    static void await(String what, Duration timeout, BooleanSupplier condition) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("waited " + timeout + " in vain for " + what);
            }
            java.util.concurrent.locks.LockSupport.parkNanos(2_000_000);
        }
    }

    /** Stops all nodes at once. */
    void stopAll() {
        running.values().parallelStream().forEach(WeirNode::close);
        running.clear();
    }

    /** A name that begins so, of a stream that lies in this partition. */
    static String streamIn(EventStore store, int partition, String prefix) {
        return IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> prefix + i)
                .filter(name -> store.partitionOf(name) == partition)
                .findFirst()
                .orElseThrow();
    }

    /** A store outside of all nodes, connected to their front doors. */
    EventStore connect() {
        return Weir.connect("weir://"
                + String.join(
                        ",", members.stream().map(MemberConfig::clientAddress).toList()));
    }

    /** Names of peer calls, "leave" and "join", that do not come through as long as they are in here. */
    Set<String> refused() {
        return refused;
    }

    /** Where a node has its files. */
    Path directory(String id) {
        return directory.resolve(id);
    }

    List<String> ids() {
        return members.stream().map(MemberConfig::id).toList();
    }

    @Override
    public void close() {
        stopAll();
    }
}
