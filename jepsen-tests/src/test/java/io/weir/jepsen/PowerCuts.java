package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.consensus.local.LocalCluster;
import io.weir.jepsen.disk.DiskRack;
import io.weir.jepsen.disk.LoopDisk;
import io.weir.jepsen.rig.NodeFiles;
import io.weir.protocol.PartitionStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * Three nodes, each on a disk of its own, of which all three lose their power at the same moment, again and again, under
 * load. In some rounds the kernel has written back some of what was not forced before, so that a replica finds pages of
 * different moments. After each round everything that was acknowledged must be on every replica, nothing may have been
 * distrusted and moved aside, and the cluster must serve.
 *
 * <p>Not for several threads.
 */
final class PowerCuts implements AutoCloseable {
    private static final long DISK_BYTES = 2L << 30;
    private static final int STREAMS_PER_PARTITION = 16;
    private static final int PAYLOAD_BYTES = 4_096;
    private static final int LEAST_ACKNOWLEDGED = 50;
    private static final int SERVICE_APPENDS = 64;

    /** Shorter than an outage: what is under way when the power goes must fail, truthfully. */
    private static final Duration IMPATIENCE = Duration.ofMillis(1_500);

    private final Random random;
    private final DiskRack rack;
    private final Map<String, LoopDisk> disks = new LinkedHashMap<>();
    private final Rig rig;
    private final Ledger ledger;
    private final Map<String, Long> checkpoints = new HashMap<>();

    /**
     * What a round was like.
     *
     * @param acknowledged appends before the cut
     * @param unknown appends whose fate nobody knew at the cut
     * @param runMs from the first acknowledgement of the round to the cut, at least
     * @param writtenBack the share of unforced pages that the kernel had written back before, 0 to 1
     * @param backMs from the start of the processes until all partitions of all nodes served
     * @param checkpoints replicas whose checkpoint moved since the round before, of all
     * @param purged replicas whose Raft log does not begin at its beginning any more, of all
     */
    record Round(
            int acknowledged, int unknown, int runMs, double writtenBack, long backMs, int checkpoints, int purged) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "cut %,5d ms into the load, %3.0f %% written back: %,6d acknowledged, %4d unknown;"
                            + " serving after %,6d ms; of 12 replicas %d had a new checkpoint, %d a purged log",
                    runMs,
                    100 * writtenBack,
                    acknowledged,
                    unknown,
                    backMs,
                    checkpoints,
                    purged);
        }
    }

    /**
     * Starts the three nodes.
     *
     * @param directory for what they print
     * @param jvmArguments of the nodes, in all of their lives
     * @param seed of the moments and pages that are chosen
     */
    static PowerCuts start(Path directory, List<String> jvmArguments, long seed) {
        DiskRack rack = DiskRack.open(Tiers.racks());
        try {
            return new PowerCuts(directory, jvmArguments, seed, rack);
        } catch (RuntimeException | Error e) {
            rack.close();
            throw e;
        }
    }

    private PowerCuts(Path directory, List<String> jvmArguments, long seed, DiskRack rack) {
        this.random = new Random(seed);
        this.rack = rack;
        for (String node : List.of("n1", "n2", "n3")) {
            disks.put(node, rack.add(node, DISK_BYTES));
        }
        LocalCluster.Options options = Rig.options(directory)
                .withServerArguments(Rig.SMALL_CHECKPOINTS)
                .withJvmArguments(jvmArguments)
                .withDataDirectories(node -> disk(node).mountPoint().resolve("data"));
        this.rig = Rig.start(options);
        this.ledger = new Ledger(rig, STREAMS_PER_PARTITION, PAYLOAD_BYTES);
    }

    private LoopDisk disk(String node) {
        return Objects.requireNonNull(disks.get(node), node);
    }

    /** Runs one round and checks it. */
    Round round() throws Exception {
        int runMs = random.nextInt(3_000);
        double writtenBack = random.nextBoolean() ? random.nextDouble() : 0;
        NumberedAppends appends = ledger.newPage(IMPATIENCE);
        try (Load load = Load.start(appends)) {
            load.runFor(LEAST_ACKNOWLEDGED, Duration.ofMillis(runMs));
            cutAll(writtenBack);
            rig.cluster().nodeIds().forEach(rig.cluster()::kill);
        }
        int unknown = appends.calls().size() - appends.acknowledgedCount();
        for (LoopDisk disk : disks.values()) {
            disk.remount();
        }
        long begin = System.nanoTime();
        rig.cluster().nodeIds().forEach(rig.cluster()::restart);
        rig.cluster().awaitReady(Rig.PATIENCE);
        long backMs = Duration.ofNanos(System.nanoTime() - begin).toMillis();
        int newCheckpoints = newCheckpoints();
        requireWhole();
        return new Round(
                appends.acknowledgedCount(), unknown, runMs, writtenBack, backMs, newCheckpoints, purgedLogs());
    }

    /** A run whose nodes never checkpoint would prove nothing: how many replicas came back with another one than before. */
    private int newCheckpoints() {
        int moved = 0;
        for (String node : disks.keySet()) {
            for (PartitionStatus partition : rig.status(node).orElseThrow().getPartitionsList()) {
                Long now = partition.getCheckpointIndex();
                Long before = checkpoints.put(node + "/" + partition.getPartition(), now);
                moved += now.equals(before) ? 0 : 1;
            }
        }
        return moved;
    }

    private int purgedLogs() {
        int purged = 0;
        for (String node : disks.keySet()) {
            for (int partition = 0; partition < Rig.PARTITIONS; partition++) {
                purged += NodeFiles.firstIndex(rig.files(node).oldestSegment(partition)) > 0 ? 1 : 0;
            }
        }
        return purged;
    }

    private void cutAll(double writtenBack) throws IOException {
        if (writtenBack > 0) {
            for (LoopDisk disk : disks.values()) {
                disk.writeBackSome(random, writtenBack);
            }
        }
        for (LoopDisk disk : disks.values()) {
            disk.cutPower();
        }
    }

    private void requireWhole() throws Exception {
        rig.awaitEqualReplicas();
        assertThat(rig.quarantined()).as("moved aside after a mere power cut").isEmpty();
        ledger.checkLast(2, rig.cluster().nodeIds());
        ledger.requireService(SERVICE_APPENDS);
    }

    /** Checks everything that was ever acknowledged, on every replica, and returns how much it is. */
    long checkAll() throws Exception {
        rig.awaitEqualReplicas();
        ledger.checkAll();
        return ledger.acknowledged();
    }

    @Override
    public void close() {
        try (rack) {
            rig.close();
        }
    }
}
