package io.weir.benchmarks;

import io.weir.benchmarks.AppendBench.Plan;
import io.weir.benchmarks.AppendBench.Result;
import io.weir.client.EventStore;
import io.weir.client.EventStoreException;
import io.weir.client.Weir;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The verb {@code weir bench append}: how many appends a second a cluster acknowledges, and after how long. */
@Command(
        name = "append",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Append from one client to a cluster, first as fast as acknowledgements come, then at a fixed rate.",
            "",
            "Without --connect it starts a cluster on this machine, each node a process of its own, and removes it"
                    + " afterwards.",
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
        footer = {
            "  weir bench append --warmup 60s --rounds 5 --duration 10s",
            "  weir bench append --connect weir://127.0.0.1:7400 --events 100000 -o json"
        })
final class AppendBenchCommand extends BenchVerb {
    @Mixin
    BenchCluster cluster = new BenchCluster();

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            defaultValue = "1024",
            description = "Bytes of payload of an event. Default: ${DEFAULT-VALUE}.")
    int size;

    @Option(
            names = "--streams",
            paramLabel = "N",
            defaultValue = "64",
            description = "Streams to spread the events over. Default: ${DEFAULT-VALUE}.")
    int streams;

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
            description = "Rounds; the median counts. Default: ${DEFAULT-VALUE}.")
    int rounds;

    @Option(names = "--events", paramLabel = "N", description = "Events of a round, instead of --duration.")
    @Nullable
    Long events;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "5s",
            converter = DurationConverter.class,
            description = "How long a round takes. Default: ${DEFAULT-VALUE}.")
    Duration duration = Duration.ZERO;

    @Option(
            names = "--latency-rate",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Appends a second for the latencies. Default: ${DEFAULT-VALUE}.")
    long latencyRate;

    @Option(
            names = "--latency-duration",
            paramLabel = "TIME",
            defaultValue = "20s",
            converter = DurationConverter.class,
            description = "How long to measure latencies; 0s: not at all. Default: ${DEFAULT-VALUE}.")
    Duration latencyDuration = Duration.ZERO;

    @Mixin
    ReportOutput output = new ReportOutput();

    @Override
    public Integer call() throws IOException, InterruptedException {
        requireInRange("--size", size, 0, 1_000_000);
        requireInRange("--streams", streams, 1, 1_000_000);
        requireInRange("--in-flight", inFlight, 1, 1_000_000);
        requireInRange("--rounds", rounds, 1, 1_000);
        requireInRange("--latency-rate", latencyRate, 1, 1_000_000);
        requireInRange("--events", events == null ? 1 : events, 1, Long.MAX_VALUE);
        try {
            AppendReport report = cluster.run(this, this::measure);
            out().println(output.shown(report));
            out().flush();
            return 0;
        } catch (EventStoreException.Unavailable | EventStoreException.CannotOpen e) {
            return unavailable(e, cluster.nextStep());
        }
    }

    private AppendReport measure(String uri, String description, String fileSystem) throws InterruptedException {
        try (EventStore store = Weir.connect(uri)) {
            Plan plan = new Plan(
                    size,
                    streams,
                    inFlight,
                    warmup,
                    rounds,
                    events == null ? Long.MAX_VALUE : events,
                    events == null ? duration : Duration.ofDays(1),
                    latencyRate,
                    latencyDuration);
            Result result = new AppendBench(store, plan, err()).run();
            return new AppendReport(
                    commandLine(),
                    Machine.here(fileSystem),
                    description,
                    store.partitions(),
                    streams,
                    size,
                    inFlight,
                    Pipeline.median(result.rates()),
                    result.rates(),
                    latencyRate,
                    latencyDuration.isZero() ? null : result.latencies().summary());
        }
    }

    /** All options that bear on the figures, the defaults too: those of another version may differ. */
    private String commandLine() {
        String round = events == null ? "--duration " + DurationConverter.format(duration) : "--events " + events;
        return "weir bench append %s --size %d --streams %d --in-flight %d --warmup %s --rounds %d %s --latency-rate %d --latency-duration %s"
                .formatted(
                        cluster.commandLine(),
                        size,
                        streams,
                        inFlight,
                        DurationConverter.format(warmup),
                        rounds,
                        round,
                        latencyRate,
                        DurationConverter.format(latencyDuration));
    }
}
