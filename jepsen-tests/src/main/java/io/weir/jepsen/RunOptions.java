package io.weir.jepsen;

import io.weir.consensus.local.LocalCluster;
import io.weir.jepsen.nemesis.Nemeses;
import io.weir.jepsen.nemesis.Nemesis;
import io.weir.jepsen.run.RunRequest;
import io.weir.jepsen.workload.Mix;
import io.weir.jepsen.workload.NamedActivity;
import io.weir.jepsen.workload.Workloads;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The options of verbs that run something: what clients do, what is hurt, and how large it all is. */
final class RunOptions {
    /** All kinds of faults. */
    static final String MIX = "mix";

    private static final String NONE = "none";
    private static final String MAIN_CLASS = "io.weir.cli.Main";

    /**
     * Nodes are started again and again, and share the processors with each other: the second compiler and a collector with threads
     * of its own would take a third of these, and be done when the node is killed.
     */
    private static final List<String> NODE_JVM = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    @Option(
            names = "--workload",
            paramLabel = "NAME",
            description = "What clients do, as \"weir jepsen list\" names it. Default: the seed chooses.")
    @Nullable
    String workload;

    @Option(
            names = "--nemesis",
            paramLabel = "NAMES",
            split = ",",
            defaultValue = MIX,
            description = "Kinds of faults; mix for all, none. Default: ${DEFAULT-VALUE}.")
    List<String> nemeses = List.of(MIX);

    @Option(
            names = "--clients",
            paramLabel = "N",
            defaultValue = "16",
            description = "That work at once. Default: ${DEFAULT-VALUE}.")
    int clients;

    @Option(
            names = "--streams",
            paramLabel = "N",
            defaultValue = "10",
            description = "That are written at a time. Few: clients meet. Default: ${DEFAULT-VALUE}.")
    int streams;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "5s",
            converter = DurationConverter.class,
            description = "Of each operation. Default: ${DEFAULT-VALUE}.")
    Duration timeout = Duration.ofSeconds(5);

    @Option(
            names = "--nodes",
            paramLabel = "N",
            defaultValue = "3",
            description = "Nodes, a process each. Default: ${DEFAULT-VALUE}.")
    int nodes;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            defaultValue = "4",
            description = "Partitions. Default: ${DEFAULT-VALUE}.")
    int partitions;

    @Option(
            names = "--heap-mib",
            paramLabel = "MIB",
            defaultValue = "256",
            description = "Heap of each node. Default: ${DEFAULT-VALUE}.")
    int heapMib;

    @Option(
            names = "--min-rate",
            paramLabel = "N",
            defaultValue = "0",
            description = "Operations that must have taken effect a second, else the run is void. Default:"
                    + " ${DEFAULT-VALUE}.")
    double minRate;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            defaultValue = "jepsen",
            description = "Where a directory for each run is made. Default: ${DEFAULT-VALUE}.")
    Path directory = Path.of("jepsen");

    @Spec(Target.MIXEE)
    @Nullable
    CommandSpec spec;

    /** Refuses what cannot be run, before anything is started. */
    void check(Duration time) {
        requireInRange("--clients", clients, 1, 1_000);
        requireInRange("--streams", streams, 1, 100_000);
        requireInRange("--nodes", nodes, 1, 9);
        requireInRange("--partitions", partitions, 1, 64);
        requireInRange("--heap-mib", heapMib, 64, 1 << 20);
        if (!(minRate >= 0)) {
            throw refused("--min-rate is " + minRate + "; it is 0 or more");
        }
        if (time.compareTo(Duration.ofSeconds(1)) < 0) {
            throw refused("--time is " + DurationConverter.format(time) + "; a run takes a second at least");
        }
        activity(0);
        kinds();
    }

    private void requireInRange(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw refused(name + " is " + value + "; the limit is " + least + " to " + most);
        }
    }

    private ParameterException refused(String message) {
        return new ParameterException(spec().commandLine(), message);
    }

    /** The verb whose options these are. */
    CommandSpec spec() {
        if (spec == null) {
            throw new IllegalStateException("not called by picocli");
        }
        return spec;
    }

    /** The seed that was asked for, or one by chance: short enough to be typed again. */
    static long chosen(@Nullable Long seed) {
        return seed == null ? ThreadLocalRandom.current().nextLong(1L << 32) : seed;
    }

    /** A seed for a run of many: those in a row choose each workload in turn, unless one is named. */
    long seedOfRun(int run, Random seeds) {
        NamedActivity next = Workloads.ALL.get(run % Workloads.ALL.size());
        long seed = seeds.nextLong(1L << 32);
        while (workload == null && !activity(seed).name().equals(next.name())) {
            seed = seeds.nextLong(1L << 32);
        }
        return seed;
    }

    /** What clients do in the run of a seed. */
    NamedActivity activity(long seed) {
        if (workload == null) {
            return Workloads.ALL.get(new Random(seed).nextInt(Workloads.ALL.size()));
        }
        String name = workload;
        return Workloads.named(name)
                .orElseThrow(() -> refused("--workload " + name + " is none of "
                        + Workloads.ALL.stream().map(NamedActivity::name).collect(Collectors.joining(", "))));
    }

    private List<Nemesis> kinds() {
        if (nemeses.equals(List.of(MIX))) {
            return Nemeses.ALL;
        }
        if (nemeses.equals(List.of(NONE))) {
            return List.of();
        }
        return nemeses.stream()
                .map(name -> Nemeses.named(name)
                        .orElseThrow(() -> refused("--nemesis " + name + " is none of mix, none, "
                                + Nemeses.ALL.stream().map(Nemesis::name).collect(Collectors.joining(", ")))))
                .toList();
    }

    /** The run of a seed, in a directory of its own. */
    RunRequest request(long seed, Duration time, Path runDirectory) {
        LocalCluster.Options cluster = LocalCluster.Options.ofThisProgram(
                        runDirectory.resolve("cluster"), nodes, partitions, MAIN_CLASS, heapMib)
                .withJvmArguments(NODE_JVM);
        return new RunRequest(
                activity(seed),
                Mix.DEFAULT.withClients(clients).withLiveStreams(streams),
                kinds(),
                seed,
                time,
                timeout,
                cluster,
                directory.toAbsolutePath().resolve("disks"),
                command(seed, time));
    }

    private String command(long seed, Duration time) {
        List<String> words = new ArrayList<>(List.of("weir jepsen replay " + seed));
        if (workload != null) {
            words.add("--workload " + workload);
        }
        words.add(String.format(
                Locale.ROOT,
                "--nemesis %s --time %s --clients %d --streams %d --timeout %s --nodes %d --partitions %d --heap-mib %d",
                String.join(",", nemeses),
                DurationConverter.format(time),
                clients,
                streams,
                DurationConverter.format(timeout),
                nodes,
                partitions,
                heapMib));
        return String.join(" ", words);
    }
}
