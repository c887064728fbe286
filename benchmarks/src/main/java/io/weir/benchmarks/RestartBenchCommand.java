package io.weir.benchmarks;

import io.weir.client.EventStore;
import io.weir.client.EventStoreException;
import io.weir.client.Weir;
import io.weir.consensus.local.LocalCluster;
import io.weir.protocol.NodeStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The verb {@code weir bench restart}: after how long a node with one large partition serves again. */
@Command(
        name = "restart",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Fill one partition of one node, and start the node again: after it was stopped, and after kill -9.",
            "",
            "A killed node replays what came after its last checkpoint, and reads all of its store before opening it"
                    + " if it has not been verified since it was opened before.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {"  weir bench restart --dir /var/tmp", "  weir bench restart --store-mib 4096 --size 16384 --rounds 5"
        })
final class RestartBenchCommand extends BenchVerb {
    private static final int STREAMS = 1_000;
    private static final int IN_FLIGHT = 512;
    private static final long EVENTS_BETWEEN_LOOKS = 10_000;
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final String NODE = "n1";

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description =
                    "An existing directory below which the node writes; removed afterwards. Else the temporary one.")
    @Nullable
    Path directory;

    @Option(
            names = "--store-mib",
            paramLabel = "MIB",
            defaultValue = "4096",
            description = "Size that the partition's store must have reached. Default: ${DEFAULT-VALUE}.")
    long storeMib;

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            defaultValue = "4096",
            description = "Bytes of an event. Default: ${DEFAULT-VALUE}.")
    int size;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Rounds; the median counts. Default: ${DEFAULT-VALUE}.")
    int rounds;

    @Option(
            names = "--heap-mib",
            paramLabel = "MIB",
            defaultValue = "512",
            description = "Heap of the node, in MiB. Default: ${DEFAULT-VALUE}.")
    int heapMib;

    @Mixin
    ReportOutput output = new ReportOutput();

    @Override
    public Integer call() throws IOException, InterruptedException {
        requireInRange("--store-mib", storeMib, 1, 1 << 20);
        requireInRange("--size", size, 1, 1_000_000);
        requireInRange("--rounds", rounds, 1, 100);
        requireInRange("--heap-mib", heapMib, 64, 1 << 20);
        Path root = createRoot(directory);
        LocalCluster.Options options =
                LocalCluster.Options.ofThisProgram(root.resolve("cluster"), 1, 1, "io.weir.cli.Main", heapMib);
        try (LocalCluster cluster = LocalCluster.start(options)) {
            RestartReport report = measure(cluster, Machine.here(Machine.fileSystemOf(root)));
            out().println(output.shown(report));
            out().flush();
            return 0;
        } catch (EventStoreException.Unavailable | EventStoreException.CannotOpen e) {
            return unavailable(e, LOOK_AT_THIS_MACHINE);
        } finally {
            Trees.delete(root);
        }
    }

    private RestartReport measure(LocalCluster cluster, Machine machine) throws InterruptedException {
        long storeBytes = fill(cluster, storeMib << 20);
        List<Double> stopped = new ArrayList<>();
        List<Double> killed = new ArrayList<>();
        for (int round = 1; round <= rounds; round++) {
            cluster.stop(NODE);
            stopped.add(start(cluster));
            // A little more, so that there is something to replay.
            fill(cluster, 1);
            cluster.kill(NODE);
            killed.add(start(cluster));
            say("round %d of %d: %.1f s, killed %.1f s", round, rounds, stopped.get(round - 1), killed.get(round - 1));
        }
        return new RestartReport(
                "weir bench restart%s --store-mib %d --size %d --rounds %d --heap-mib %d"
                        .formatted(directory == null ? "" : " --dir " + directory, storeMib, size, rounds, heapMib),
                machine,
                storeBytes,
                size,
                heapMib,
                Pipeline.median(stopped),
                Pipeline.median(killed),
                stopped,
                killed);
    }

    /** From the start of the process; seconds. */
    private static double start(LocalCluster cluster) {
        long began = System.nanoTime();
        cluster.restart(NODE);
        cluster.awaitReady(PATIENCE);
        return (System.nanoTime() - began) / 1e9;
    }

    /** Appends, at least a few thousand events, until the store is as large; returns its bytes. */
    private long fill(LocalCluster cluster, long bytes) throws InterruptedException {
        try (EventStore store = Weir.connect(cluster.uri())) {
            List<String> streams =
                    IntStream.range(0, STREAMS).mapToObj(n -> "restart-" + n).toList();
            Pipeline pipeline =
                    new Pipeline(new Load(store, Load.inTurn(streams), size), IN_FLIGHT, Time.Real.INSTANCE);
            while (true) {
                pipeline.measureRate(EVENTS_BETWEEN_LOOKS, Long.MAX_VALUE);
                NodeStatus status = store.status().get(0).join();
                long found = status.getPartitions(0).getStoreBytes();
                if (found >= bytes) {
                    return found;
                }
                say("%,d of %,d MiB", found >> 20, bytes >> 20);
            }
        }
    }

    private void say(String format, Object... values) {
        err().println(String.format(Locale.ROOT, format, values));
        err().flush();
    }
}
