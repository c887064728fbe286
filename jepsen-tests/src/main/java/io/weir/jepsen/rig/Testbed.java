package io.weir.jepsen.rig;

import io.grpc.StatusException;
import io.weir.consensus.ListenConfig;
import io.weir.consensus.MemberConfig;
import io.weir.consensus.local.LocalCluster;
import io.weir.jepsen.disk.DiskRack;
import io.weir.jepsen.disk.LoopDisk;
import io.weir.protocol.NodeStatus;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A cluster of the built product that is there to be hurt: its processes, the {@link Network} between them, the disks under them
 * if this machine has any to give, and a line to each node that goes around the network. Closing it undoes everything.
 *
 * <p>Safe for several threads.
 */
public final class Testbed implements AutoCloseable {
    /** For hours of work; a file takes of it what is written. */
    private static final long DISK_BYTES = 4L << 30;

    private final Deque<AutoCloseable> closing = new ArrayDeque<>();
    private final Map<String, LoopDisk> disks = new HashMap<>();
    private final Map<String, WireNode> lines = new LinkedHashMap<>();
    private final Network network;
    private final LocalCluster cluster;
    private final int partitions;

    /**
     * Starts a cluster and waits until it serves.
     *
     * @param options of the cluster; where the data lies, and what stands in front of the nodes, is set here
     * @param racks where disks are made, the same for all runs; null for none
     * @param seed of what happens by chance on the network
     */
    public static Testbed start(LocalCluster.Options options, @Nullable Path racks, long seed) {
        return new Testbed(options, racks, seed);
    }

    private Testbed(LocalCluster.Options options, @Nullable Path racks, long seed) {
        boolean isDone = false;
        try {
            partitions = options.partitions();
            LocalCluster.Options all = racks == null ? options : onDisks(options, racks);
            network = opened(new Network(seed));
            cluster = opened(LocalCluster.start(all.withFront(this::place)));
            isDone = true;
        } finally {
            if (!isDone) {
                close();
            }
        }
    }

    private <T extends AutoCloseable> T opened(T resource) {
        closing.push(resource);
        return resource;
    }

    private LocalCluster.Options onDisks(LocalCluster.Options options, Path racks) {
        DiskRack rack = opened(DiskRack.open(racks));
        return options.withDataDirectories(node -> disks.computeIfAbsent(node, name -> rack.add(name, DISK_BYTES))
                .mountPoint()
                .resolve("data"));
    }

    private void place(MemberConfig reached, ListenConfig listen) {
        network.place(reached, listen);
        WireNode before = lines.put(reached.id(), opened(new WireNode(String.valueOf(listen.clientAddress()))));
        if (before != null) {
            before.close();
        }
    }

    /** The processes. */
    public LocalCluster cluster() {
        return cluster;
    }

    /** The ways between them. */
    public Network network() {
        return network;
    }

    /** n1, n2 ... */
    public List<String> nodes() {
        return cluster.nodeIds();
    }

    /** A line to a node that no fault of the network touches. */
    public WireNode line(String node) {
        return Objects.requireNonNull(lines.get(node), node);
    }

    /** What a node has on its disk. */
    public NodeFiles files(String node) {
        return new NodeFiles(cluster.dataDirectory(node), cluster.clusterId());
    }

    /** How many partitions there are. */
    public int partitions() {
        return partitions;
    }

    /** The disk of a node, if it has one of its own. */
    public Optional<LoopDisk> disk(String node) {
        return Optional.ofNullable(disks.get(node));
    }

    /** What a node says of itself; nothing if it does not answer. */
    public Optional<NodeStatus> status(String node) {
        try {
            return Optional.of(line(node).status());
        } catch (StatusException e) {
            return Optional.empty();
        }
    }

    /** A node that says of itself that it leads the partition. */
    public Optional<String> leader(int partition) {
        return nodes().stream()
                .filter(node -> status(node)
                        .filter(status ->
                                status.getPartitions(partition).getRole().equals("LEADER"))
                        .isPresent())
                .findFirst();
    }

    /** Ends all processes, clears all links, and gives all disks back. Idempotent. */
    @Override
    public void close() {
        RuntimeException first = null;
        while (!closing.isEmpty()) {
            try {
                closing.pop().close();
            } catch (Exception e) {
                first = first == null
                        ? new IllegalStateException("the cluster could not be taken down whole", e)
                        : first;
                first.addSuppressed(e);
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
