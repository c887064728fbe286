package io.weir.jepsen.nemesis;

import io.weir.consensus.local.LocalCluster;
import io.weir.jepsen.rig.Testbed;
import io.weir.jepsen.rig.Tier;
import io.weir.jepsen.rig.WallClock;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** Wall clocks that are wrong. They jump as a process ends and the next one begins, when they become wrong and when they are put right. */
final class ClockFaults {
    private static final long MOST_OFF_S = 600;

    private ClockFaults() {}

    static final List<Nemesis> ALL = List.of(
            new Nemesis(
                    "clock-ahead",
                    "a node is killed, and comes back with a clock that is up to ten minutes ahead",
                    Tier.CLOCKS,
                    (testbed, random) -> jump(testbed, random, 1)),
            new Nemesis(
                    "clock-behind",
                    "a node is killed, and comes back with a clock that is up to ten minutes behind",
                    Tier.CLOCKS,
                    (testbed, random) -> jump(testbed, random, -1)));

    private static Fault jump(Testbed testbed, Random random, long sign) {
        LocalCluster cluster = testbed.cluster();
        String node = random.nextBoolean() ? Choice.leader(testbed, random) : Choice.one(testbed, random);
        long seconds = random.nextLong(1, MOST_OFF_S + 1);
        cluster.kill(node);
        cluster.startWith(node, List.of(), WallClock.off(Duration.ofSeconds(sign * seconds)));
        return Fault.of(
                "clock of " + node + " " + seconds + " s " + (sign > 0 ? "ahead" : "behind"),
                () -> cluster.restart(node));
    }
}
