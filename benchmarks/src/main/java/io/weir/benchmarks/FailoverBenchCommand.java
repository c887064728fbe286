package io.weir.benchmarks;

import io.weir.benchmarks.FailoverBench.Plan;
import io.weir.benchmarks.FailoverBench.Round;
import io.weir.client.ClientConfig;
import io.weir.client.EventStore;
import io.weir.client.EventStoreException;
import io.weir.client.Weir;
import io.weir.consensus.local.LocalCluster;
import io.weir.consensus.ratis.RatisNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The verb {@code weir bench failover}: for how long nobody can append after the leader was killed. */
@Command(
        name = "failover",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Start a cluster, append at a fixed rate, and kill -9 the leader: after how long is an append acknowledged again?",
            "",
            "The node is started again before the next round. An append that fails ends the benchmark.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:measured", "1:an append failed", "2:usage", "3:the cluster did not start or is unavailable"},
        footerHeading = "%nExamples:%n",
        footer = {"  weir bench failover --rounds 9"})
final class FailoverBenchCommand extends BenchVerb {
    /** An append in the middle of a failover must not give up before it. */
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @Mixin
    LocalNodes local = new LocalNodes();

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "100",
            description = "Appends a second. Default: ${DEFAULT-VALUE}.")
    long rate;

    @Option(
            names = "--before",
            paramLabel = "TIME",
            defaultValue = "10s",
            converter = DurationConverter.class,
            description = "How long to append before a leader is killed. Default: ${DEFAULT-VALUE}.")
    Duration before = Duration.ZERO;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Leaders to kill; the median counts. Default: ${DEFAULT-VALUE}.")
    int rounds;

    @Mixin
    ReportOutput output = new ReportOutput();

    @Override
    public Integer call() throws IOException, InterruptedException {
        local.requireValid(this, 3);
        requireInRange("--rate", rate, 1, 100_000);
        requireInRange("--rounds", rounds, 1, 1_000);
        try {
            FailoverReport report = local.run(this, this::measure);
            out().println(output.shown(report));
            out().flush();
            return 0;
        } catch (EventStoreException.Unavailable | EventStoreException.CannotOpen e) {
            return unavailable(e, LOOK_AT_THIS_MACHINE);
        }
    }

    private FailoverReport measure(LocalCluster cluster, String description, String fileSystem)
            throws InterruptedException {
        try (EventStore store = Weir.connect(cluster.uri(), ClientConfig.DEFAULT.withTimeout(TIMEOUT))) {
            Plan plan = new Plan(rate, before, rounds);
            List<Round> killed = new FailoverBench(cluster, store, plan, err()).run();
            List<Double> resumed = killed.stream().map(Round::resumedMs).toList();
            String command = "weir bench failover %s --rate %d --before %s --rounds %d"
                    .formatted(local.commandLine(), rate, DurationConverter.format(before), rounds);
            return new FailoverReport(
                    command,
                    Machine.here(fileSystem),
                    description + ", " + store.partitions() + " partitions",
                    rate,
                    Pipeline.median(resumed),
                    resumed,
                    RatisNode.MAX_ELECTION_MS,
                    killed.stream().map(Round::timeline).toList());
        }
    }
}
