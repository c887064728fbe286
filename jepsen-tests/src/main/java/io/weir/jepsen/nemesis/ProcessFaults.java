package io.weir.jepsen.nemesis;

import io.weir.consensus.local.LocalCluster;
import io.weir.jepsen.disk.Shell;
import io.weir.jepsen.rig.Testbed;
import io.weir.jepsen.rig.Tier;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;

/** Processes that die, freeze, stutter and are started anew. */
final class ProcessFaults {
    private ProcessFaults() {}

    static final List<Nemesis> ALL = List.of(
            kill("kill-one", "a node is killed", (testbed, random) -> Choice.some(testbed, random, 1)),
            kill(
                    "kill-leader",
                    "the leader of a partition is killed",
                    (testbed, random) -> List.of(Choice.leader(testbed, random))),
            kill(
                    "kill-majority",
                    "so many nodes are killed that the others are no majority",
                    (testbed, random) -> Choice.some(testbed, random, Choice.tooMany(testbed))),
            kill("kill-all", "all nodes are killed", (testbed, random) -> testbed.nodes()),
            pause("pause-one", "a node is frozen", (testbed, random) -> Choice.some(testbed, random, 1)),
            pause(
                    "pause-leader",
                    "the leader of a partition is frozen",
                    (testbed, random) -> List.of(Choice.leader(testbed, random))),
            pause(
                    "pause-majority",
                    "so many nodes are frozen that the others are no majority",
                    (testbed, random) -> Choice.some(testbed, random, Choice.tooMany(testbed))),
            new Nemesis(
                    "stutter",
                    "a node is frozen again and again, for up to a second",
                    Tier.PROCESSES,
                    ProcessFaults::stutter),
            new Nemesis(
                    "stop-leader",
                    "the leader of a partition is stopped in order: it hands its lead over",
                    Tier.PROCESSES,
                    ProcessFaults::stopLeader),
            new Nemesis(
                    "collections",
                    "a node collects garbage again and again, all of it",
                    Tier.PROCESSES,
                    ProcessFaults::collections),
            new Nemesis(
                    "restart-all",
                    "all nodes are stopped in order, one after the other",
                    Tier.PROCESSES,
                    (testbed, random) -> restartAll(testbed)));

    private static Nemesis kill(String name, String summary, BiFunction<Testbed, Random, List<String>> choice) {
        return new Nemesis(name, summary, Tier.PROCESSES, (testbed, random) -> {
            List<String> nodes = List.copyOf(choice.apply(testbed, random));
            LocalCluster cluster = testbed.cluster();
            nodes.forEach(cluster::kill);
            return Fault.of("killed " + nodes, () -> nodes.forEach(cluster::restart));
        });
    }

    private static Nemesis pause(String name, String summary, BiFunction<Testbed, Random, List<String>> choice) {
        return new Nemesis(name, summary, Tier.PROCESSES, (testbed, random) -> {
            List<String> nodes = List.copyOf(choice.apply(testbed, random));
            LocalCluster cluster = testbed.cluster();
            nodes.forEach(cluster::pause);
            return Fault.of("frozen " + nodes, () -> nodes.forEach(cluster::resume));
        });
    }

    private static Fault stutter(Testbed testbed, Random random) {
        String node = Choice.one(testbed, random);
        LocalCluster cluster = testbed.cluster();
        return Repeated.start(
                "stuttering " + node,
                new Random(random.nextLong()),
                () -> cluster.pause(node),
                () -> cluster.resume(node));
    }

    private static Fault stopLeader(Testbed testbed, Random random) {
        String node = Choice.leader(testbed, random);
        LocalCluster cluster = testbed.cluster();
        cluster.stop(node);
        return Fault.of("stopped " + node, () -> cluster.restart(node));
    }

    private static Fault collections(Testbed testbed, Random random) {
        String node = Choice.one(testbed, random);
        long pid = testbed.cluster().pid(node);
        return Repeated.start(
                "collections on " + node,
                new Random(random.nextLong()),
                () -> Shell.run(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(pid),
                        "GC.run"),
                () -> {});
    }

    private static Fault restartAll(Testbed testbed) {
        LocalCluster cluster = testbed.cluster();
        testbed.nodes().forEach(cluster::stop);
        return Fault.of("stopped " + testbed.nodes(), () -> testbed.nodes().forEach(cluster::restart));
    }
}
