package io.weir.benchmarks;

import io.weir.benchmarks.AppendBench.Plan;
import io.weir.benchmarks.AppendBench.Result;
import io.weir.client.EventStore;
import io.weir.client.EventStoreException;
import io.weir.client.Weir;
import io.weir.consensus.NodeConfig;
import io.weir.consensus.local.LocalCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
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
    /** How the report is printed; the names are those of the option's values. */
    enum Output {
        table,
        json,
        ndjson
    }

    /** Empty for none, so that {@code WEIR_CONNECT= weir bench append} starts a cluster all the same. */
    @Setting
    @Option(
            names = "--connect",
            paramLabel = "ADDRESS",
            description = "A running cluster, weir://host:port,host:port; none is started.")
    String connect = "";

    @Option(
            names = "--nodes",
            paramLabel = "N",
            defaultValue = "3",
            description = "Nodes to start. Default: ${DEFAULT-VALUE}.")
    int nodes;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            defaultValue = "4",
            description = "Partitions of the cluster to start. Default: ${DEFAULT-VALUE}.")
    int partitions;

    @Option(
            names = "--heap-mib",
            paramLabel = "MIB",
            defaultValue = "512",
            description = "Heap of each node to start, in MiB. Default: ${DEFAULT-VALUE}.")
    int heapMib;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description =
                    "An existing directory below which the nodes write; removed afterwards. Else the temporary one.")
    @Nullable
    Path directory;

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

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table, json or ndjson. Default: table on a terminal, else ndjson.")
    @Nullable
    Output output;

    @Override
    public Integer call() throws IOException, InterruptedException {
        requireInRange("--nodes", nodes, 1, 9);
        requireInRange("--partitions", partitions, 1, NodeConfig.MAX_PARTITIONS);
        requireInRange("--heap-mib", heapMib, 64, 1 << 20);
        requireInRange("--size", size, 0, 1_000_000);
        requireInRange("--streams", streams, 1, 1_000_000);
        requireInRange("--in-flight", inFlight, 1, 1_000_000);
        requireInRange("--rounds", rounds, 1, 1_000);
        requireInRange("--latency-rate", latencyRate, 1, 1_000_000);
        requireInRange("--events", events == null ? 1 : events, 1, Long.MAX_VALUE);
        try {
            AppendReport report = connect.isEmpty() ? measureLocal() : measureRemote(connect);
            out().println(shown(report));
            out().flush();
            return 0;
        } catch (EventStoreException.Unavailable | EventStoreException.CannotOpen e) {
            return unavailable(
                    e,
                    connect.isEmpty()
                            ? "\"weir doctor\" looks at this machine."
                            : "\"weir cluster status\" shows who leads.");
        }
    }

    private String shown(AppendReport report) {
        // The program, which alone knows, leaves the property for the verbs of other modules.
        Output otherwise = Boolean.getBoolean("weir.out.terminal") ? Output.table : Output.ndjson;
        return switch (output == null ? otherwise : output) {
            case table -> report.table().stripTrailing();
            case json -> report.json();
            case ndjson -> report.jsonLine();
        };
    }

    private AppendReport measureRemote(String uri) throws InterruptedException {
        return measure(uri, uri, "remote");
    }

    private AppendReport measureLocal() throws IOException, InterruptedException {
        Path root = createRoot(directory);
        err().println("starting " + nodes + " nodes in " + root);
        err().flush();
        LocalCluster.Options options = LocalCluster.Options.ofThisProgram(
                root.resolve("cluster"), nodes, partitions, "io.weir.cli.Main", heapMib);
        try (LocalCluster cluster = LocalCluster.start(options)) {
            String description = "%d nodes, a process each with %d MiB of heap, and the client on this machine"
                    .formatted(nodes, heapMib);
            return measure(cluster.uri(), description, Machine.fileSystemOf(root));
        } finally {
            Trees.delete(root);
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
                    description + ", " + store.partitions() + " partitions",
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
        String cluster = connect.isEmpty()
                ? "--nodes %d --partitions %d --heap-mib %d%s"
                        .formatted(nodes, partitions, heapMib, directory == null ? "" : " --dir " + directory)
                : "--connect " + connect;
        String round = events == null ? "--duration " + DurationConverter.format(duration) : "--events " + events;
        return "weir bench append %s --size %d --streams %d --in-flight %d --warmup %s --rounds %d %s --latency-rate %d --latency-duration %s"
                .formatted(
                        cluster,
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
