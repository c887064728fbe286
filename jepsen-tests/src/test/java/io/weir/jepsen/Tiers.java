package io.weir.jepsen;

import io.weir.jepsen.disk.DiskRack;
import io.weir.jepsen.rig.Tier;
import io.weir.jepsen.rig.WallClock;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/**
 * What this machine allows tests to do. Tier 0, processes and files, works everywhere. Tier 1, disks of their own, needs
 * root: where it is missing its tests are skipped with the reason, and the census counts and prints them.
 */
public final class Tiers {
    private static final Optional<String> NO_DISKS = DiskRack.whatIsMissing(racks());

    private Tiers() {}

    /** Where the disks of tests lie: always the same, so that the next run finds what a killed one left. */
    public static Path racks() {
        return Distribution.moduleDirectory().resolve("target/disks");
    }

    /** Skips the test unless the property says how much of it is wanted; the default build has not the time. */
    public static void assumeRequested(String property) {
        Assumptions.assumeTrue(Integer.getInteger(property, 0) > 0, () -> "runs with -D" + property + "=N only");
    }

    /** Whether there are disks of their own here. */
    static boolean haveDisks() {
        return NO_DISKS.isEmpty();
    }

    /** Whether a fault can be made here. */
    static boolean allow(Tier tier) {
        return switch (tier) {
            case PROCESSES -> true;
            case DISKS -> haveDisks();
            case CLOCKS -> WallClock.whatIsMissing().isEmpty();
        };
    }

    /** Skips the test if there are no disks of their own here. */
    public static void assumeDisks() {
        Assumptions.assumeTrue(NO_DISKS.isEmpty(), () -> "tier 1: " + NO_DISKS.orElseThrow());
    }
}
