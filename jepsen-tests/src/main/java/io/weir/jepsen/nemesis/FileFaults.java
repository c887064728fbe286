package io.weir.jepsen.nemesis;

import io.weir.client.EventStoreException;
import io.weir.consensus.local.LocalCluster;
import io.weir.jepsen.rig.Harm;
import io.weir.jepsen.rig.NodeFiles;
import io.weir.jepsen.rig.Testbed;
import io.weir.jepsen.rig.Tier;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/**
 * Files of one node that are harmed or lost. What one replica has lost the two others must have: each of these begins when all
 * are whole, and is healed when they are whole again.
 */
final class FileFaults {
    /** For a copy of all that the node had, on a machine that is busy. */
    private static final Duration WHOLE = Duration.ofMinutes(3);

    /** LMDB takes the process down when a page contradicts itself; the second start looks at the pages first. */
    private static final int MAX_STARTS = 3;

    private FileFaults() {}

    static final List<Nemesis> ALL = List.of(
            new Nemesis(
                    "wipe",
                    "a node is killed, and comes back with an empty disk",
                    Tier.PROCESSES,
                    (testbed, random) -> begin(testbed, random, "wiped", NodeFiles::wipe)),
            new Nemesis(
                    "damage-log",
                    "a node is killed, and comes back with damage in a Raft log",
                    Tier.PROCESSES,
                    (testbed, random) -> begin(testbed, random, "damaged log", files -> {
                        List<Path> segments = files.segments(partition(testbed, random));
                        harm(segments.get(random.nextInt(segments.size())), random);
                    })),
            new Nemesis(
                    "damage-vote",
                    "a node is killed, and comes back with damage in what it had voted, or had flushed",
                    Tier.PROCESSES,
                    (testbed, random) -> begin(testbed, random, "damaged vote", files -> {
                        int partition = partition(testbed, random);
                        harm(random.nextBoolean() ? files.vote(partition) : files.cell(partition), random);
                    })),
            new Nemesis(
                    "damage-store",
                    "a node is killed, and comes back with damage in a store",
                    Tier.PROCESSES,
                    (testbed, random) -> begin(testbed, random, "damaged store", files -> {
                        int partition = partition(testbed, random);
                        harm(
                                switch (random.nextInt(3)) {
                                    case 0 -> files.checkpoint(partition);
                                    case 1 -> files.current(partition);
                                    default -> files.pages(partition);
                                },
                                random);
                    })));

    @FunctionalInterface
    private interface Damage {
        void to(NodeFiles files) throws IOException;
    }

    private static Fault begin(Testbed testbed, Random random, String what, Damage damage) throws IOException {
        LocalCluster cluster = testbed.cluster();
        cluster.awaitReady(WHOLE);
        String node = Choice.one(testbed, random);
        cluster.kill(node);
        boolean isDone = false;
        try {
            damage.to(testbed.files(node));
            isDone = true;
        } finally {
            if (!isDone) {
                cluster.restart(node);
            }
        }
        return Fault.of(what + " of " + node, () -> revive(cluster, node));
    }

    private static void revive(LocalCluster cluster, String node) {
        for (int start = 1; ; start++) {
            cluster.restart(node);
            try {
                cluster.awaitReady(WHOLE);
                return;
            } catch (EventStoreException.CannotOpen e) {
                if (start == MAX_STARTS || !cluster.hasDied(node)) {
                    throw e;
                }
            }
        }
    }

    private static int partition(Testbed testbed, Random random) {
        return random.nextInt(testbed.partitions());
    }

    private static void harm(Path file, Random random) throws IOException {
        Harm[] kinds = Harm.values();
        Harm kind = kinds[random.nextInt(kinds.length)];
        (Harm.hasContents(file) ? kind : Harm.DELETE).to(file, random);
    }
}
