package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.consensus.local.LocalCluster;
import io.weir.jepsen.rig.NodeFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;

/**
 * Three nodes under load, of which one at a time is killed: at a named point of its work, or at a random moment. After each
 * round it is started again, and its digests must be those of the two that were not disturbed.
 *
 * <p>Not for several threads.
 */
final class KillRounds implements AutoCloseable {
    private static final int STREAMS_PER_PARTITION = 8;
    private static final int PAYLOAD_BYTES = 4_096;
    private static final int FAULT_EXIT_CODE = 137;

    /** What must be done to a node before it comes to a point. */
    enum Way {
        /** It works under load. */
        WORK,
        /** It starts on what it has. */
        START,
        /** It starts without the store of a partition, and has to fetch a copy. */
        COPY,
        /** It starts without the Raft log of a partition, and has to leave the group and join it again. */
        REJOIN
    }

    /**
     * A place in the code where a process ends.
     *
     * @param name as in {@code -Dweir.fault}
     * @param way how a node gets there
     * @param times how often at most it may be passed before it ends there
     */
    record Point(String name, Way way, int times) {}

    /** Every point that a replica passes in its life. */
    static final List<Point> POINTS = List.of(
            new Point("apply.before-commit", Way.WORK, 200),
            new Point("apply.after-commit", Way.WORK, 200),
            new Point("commit.before", Way.WORK, 200),
            new Point("commit.after", Way.WORK, 200),
            new Point("checkpoint.captured", Way.WORK, 12),
            new Point("checkpoint.synced", Way.WORK, 12),
            new Point("checkpoint.tmp-written", Way.WORK, 12),
            new Point("checkpoint.renamed", Way.WORK, 12),
            new Point("checkpoint.done", Way.WORK, 12),
            new Point("snapshot.taken", Way.WORK, 4),
            new Point("purge.requested", Way.WORK, 2),
            new Point("open.metas-restored", Way.START, Rig.PARTITIONS),
            new Point("open.pinned", Way.START, Rig.PARTITIONS),
            new Point("install.received", Way.COPY, 1),
            new Point("install.checkpointed", Way.COPY, 1),
            new Point("install.current-moved", Way.COPY, 1),
            new Point("rejoin.recorded", Way.REJOIN, 1),
            new Point("rejoin.left", Way.REJOIN, 1),
            new Point("rejoin.wiped", Way.REJOIN, 1),
            new Point("rejoin.started", Way.REJOIN, 1),
            new Point("rejoin.joined", Way.REJOIN, 1));

    private final Random random;
    private final Rig rig;
    private final Ledger ledger;

    /**
     * What a round was like.
     *
     * @param node who was killed
     * @param where at which point, or "a random moment"
     * @param acknowledged appends of the round
     * @param backMs from its start until all of its partitions served
     */
    record Round(String node, String where, int acknowledged, long backMs) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%s killed at %-40s %,6d acknowledged; serving after %,6d ms",
                    node,
                    where + ":",
                    acknowledged,
                    backMs);
        }
    }

    KillRounds(Path directory, long seed) {
        LocalCluster.Options options = Rig.options(directory).withServerArguments(Rig.SMALL_CHECKPOINTS);
        this.random = new Random(seed);
        this.rig = Rig.start(options);
        this.ledger = new Ledger(rig, STREAMS_PER_PARTITION, PAYLOAD_BYTES);
    }

    /** Runs one round with a kill at a random moment. */
    Round atRandom() throws Exception {
        String node = anyNode();
        NumberedAppends appends = ledger.newPage(Rig.PATIENCE);
        try (Load load = Load.start(appends)) {
            load.runFor(20, Duration.ofMillis(random.nextInt(1_500)));
            rig.cluster().kill(node);
            load.runFor(appends.acknowledgedCount() + 20, Duration.ZERO);
        }
        return finish(node, "a random moment", appends);
    }

    /**
     * Runs one round with a kill at a point.
     *
     * @throws AssertionError if the node does not come to it in time: the point is gone, or the round is badly made
     */
    Round at(Point point) throws Exception {
        String node = anyNode();
        int times = 1 + random.nextInt(point.times());
        NumberedAppends appends = ledger.newPage(Rig.PATIENCE);
        try (Load load = Load.startSteady(appends)) {
            load.runFor(20, Duration.ZERO);
            rig.cluster().kill(node);
            prepare(node, point.way());
            rig.cluster().startWith(node, List.of("-Dweir.fault=" + point.name() + ":" + times));
            Rig.await(
                    point + " on " + node,
                    Rig.PATIENCE,
                    () -> rig.cluster().hasDied(node) ? Optional.of(true) : Optional.empty());
            assertThat(rig.cluster().exitCode(node))
                    .as("exit code at %s; %s", point, rig.cluster().lastWords(node))
                    .isEqualTo(FAULT_EXIT_CODE);
        }
        return finish(node, point.name() + ", time " + times, appends);
    }

    private void prepare(String node, Way way) {
        NodeFiles files = rig.files(node);
        int partition = random.nextInt(Rig.PARTITIONS);
        switch (way) {
            case WORK, START -> {}
            case COPY -> NodeFiles.remove(files.store(partition));
            case REJOIN -> NodeFiles.remove(files.group(partition));
        }
    }

    private Round finish(String node, String where, NumberedAppends appends) throws Exception {
        assertThat(appends.calls())
                .as("appends while two of three nodes were there")
                .allSatisfy(call -> assertThat(call.failure).isNull());
        long begin = System.nanoTime();
        rig.cluster().restart(node);
        rig.cluster().awaitReady(Rig.PATIENCE);
        long backMs = Duration.ofNanos(System.nanoTime() - begin).toMillis();
        rig.awaitEqualReplicas();
        ledger.checkLast(1, rig.cluster().nodeIds());
        return new Round(node, where, appends.acknowledgedCount(), backMs);
    }

    private String anyNode() {
        List<String> all = rig.cluster().nodeIds();
        return all.get(random.nextInt(all.size()));
    }

    /** Checks everything that was ever acknowledged, on every replica, and returns how much it is. */
    long checkAll() throws Exception {
        rig.awaitEqualReplicas();
        ledger.checkAll();
        return ledger.acknowledged();
    }

    @Override
    public void close() {
        rig.close();
    }
}
