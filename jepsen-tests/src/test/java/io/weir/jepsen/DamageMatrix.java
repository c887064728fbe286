package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.client.EventStoreException;
import io.weir.protocol.NodeStatus;
import io.weir.protocol.PartitionStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * Three nodes with checkpoints and purged logs, whose files are damaged while they are stopped. What a damaged node does when
 * it is started again is watched from outside: whether its process lives, what it says of its partitions, and what it holds
 * in the end.
 *
 * <p>Not for several threads.
 */
final class DamageMatrix implements AutoCloseable {
    /** A node must be whole again within this, without anybody's help but one start of its process. */
    static final Duration LIMIT = Duration.ofSeconds(60);

    private static final int STREAMS_PER_PARTITION = 4;
    private static final int PAYLOAD_BYTES = 1_024;
    private static final int FIRST_APPENDS = 6_000;
    private static final int APPENDS = 800;

    /** A kind of file that a replica cannot do without. */
    enum Target {
        OLD_SEGMENT("closed segment of the Raft log"),
        OPEN_SEGMENT("open segment of the Raft log"),
        PAGES("LMDB data file"),
        CHECKPOINT("checkpoint"),
        CURRENT("CURRENT"),
        VOTE("vote file"),
        CELL("cell (how far the log was flushed)");

        private final String title;

        Target(String title) {
            this.title = title;
        }

        Path in(NodeFiles files, int partition) {
            return switch (this) {
                case OLD_SEGMENT -> files.oldestSegment(partition);
                case OPEN_SEGMENT -> files.openSegment(partition);
                case PAGES -> files.pages(partition);
                case CHECKPOINT -> files.checkpoint(partition);
                case CURRENT -> files.current(partition);
                case VOTE -> files.vote(partition);
                case CELL -> files.cell(partition);
            };
        }
    }

    /** One square of the matrix. */
    record Case(Target target, Harm harm) {
        @Override
        public String toString() {
            return target.title + ", " + harm.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /**
     * What became of a damaged node.
     *
     * @param restarts how often the rig had to start its process again, because it died
     * @param movedAside what it moved aside, with the reasons
     * @param states of the damaged partition, in the order in which they were seen
     * @param backMs from its start until all of its partitions served
     */
    record Outcome(int restarts, List<String> movedAside, Set<String> states, long backMs) {}

    private final Random random;
    private final Rig rig;
    private final Ledger ledger;

    DamageMatrix(Path directory, long seed) throws InterruptedException {
        this.random = new Random(seed);
        this.rig = Rig.start(Rig.options(directory).withServerArguments(Rig.SMALL_CHECKPOINTS));
        this.ledger = new Ledger(rig, STREAMS_PER_PARTITION, PAYLOAD_BYTES);
        ledger.requireService(FIRST_APPENDS);
    }

    Rig rig() {
        return rig;
    }

    Ledger ledger() {
        return ledger;
    }

    /** Damages one file of one node, starts it, and waits until it is whole. */
    Outcome run(Case damage) throws Exception {
        List<String> nodes = rig.cluster().nodeIds();
        String node = nodes.get(random.nextInt(nodes.size()));
        int partition = random.nextInt(Rig.PARTITIONS);
        ledger.requireService(APPENDS);
        List<String> before = rig.quarantined();
        stopHard(node);
        damage(node, partition, damage);
        ledger.requireService(APPENDS); // of which it knows nothing
        Outcome outcome = start(Map.of(node, partition), before);
        assertThat(outcome.movedAside())
                .as("moved aside after " + damage + " on " + node)
                .allMatch(moved -> moved.startsWith(node + ":"));
        requireWhole();
        return outcome;
    }

    /** kill -9: what an orderly end would have written is not there. */
    void stopHard(String node) {
        rig.cluster().kill(node);
    }

    void damage(String node, int partition, Case damage) throws IOException {
        damage.harm.to(damage.target.in(rig.files(node), partition), random);
    }

    /** The same on nodes that have moved nothing aside so far. */
    Outcome start(Map<String, Integer> damaged) {
        return start(damaged, List.of());
    }

    /**
     * Starts damaged nodes, each with the partition whose state is watched, and waits until all nodes serve all.
     *
     * @param before what all nodes had moved aside before that
     */
    private Outcome start(Map<String, Integer> damaged, List<String> before) {
        Map<String, Integer> restarts = new TreeMap<>();
        Set<String> states = new LinkedHashSet<>();
        damaged.keySet().forEach(rig.cluster()::restart);
        long begin = System.nanoTime();
        Rig.await(() -> "all nodes whole, after damage to " + damaged + ": " + rig.indexes(), LIMIT, () -> {
            boolean isReady = true;
            for (String node : rig.cluster().nodeIds()) {
                restartIfDead(node, restarts);
                Optional<NodeStatus> status = rig.status(node);
                isReady &= status.isPresent() && status.orElseThrow().getReady();
                if (damaged.containsKey(node)) {
                    status.map(found -> stateOf(found, damaged.getOrDefault(node, 0)))
                            .ifPresent(states::add);
                }
            }
            return isReady ? Optional.of(true) : Optional.empty();
        });
        long backMs = Duration.ofNanos(System.nanoTime() - begin).toMillis();
        List<String> moved = new ArrayList<>(rig.quarantined());
        before.forEach(moved::remove);
        return new Outcome(
                restarts.values().stream().mapToInt(Integer::intValue).sum(), moved, states, backMs);
    }

    private void restartIfDead(String node, Map<String, Integer> restarts) {
        if (rig.cluster().hasDied(node)) {
            assertThat(restarts.merge(node, 1, Integer::sum))
                    .as(
                            "starts of node %s by the rig; it printed to %s",
                            node, rig.cluster().output(node))
                    .isEqualTo(1);
            rig.cluster().restart(node);
        }
    }

    private static String stateOf(NodeStatus status, int partition) {
        if (partition >= status.getPartitionsCount()) {
            return "not there";
        }
        PartitionStatus found = status.getPartitions(partition);
        return found.getState().isEmpty() ? found.getRole() : found.getState();
    }

    /** Every replica is equal, holds what was acknowledged, and the cluster serves. */
    void requireWhole() throws Exception {
        rig.awaitEqualReplicas();
        ledger.checkAll();
        ledger.requireService(APPENDS);
    }

    /**
     * Looks at a partition that must not serve, for some time: no append is acknowledged, and no read at a leader answers
     * with less than what was acknowledged.
     *
     * @param until how long it looks
     */
    void requireNoService(int partition, Duration until) throws InterruptedException {
        List<String> streams = rig.streamsInEveryPartition("refused", 1).stream()
                .filter(stream -> rig.client().partitionOf(stream) == partition)
                .toList();
        NumberedAppends appends = new NumberedAppends(rig.client(), streams, 4, until);
        appends.send(4);
        appends.awaitAll();
        assertThat(appends.calls())
                .as("appends to partition %d", partition)
                .allSatisfy(call -> assertThat(call.failure)
                        .isInstanceOfAny(
                                EventStoreException.Unavailable.class, EventStoreException.OutcomeUnknown.class));
    }

    /** What a node says of a partition that does not serve. */
    String reason(String node, int partition) {
        PartitionStatus status = Rig.await(
                "an answer of " + node,
                () -> rig.status(node)
                        .filter(found -> found.getPartitionsCount() > partition)
                        .map(found -> found.getPartitions(partition)));
        return status.getState() + ", " + status.getReason();
    }

    @Override
    public void close() {
        rig.close();
    }
}
