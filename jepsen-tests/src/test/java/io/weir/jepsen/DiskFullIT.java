package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.consensus.local.LocalCluster;
import io.weir.jepsen.disk.DiskRack;
import io.weir.jepsen.disk.LoopDisk;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Disks run full: of one node, while the others go on; then of a majority, when writes fail with an error that says so. Space
 * is all that it takes to go on: no replica ends, differs, or has to be repaired.
 *
 * <p>{@code -Dweir.full.rounds=N} for more rounds than one, each on new disks; {@code -Dweir.rig.seed} for the choices of an
 * earlier run: which nodes, how much is left, whether they are killed and started on the full disk.
 */
@Timeout(3_600)
class DiskFullIT {
    private static final int ROUNDS = Integer.getInteger("weir.full.rounds", 1);
    private static final long DISK_BYTES = 96L << 20;

    @TempDir
    Path directory;

    @BeforeEach
    void needsDisks() {
        Tiers.assumeDisks();
    }

    @Test
    void fullDisksTakeNothingAndSpaceIsAllThatIsNeeded() throws Exception {
        long seed = Rig.seed();
        for (int round = 1; round <= ROUNDS; round++) {
            Random random = new Random(seed + round);
            try (DiskRack rack = DiskRack.open(Tiers.racks())) {
                Map<String, LoopDisk> disks = new LinkedHashMap<>();
                for (String node : List.of("n1", "n2", "n3")) {
                    disks.put(node, rack.add(node, DISK_BYTES));
                }
                round(round, disks, random);
            } catch (Throwable t) {
                throw new AssertionError("round " + round + " of seed " + seed, t);
            }
        }
        print("%d rounds, seed %d: nothing lost, digests equal, nothing repaired", ROUNDS, seed);
    }

    private void round(int round, Map<String, LoopDisk> disks, Random random) throws Exception {
        LocalCluster.Options options = Rig.options(directory.resolve("round-" + round))
                .withServerArguments(Rig.SMALL_CHECKPOINTS)
                .withDataDirectories(node ->
                        Objects.requireNonNull(disks.get(node)).mountPoint().resolve("data"));
        try (Rig rig = Rig.start(options)) {
            FullDisks full = new FullDisks(rig, disks, random);
            print("round %d: one disk full: %s", round, full.one());
            print("round %d: two disks full: %s", round, full.majority());
            full.checkAll();
            // Ratis empties its list of members as it does its vote; the guard moves it aside, and the log has it.
            assertThat(rig.quarantined())
                    .as("what nodes moved aside")
                    .allSatisfy(moved -> assertThat(moved).contains("raft-meta.conf"));
        }
    }

    private static void print(String format, Object... values) {
        System.out.printf(Locale.ROOT, "DiskFullIT: " + format + "%n", values);
    }
}
