package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.client.EventStoreException;
import io.weir.consensus.local.LocalCluster;
import io.weir.jepsen.disk.DiskRack;
import io.weir.jepsen.disk.LoopDisk;
import io.weir.protocol.NodeStatus;
import io.weir.protocol.PartitionStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Disks run full: of one node, while the others go on; then of a majority, when writes fail with an error that says so. Space
 * is all that it takes to go on.
 */
@Timeout(300)
class DiskFullIT {
    private static final long DISK_BYTES = 128L << 20;
    private static final int PAYLOAD_BYTES = 2_048;
    private static final int APPENDS = 400;

    @TempDir
    Path directory;

    @BeforeEach
    void needsDisks() {
        Tiers.assumeDisks();
        Tiers.assumeRequested("weir.full.rounds");
    }

    @Test
    void fullDisksTakeNothingAndSpaceIsAllThatIsNeeded() throws Exception {
        try (DiskRack rack = DiskRack.open(Tiers.racks())) {
            Map<String, LoopDisk> disks = new LinkedHashMap<>();
            for (String node : List.of("n1", "n2", "n3")) {
                disks.put(node, rack.add(node, DISK_BYTES));
            }
            LocalCluster.Options options = Rig.options(directory)
                    .withServerArguments(Rig.SMALL_CHECKPOINTS)
                    .withDataDirectories(node ->
                            Objects.requireNonNull(disks.get(node)).mountPoint().resolve("data"));
            try (Rig rig = Rig.start(options)) {
                Ledger ledger = new Ledger(rig, 4, PAYLOAD_BYTES);
                ledger.requireService(APPENDS);
                LoopDisk first = Objects.requireNonNull(disks.get("n1"));
                LoopDisk second = Objects.requireNonNull(disks.get("n2"));
                oneFull(rig, ledger, first);
                majorityFull(rig, ledger, first, second);
                ledger.checkAll();
            }
        }
    }

    private static void oneFull(Rig rig, Ledger ledger, LoopDisk disk) throws Exception {
        disk.fill();
        NumberedAppends appends = ledger.newPage(Rig.PATIENCE);
        String reason;
        try (Load load = Load.start(appends)) {
            reason = Rig.await("n1 unready for want of space", () -> unreadyReason(rig, "n1"));
            load.runFor(appends.acknowledgedCount() + APPENDS, Duration.ZERO);
        }
        print("one disk full: n1 says: %s", reason);
        assertThat(appends.calls())
                .as("appends while one disk of three is full")
                .allSatisfy(call -> assertThat(call.failure).isNull());
        for (String stream : ledger.firstPageStreams()) {
            assertThat(rig.payloads("n1", stream)).as("stale reads of n1 go on").isNotEmpty();
        }
        print("one disk full: freed, whole after %,d ms", resume(rig, List.of(disk)));
        ledger.checkLast(2, rig.cluster().nodeIds());
        ledger.requireService(APPENDS);
    }

    private static void majorityFull(Rig rig, Ledger ledger, LoopDisk... disks) throws Exception {
        for (LoopDisk disk : disks) {
            disk.fill();
        }
        NumberedAppends appends = ledger.newPage(Duration.ofSeconds(3));
        try (Load load = Load.start(appends)) {
            load.awaitFailure();
        }
        assertThat(appends.calls())
                .filteredOn(call -> call.failure != null)
                .isNotEmpty()
                .allSatisfy(call -> assertThat(call.failure)
                        .isInstanceOfAny(
                                EventStoreException.Unavailable.class, EventStoreException.OutcomeUnknown.class));
        print(
                "two disks full: %d appends acknowledged, then %s",
                appends.acknowledgedCount(),
                appends.calls().stream()
                        .filter(call -> call.failure != null)
                        .map(call -> String.valueOf(call.failure))
                        .reduce((one, other) -> other)
                        .orElseThrow());
        print("two disks full: freed, whole after %,d ms", resume(rig, List.of(disks)));
        ledger.requireService(APPENDS);
    }

    /** Frees disks; how long it takes until all nodes serve and are equal, in milliseconds. */
    private static long resume(Rig rig, List<LoopDisk> disks) throws Exception {
        long begin = System.nanoTime();
        for (LoopDisk disk : disks) {
            disk.free();
        }
        rig.cluster().awaitReady(Rig.PATIENCE);
        long ms = Duration.ofNanos(System.nanoTime() - begin).toMillis();
        rig.awaitEqualReplicas();
        return ms;
    }

    private static Optional<String> unreadyReason(Rig rig, String node) {
        Optional<NodeStatus> status = rig.status(node);
        assertThat(rig.cluster().hasDied(node)).as(node + " has died").isFalse();
        return status.flatMap(found -> found.getPartitionsList().stream()
                .filter(partition -> !partition.getReady())
                .map(PartitionStatus::getReason)
                .filter(reason -> !reason.isEmpty())
                .findFirst());
    }

    private static void print(String format, Object... values) {
        System.out.printf(Locale.ROOT, "DiskFullIT: " + format + "%n", values);
    }
}
