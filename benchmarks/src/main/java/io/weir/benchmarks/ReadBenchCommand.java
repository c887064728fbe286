package io.weir.benchmarks;

import io.weir.benchmarks.ReadBench.Plan;
import io.weir.client.EventStore;
import io.weir.client.EventStoreException;
import io.weir.client.Weir;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The verb {@code weir bench read}: how fast all events can be read. */
@Command(
        name = "read",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Write events, then read all that is there from its beginning, every partition at once.",
            "",
            "Without --connect or --embedded it starts a cluster on this machine, each node a process of its own, and removes"
                    + " it afterwards.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:measured",
            "1:the benchmark failed",
            "2:usage",
            "3:the cluster did not start or is unavailable"
        },
        footerHeading = "%nExamples:%n",
        footer = {"  weir bench read --events 1000000", "  weir bench read --embedded"})
final class ReadBenchCommand extends BenchVerb {
    @Mixin
    BenchCluster cluster = new BenchCluster();

    @Option(names = "--embedded", description = "A store in this process, of one partition, in place of a cluster.")
    boolean isEmbedded;

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            defaultValue = "1024",
            description = "Bytes of payload of an event. Default: ${DEFAULT-VALUE}.")
    int size;

    @Option(
            names = "--events",
            paramLabel = "N",
            defaultValue = "500000",
            description = "Events to write first. Default: ${DEFAULT-VALUE}.")
    long events;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "How often all is read; the median counts. Default: ${DEFAULT-VALUE}.")
    int rounds;

    @Mixin
    ReportOutput output = new ReportOutput();

    @Override
    public Integer call() throws IOException, InterruptedException {
        requireInRange("--size", size, 1, 1_000_000);
        requireInRange("--events", events, 1, 1_000_000_000);
        requireInRange("--rounds", rounds, 1, 1_000);
        try {
            ReadReport report = isEmbedded ? embedded() : cluster.run(this, this::remote);
            out().println(output.shown(report));
            out().flush();
            return 0;
        } catch (EventStoreException.Unavailable | EventStoreException.CannotOpen e) {
            return unavailable(e, cluster.nextStep());
        }
    }

    private ReadReport embedded() throws IOException, InterruptedException {
        Path root = createRoot(cluster.local.directory);
        try (EventStore store = Weir.open(root.resolve("store"))) {
            return measure(store, "--embedded", "in this process", Machine.fileSystemOf(root));
        } finally {
            Trees.delete(root);
        }
    }

    private ReadReport remote(String uri, String description, String fileSystem) throws InterruptedException {
        try (EventStore store = Weir.connect(uri)) {
            return measure(store, cluster.commandLine(), description, fileSystem);
        }
    }

    private ReadReport measure(EventStore store, String where, String description, String fileSystem)
            throws InterruptedException {
        Plan plan = new Plan(size, events, rounds);
        List<Double> rates = new ReadBench(store, plan, err()).run();
        return new ReadReport(
                "weir bench read %s --size %d --events %d --rounds %d".formatted(where, size, events, rounds),
                Machine.here(fileSystem),
                description + ", " + store.partitions() + " partitions",
                plan,
                Pipeline.median(rates),
                rates);
    }
}
