package io.weir.jepsen.nemesis;

import io.weir.jepsen.disk.LoopDisk;
import io.weir.jepsen.rig.Testbed;
import io.weir.jepsen.rig.Tier;
import java.io.IOException;
import java.util.List;
import java.util.Random;

/** Disks that lose their power, hang, and fill up. */
final class DiskFaults {
    private static final int MAX_LEFT_BYTES = 2 << 20;

    private DiskFaults() {}

    static final List<Nemesis> ALL = List.of(
            new Nemesis(
                    "power-one",
                    "a node loses its power: all that was not forced to disk is gone",
                    Tier.DISKS,
                    (testbed, random) -> powerLoss(testbed, random, List.copyOf(Choice.some(testbed, random, 1)))),
            new Nemesis(
                    "power-all",
                    "all nodes lose their power at once",
                    Tier.DISKS,
                    (testbed, random) -> powerLoss(testbed, random, testbed.nodes())),
            new Nemesis("hung-disk", "the disk of a node does not answer", Tier.DISKS, DiskFaults::hang),
            new Nemesis(
                    "slow-disk",
                    "the disk of a node does not answer again and again, for up to a second",
                    Tier.DISKS,
                    DiskFaults::stutter),
            new Nemesis("full-disk", "the disk of a node is full, or almost", Tier.DISKS, DiskFaults::fill));

    private static LoopDisk disk(Testbed testbed, String node) {
        return testbed.disk(node).orElseThrow(() -> new IllegalStateException(node + " has no disk of its own"));
    }

    private static Fault powerLoss(Testbed testbed, Random random, List<String> nodes) throws IOException {
        double writtenBack = random.nextBoolean() ? random.nextDouble() : 0;
        for (String node : nodes) {
            if (writtenBack > 0) {
                disk(testbed, node).writeBackSome(random, writtenBack);
            }
        }
        for (String node : nodes) {
            disk(testbed, node).cutPower();
        }
        nodes.forEach(testbed.cluster()::kill);
        return Fault.of("without power " + nodes, () -> {
            for (String node : nodes) {
                disk(testbed, node).remount();
                testbed.cluster().restart(node);
            }
        });
    }

    private static Fault hang(Testbed testbed, Random random) throws IOException {
        String node = Choice.one(testbed, random);
        LoopDisk disk = disk(testbed, node);
        disk.freeze();
        return Fault.of("hung disk of " + node, disk::thaw);
    }

    private static Fault stutter(Testbed testbed, Random random) {
        String node = Choice.one(testbed, random);
        LoopDisk disk = disk(testbed, node);
        return Repeated.start("slow disk of " + node, new Random(random.nextLong()), disk::freeze, disk::thaw);
    }

    private static Fault fill(Testbed testbed, Random random) throws IOException {
        String node = Choice.one(testbed, random);
        int leftBytes = random.nextBoolean() ? 0 : random.nextInt(MAX_LEFT_BYTES);
        LoopDisk disk = disk(testbed, node);
        disk.fill(leftBytes);
        return Fault.of("full disk of " + node + " but for " + (leftBytes >> 10) + " KiB", disk::free);
    }
}
