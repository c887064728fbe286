package io.weir.jepsen.nemesis;

import io.weir.jepsen.rig.Testbed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Chooses nodes by chance. */
final class Choice {
    private Choice() {}

    static List<String> some(Testbed testbed, Random random, int count) {
        List<String> nodes = new ArrayList<>(testbed.nodes());
        Collections.shuffle(nodes, random);
        return nodes.subList(0, count);
    }

    static String one(Testbed testbed, Random random) {
        return some(testbed, random, 1).get(0);
    }

    /** One that leads some partition, if any does. */
    static String leader(Testbed testbed, Random random) {
        int partition = random.nextInt(testbed.partitions());
        return testbed.leader(partition).orElse(one(testbed, random));
    }

    /** The smallest number of nodes without which the others are no majority. */
    static int tooMany(Testbed testbed) {
        return (testbed.nodes().size() + 1) / 2;
    }
}
