package io.weir.benchmarks;

import io.weir.benchmarks.StreamsBench.Plan;
import io.weir.client.EventStore;
import io.weir.client.EventStoreException;
import io.weir.client.Weir;
import io.weir.consensus.local.LocalCluster;
import java.io.IOException;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The verb {@code weir bench streams}: what a great number of streams costs. */
@Command(
        name = "streams",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Start a cluster, give a great number of streams an event each, and append to any of them, in turn with appends to"
                    + " any of a few.",
            "",
            "Reads the nodes' memory from /proc: Linux only.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:measured",
            "1:an append was refused, or the benchmark failed",
            "2:usage",
            "3:the cluster did not start or is unavailable"
        },
        footerHeading = "%nExamples:%n",
        footer = {"  weir bench streams", "  weir bench streams --many 100000 --size 1024"})
final class StreamsBenchCommand extends BenchVerb {
    @Mixin
    LocalNodes local = new LocalNodes();

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            defaultValue = "100",
            description = "Bytes of payload of an event. Default: ${DEFAULT-VALUE}.")
    int size;

    @Option(
            names = "--few",
            paramLabel = "N",
            defaultValue = "10",
            description = "Streams to compare with. Default: ${DEFAULT-VALUE}.")
    int few;

    @Option(
            names = "--many",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "Streams. Default: ${DEFAULT-VALUE}.")
    int many;

    @Option(
            names = "--in-flight",
            paramLabel = "N",
            defaultValue = "2048",
            description = "Appends under way at most. Default: ${DEFAULT-VALUE}.")
    int inFlight;

    @Option(
            names = "--warmup",
            paramLabel = "TIME",
            defaultValue = "30s",
            converter = DurationConverter.class,
            description = "How long to append before anything is measured. Default: ${DEFAULT-VALUE}.")
    Duration warmup = Duration.ZERO;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Rounds of each kind; the median counts. Default: ${DEFAULT-VALUE}.")
    int rounds;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "5s",
            converter = DurationConverter.class,
            description = "How long a round takes. Default: ${DEFAULT-VALUE}.")
    Duration duration = Duration.ZERO;

    @Mixin
    ReportOutput output = new ReportOutput();

    @Override
    public Integer call() throws IOException, InterruptedException {
        local.requireValid(this, 1);
        requireInRange("--size", size, 0, 1_000_000);
        requireInRange("--few", few, 1, 1_000_000);
        requireInRange("--many", many, 1, 100_000_000);
        requireInRange("--in-flight", inFlight, 1, 1_000_000);
        requireInRange("--rounds", rounds, 1, 1_000);
        try {
            StreamsReport report = local.run(this, this::measure);
            out().println(output.shown(report));
            out().flush();
            return 0;
        } catch (EventStoreException.Unavailable | EventStoreException.CannotOpen e) {
            return unavailable(e, LOOK_AT_THIS_MACHINE);
        }
    }

    private StreamsReport measure(LocalCluster cluster, String description, String fileSystem)
            throws InterruptedException {
        try (EventStore store = Weir.connect(cluster.uri())) {
            Plan plan = new Plan(size, few, many, inFlight, warmup, rounds, duration);
            StreamsBench.Result result = new StreamsBench(store, plan, err()).run(cluster);
            return new StreamsReport(
                    commandLine(),
                    Machine.here(fileSystem),
                    description + ", " + store.partitions() + " partitions",
                    size,
                    few,
                    many,
                    Pipeline.median(result.manyRates()) / Pipeline.median(result.fewRates()),
                    result);
        }
    }

    private String commandLine() {
        return "weir bench streams %s --size %d --few %d --many %d --in-flight %d --warmup %s --rounds %d --duration %s"
                .formatted(
                        local.commandLine(),
                        size,
                        few,
                        many,
                        inFlight,
                        DurationConverter.format(warmup),
                        rounds,
                        DurationConverter.format(duration));
    }
}
