package io.weir.jepsen.nemesis;

import io.weir.jepsen.rig.Condition;
import io.weir.jepsen.rig.Network;
import io.weir.jepsen.rig.Testbed;
import io.weir.jepsen.rig.Tier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiPredicate;

/** Links that are cut, in one or both directions, slow, narrow, or lose packets. Half of the time clients are concerned too. */
final class NetworkFaults {
    private NetworkFaults() {}

    static final List<Nemesis> ALL = List.of(
            cut("halves", "some nodes and the others do not hear each other", NetworkFaults::halves),
            cut(
                    "isolated-leader",
                    "the leader of a partition and all others do not hear each other",
                    (testbed, random) -> {
                        String leader = Choice.leader(testbed, random);
                        return new Cut("isolated " + leader, (from, to) -> from.equals(leader) || to.equals(leader));
                    }),
            cut("deaf-leader", "the leader of a partition hears nobody, and is heard", (testbed, random) -> {
                String leader = Choice.leader(testbed, random);
                return new Cut("deaf " + leader, (from, to) -> to.equals(leader));
            }),
            cut("mute-leader", "the leader of a partition hears everybody, and is not heard", (testbed, random) -> {
                String leader = Choice.leader(testbed, random);
                return new Cut("mute " + leader, (from, to) -> from.equals(leader));
            }),
            cut(
                    "ring",
                    "each node hears its neighbours only; of three, two do not hear each other",
                    NetworkFaults::ring),
            new Nemesis(
                    "flapping",
                    "a node is cut off again and again, for up to a second",
                    Tier.PROCESSES,
                    NetworkFaults::flapping),
            everywhere(
                    "slow",
                    "all links take 20 to 120 ms",
                    random -> Condition.slow(
                            Duration.ofMillis(20 + random.nextInt(60)), Duration.ofMillis(random.nextInt(40)))),
            everywhere(
                    "lossy",
                    "packets are lost on all links, and sent again after 200 ms",
                    random -> Condition.lossy(1 + random.nextInt(10), Duration.ofMillis(200))),
            everywhere(
                    "narrow",
                    "all links carry little: 100 to 500 KB/s",
                    random -> Condition.narrow(100_000 + random.nextInt(400_000))),
            new Nemesis("reset", "all connections are reset again and again", Tier.PROCESSES, NetworkFaults::resets));

    private record Cut(String description, BiPredicate<String, String> links) {}

    @FunctionalInterface
    private interface CutChoice {
        Cut choose(Testbed testbed, Random random);
    }

    @FunctionalInterface
    private interface ConditionChoice {
        Condition choose(Random random);
    }

    private static Nemesis cut(String name, String summary, CutChoice choice) {
        return new Nemesis(name, summary, Tier.PROCESSES, (testbed, random) -> {
            Cut cut = choice.choose(testbed, random);
            List<String> among = among(testbed, random);
            testbed.network().become(among, cut.links(), Condition.BLOCKED);
            return Fault.of(cut.description() + clients(among), testbed.network()::heal);
        });
    }

    private static Nemesis everywhere(String name, String summary, ConditionChoice choice) {
        return new Nemesis(name, summary, Tier.PROCESSES, (testbed, random) -> {
            Condition condition = choice.choose(random);
            List<String> among = among(testbed, random);
            testbed.network().become(among, (from, to) -> true, condition);
            return Fault.of("links " + condition + clients(among), testbed.network()::heal);
        });
    }

    private static List<String> among(Testbed testbed, Random random) {
        List<String> among = new ArrayList<>(testbed.nodes());
        if (random.nextBoolean()) {
            among.add(Network.CLIENT);
        }
        return among;
    }

    private static String clients(List<String> among) {
        return among.contains(Network.CLIENT) ? ", clients too" : "";
    }

    /** Clients are on the side of the others. */
    private static Cut halves(Testbed testbed, Random random) {
        int size = 1 + random.nextInt(testbed.nodes().size() - 1);
        List<String> side = List.copyOf(Choice.some(testbed, random, size));
        return new Cut(side + " against the others", (from, to) -> side.contains(from) != side.contains(to));
    }

    private static Cut ring(Testbed testbed, Random random) {
        int size = testbed.nodes().size();
        List<String> ring = List.copyOf(Choice.some(testbed, random, size));
        return new Cut("ring " + ring, (from, to) -> {
            int distance = Math.abs(ring.indexOf(from) - ring.indexOf(to));
            boolean areNodes = ring.contains(from) && ring.contains(to);
            return areNodes && distance > 1 && (size == 3 || distance < size - 1);
        });
    }

    private static Fault flapping(Testbed testbed, Random random) {
        String node = Choice.one(testbed, random);
        Network network = testbed.network();
        List<String> nodes = testbed.nodes();
        return Repeated.start(
                "flapping " + node,
                new Random(random.nextLong()),
                () -> network.become(nodes, (from, to) -> from.equals(node) || to.equals(node), Condition.BLOCKED),
                network::heal);
    }

    private static Fault resets(Testbed testbed, Random random) {
        Network network = testbed.network();
        List<String> among = among(testbed, random);
        return Repeated.start(
                "resets" + clients(among),
                new Random(random.nextLong()),
                () -> network.become(among, (from, to) -> true, Condition.REFUSED),
                network::heal);
    }
}
