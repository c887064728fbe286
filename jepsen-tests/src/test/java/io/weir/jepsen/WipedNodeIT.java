package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.consensus.local.LocalCluster;
import io.weir.protocol.NodeStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node whose disk was emptied comes back under its old name, and is served a copy while the others go on.
 *
 * <p>{@code -Dweir.wiped.mib=2048} measures with a partition of that size: how long it takes, at which rate, and how much
 * slower appends are meanwhile, by the medians of windows of a second. {@code -Dweir.wiped.seconds} is how long appends are
 * measured before, and again with two nodes.
 */
@Timeout(3_600)
class WipedNodeIT {
    private static final int MIB = Integer.getInteger("weir.wiped.mib", 4);
    private static final int SECONDS = Integer.getInteger("weir.wiped.seconds", 1);
    private static final Duration PATIENCE = Duration.ofMinutes(20);

    /** Below this size a copy is over before a rate means anything. */
    private static final int MEASURED_MIB = 512;

    /** Small ones for a copy that is to be over soon, since it has to fetch what is appended meanwhile as well. */
    private static final int PAYLOAD_BYTES = MIB >= MEASURED_MIB ? 16 << 10 : 1 << 10;

    private static final double LEAST_RATE = 0.7;
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    @TempDir
    Path directory;

    @Test
    void aWipedNodeIsBackInService() throws Exception {
        LocalCluster.Options small = Rig.options(directory).withServerArguments(List.of("--keep-log-mib=16"));
        LocalCluster.Options options =
                new LocalCluster.Options(small.directory(), small.nodes(), 1, small.serverCommand());
        double rate;
        try (Rig rig = Rig.start(options)) {
            Ledger ledger = new Ledger(rig, 32, PAYLOAD_BYTES);
            ledger.requireService((int) (((long) MIB << 20) / PAYLOAD_BYTES));
            NumberedAppends appends = ledger.newPage(Rig.PATIENCE);
            try (Load load = MIB >= MEASURED_MIB ? Load.start(appends) : Load.startSteady(appends)) {
                load.runFor(1, Duration.ofSeconds(1));
                long before = medianRate(appends, secondsPass());
                String node = anyFollower(rig);
                rig.cluster().kill(node);
                rig.files(node).wipe();
                long without = medianRate(appends, secondsPass());
                long begin = System.nanoTime();
                rig.cluster().restart(node);
                long during = medianRate(appends, () -> storeBytes(rig, node).isPresent());
                double seconds = (System.nanoTime() - begin) / 1e9;
                rate = (double) during / before;
                report(storeBytes(rig, node).orElseThrow(), seconds, before, without, during);
            }
            assertThat(appends.calls())
                    .as("appends while a node was wiped and came back")
                    .allSatisfy(call -> assertThat(call.failure).isNull());
            rig.awaitEqualReplicas();
            ledger.checkLast(MIB >= MEASURED_MIB ? 1 : 2, rig.cluster().nodeIds());
        }
        if (MIB >= MEASURED_MIB) {
            assertThat(rate)
                    .as("rate of appends until the node was back, before = 1")
                    .isGreaterThan(LEAST_RATE);
        }
    }

    private static void report(long bytes, double seconds, long before, long without, long during) {
        System.out.printf(
                Locale.ROOT,
                "WipedNodeIT: %,.0f MiB back in service after %.1f s, %.1f MiB/s; appends of %d KiB, medians of seconds:"
                        + " %,d/s with three nodes, %,d/s with two, %,d/s during the copy: %.2f%n",
                bytes / 1048576.0,
                seconds,
                bytes / 1048576.0 / seconds,
                PAYLOAD_BYTES >> 10,
                before,
                without,
                during,
                (double) during / before);
    }

    /** What the wiped node holds, once it serves. */
    private static Optional<Long> storeBytes(Rig rig, String node) {
        return rig.status(node)
                .filter(NodeStatus::getReady)
                .map(status -> status.getPartitions(0).getStoreBytes());
    }

    private static BooleanSupplier secondsPass() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        return () -> System.nanoTime() - end >= 0;
    }

    /** The median of the acknowledged appends per second, in windows of a second until something is so. */
    private static long medianRate(NumberedAppends appends, BooleanSupplier until) {
        List<Long> rates = new ArrayList<>();
        long end = System.nanoTime() + PATIENCE.toNanos();
        boolean isOver = false;
        while (!isOver) {
            assertThat(System.nanoTime() - end)
                    .as("nanoseconds above the patience")
                    .isNegative();
            int count = appends.acknowledgedCount();
            long begin = System.nanoTime();
            while (!isOver && System.nanoTime() - begin < WINDOW_NANOS) {
                LockSupport.parkNanos(POLL_NANOS);
                isOver = until.getAsBoolean();
            }
            long nanos = System.nanoTime() - begin;
            if (nanos >= WINDOW_NANOS || rates.isEmpty()) {
                rates.add((appends.acknowledgedCount() - count) * TimeUnit.SECONDS.toNanos(1) / nanos);
            }
        }
        Collections.sort(rates);
        return rates.get(rates.size() / 2);
    }

    private static String anyFollower(Rig rig) {
        String leader = rig.awaitLeader(0);
        Optional<String> follower = rig.cluster().nodeIds().stream()
                .filter(node -> !node.equals(leader))
                .findFirst();
        return follower.orElseThrow();
    }
}
