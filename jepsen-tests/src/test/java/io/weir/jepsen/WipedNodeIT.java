package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.consensus.local.LocalCluster;
import io.weir.protocol.NodeStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node whose disk was emptied comes back under its old name, and is served a copy while the others go on.
 *
 * <p>{@code -Dweir.wiped.mib=2048} measures with a partition of that size: how long it takes, at which rate, and how much
 * slower appends are meanwhile. {@code -Dweir.wiped.seconds} is how long appends are measured before.
 */
@Timeout(3_600)
class WipedNodeIT {
    private static final int MIB = Integer.getInteger("weir.wiped.mib", 0);
    private static final int SECONDS = Integer.getInteger("weir.wiped.seconds", 2);
    private static final int PAYLOAD_BYTES = 16 << 10;
    private static final Duration PATIENCE = Duration.ofMinutes(20);

    /** Below this size a copy is over before a rate means anything. */
    private static final int MEASURED_MIB = 512;

    private static final double LEAST_RATE = 0.7;

    @TempDir
    Path directory;

    @Test
    void aWipedNodeIsBackInService() throws Exception {
        Tiers.assumeRequested("weir.wiped.mib");
        LocalCluster.Options small = Rig.options(directory).withServerArguments(List.of("--keep-log-mib=16"));
        LocalCluster.Options options =
                new LocalCluster.Options(small.directory(), small.nodes(), 1, small.serverCommand());
        try (Rig rig = Rig.start(options)) {
            Ledger ledger = new Ledger(rig, 32, PAYLOAD_BYTES);
            ledger.requireService((int) (((long) MIB << 20) / PAYLOAD_BYTES));
            NumberedAppends appends = ledger.newPage(Rig.PATIENCE);
            try (Load load = Load.start(appends)) {
                load.runFor(1, Duration.ofSeconds(1));
                double before = rate(load, appends, SECONDS);
                String node = anyFollower(rig);
                rig.cluster().kill(node);
                rig.files(node).wipe();
                double without = rate(load, appends, SECONDS);
                int atStart = appends.acknowledgedCount();
                long begin = System.nanoTime();
                rig.cluster().restart(node);
                long bytes = Rig.await(
                        node + " back in service",
                        PATIENCE,
                        () -> rig.status(node)
                                .filter(NodeStatus::getReady)
                                .map(status -> status.getPartitions(0).getStoreBytes()));
                double seconds = (System.nanoTime() - begin) / 1e9;
                double during = (appends.acknowledgedCount() - atStart) / seconds;
                report(bytes, seconds, before, without, during);
            }
            rig.awaitEqualReplicas();
            ledger.checkLast(1, rig.cluster().nodeIds());
        }
    }

    private static void report(long bytes, double seconds, double before, double without, double during) {
        System.out.printf(
                Locale.ROOT,
                "WipedNodeIT: %,.0f MiB back in service after %.1f s, %.1f MiB/s;"
                        + " appends of %d KiB: %,.0f/s with three nodes, %,.0f/s with two, %,.0f/s during the copy%n",
                bytes / 1048576.0,
                seconds,
                bytes / 1048576.0 / seconds,
                PAYLOAD_BYTES >> 10,
                before,
                without,
                during);
        if (MIB >= MEASURED_MIB) {
            assertThat(during / before)
                    .as("rate of appends during the copy, before = 1")
                    .isGreaterThan(LEAST_RATE);
        }
    }

    /** Acknowledged appends per second. */
    private static double rate(Load load, NumberedAppends appends, int seconds) {
        int start = appends.acknowledgedCount();
        long begin = System.nanoTime();
        load.runFor(start, Duration.ofSeconds(seconds));
        return (appends.acknowledgedCount() - start) / ((System.nanoTime() - begin) / 1e9);
    }

    private static String anyFollower(Rig rig) {
        String leader = rig.awaitLeader(0);
        Optional<String> follower = rig.cluster().nodeIds().stream()
                .filter(node -> !node.equals(leader))
                .findFirst();
        return follower.orElseThrow();
    }
}
