package io.weir.benchmarks;

import io.weir.benchmarks.TransactionBench.Plan;
import io.weir.client.EventStore;
import io.weir.client.EventStoreException;
import io.weir.client.Weir;
import java.io.IOException;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The verb {@code weir bench tx}: what a transaction over two partitions costs beside a single append. */
@Command(
        name = "tx",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Commit transactions of two events in two partitions: first one at a time, in turn with single appends, then from"
                    + " many clients.",
            "",
            "Without --connect it starts a cluster on this machine, each node a process of its own, and removes it"
                    + " afterwards.",
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
        footer = {
            "  weir bench tx --clients 64 --streams 10000",
            "  weir bench tx --connect weir://127.0.0.1:7400 -o json"
        })
final class TransactionBenchCommand extends BenchVerb {
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
            defaultValue = "10000",
            description = "Streams to spread the events over. Default: ${DEFAULT-VALUE}.")
    int streams;

    @Option(
            names = "--clients",
            paramLabel = "N",
            defaultValue = "64",
            description = "Clients that commit at once, each one at a time. Default: ${DEFAULT-VALUE}.")
    int clients;

    @Option(
            names = "--warmup",
            paramLabel = "TIME",
            defaultValue = "30s",
            converter = DurationConverter.class,
            description = "How long to commit before anything is measured. Default: ${DEFAULT-VALUE}.")
    Duration warmup = Duration.ZERO;

    @Option(
            names = "--latency-rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Rounds of calls one at a time; the median counts. Default: ${DEFAULT-VALUE}.")
    int latencyRounds;

    @Option(
            names = "--calls",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Appends, and transactions, of such a round. Default: ${DEFAULT-VALUE}.")
    int calls;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Rounds with all clients; the median counts. Default: ${DEFAULT-VALUE}.")
    int rounds;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "5s",
            converter = DurationConverter.class,
            description = "How long such a round takes. Default: ${DEFAULT-VALUE}.")
    Duration duration = Duration.ZERO;

    @Mixin
    ReportOutput output = new ReportOutput();

    @Override
    public Integer call() throws IOException, InterruptedException {
        requireInRange("--size", size, 0, 1_000_000);
        requireInRange("--streams", streams, 64, 1_000_000);
        requireInRange("--clients", clients, 1, 10_000);
        requireInRange("--latency-rounds", latencyRounds, 1, 1_000);
        requireInRange("--calls", calls, 1, 1_000_000);
        requireInRange("--rounds", rounds, 1, 1_000);
        try {
            TransactionReport report = cluster.run(this, this::measure);
            out().println(output.shown(report));
            out().flush();
            return 0;
        } catch (EventStoreException.Unavailable | EventStoreException.CannotOpen e) {
            return unavailable(e, cluster.nextStep());
        }
    }

    private TransactionReport measure(String uri, String description, String fileSystem) throws InterruptedException {
        try (EventStore store = Weir.connect(uri)) {
            if (store.partitions() < 2) {
                throw new ParameterException(
                        spec().commandLine(), "the cluster has one partition; a transaction over two needs two");
            }
            Plan plan = new Plan(size, streams, clients, warmup, latencyRounds, calls, rounds, duration);
            TransactionBench.Result result = new TransactionBench(store, plan, err()).run();
            return new TransactionReport(
                    commandLine(),
                    Machine.here(fileSystem),
                    description + ", " + store.partitions() + " partitions",
                    size,
                    streams,
                    clients,
                    Pipeline.median(result.ratios()),
                    Pipeline.median(result.rates()),
                    result);
        }
    }

    /** All options that bear on the figures, the defaults too: those of another version may differ. */
    private String commandLine() {
        return "weir bench tx %s --size %d --streams %d --clients %d --warmup %s --latency-rounds %d --calls %d --rounds %d --duration %s"
                .formatted(
                        cluster.commandLine(),
                        size,
                        streams,
                        clients,
                        DurationConverter.format(warmup),
                        latencyRounds,
                        calls,
                        rounds,
                        DurationConverter.format(duration));
    }
}
