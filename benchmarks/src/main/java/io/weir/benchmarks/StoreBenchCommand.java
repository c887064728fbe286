package io.weir.benchmarks;

import io.weir.logstore.LogStore;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.lmdb.LmdbLogStore;
import io.weir.logstore.lmdb.Settings;
import io.weir.protocol.Limits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The verb {@code weir bench store}: what a partition does below Raft, on one thread. */
@Command(
        name = "store",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Apply transactions to one partition's state machine and store without Raft, with checkpoints beside it,",
            "and open the store again.",
            "",
            "It shows how long checkpoints hold the writer up, and by how much the file outgrows the events.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir bench store --dir /var/tmp",
            "  weir bench store --checkpoint-mib 0  (a checkpoint after every transaction)"
        })
final class StoreBenchCommand extends BenchVerb {
    private static final StoreIdentity IDENTITY = new StoreIdentity("weir-bench", 0);

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description =
                    "An existing directory below which the store is written; removed afterwards. Else the temporary one.")
    @Nullable
    Path directory;

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            defaultValue = "1024",
            description = "Bytes of an event. Default: ${DEFAULT-VALUE}.")
    int size;

    @Option(
            names = "--streams",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Streams to spread the events over, at random. Default: ${DEFAULT-VALUE}.")
    int streams;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "64",
            description = "Events of a transaction, each to another stream. Default: ${DEFAULT-VALUE}.")
    int batch;

    @Option(
            names = "--events",
            paramLabel = "N",
            defaultValue = "500000",
            description = "Events of a round. Default: ${DEFAULT-VALUE}.")
    long events;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Rounds, each in a new store; the median counts. Default: ${DEFAULT-VALUE}.")
    int rounds;

    @Option(
            names = "--checkpoint-mib",
            paramLabel = "MIB",
            defaultValue = "256",
            description =
                    "Growth of the file after which a checkpoint begins; 0: after every transaction, waiting for it."
                            + " Default: ${DEFAULT-VALUE}.")
    long checkpointMib;

    @Mixin
    ReportOutput output = new ReportOutput();

    private StoreBench.@Nullable Result last;
    private long fileBytes;
    private double closeMs;
    private double openMs;

    @Override
    public Integer call() throws IOException {
        requireInRange("--size", size, 0, LogStore.MAX_EVENT_BYTES);
        requireInRange("--streams", streams, 1, 10_000_000);
        requireInRange("--batch", batch, 1, Math.min(streams, Limits.MAX_STREAMS_PER_TRANSACTION));
        requireInRange("--events", events, batch, 1L << 40);
        requireInRange("--rounds", rounds, 1, 1_000);
        requireInRange("--checkpoint-mib", checkpointMib, 0, 1 << 20);
        Path root = createRoot(directory);
        try {
            List<Double> rates = new ArrayList<>();
            for (int round = 1; round <= rounds; round++) {
                rates.add(round(root.resolve("store-" + round)));
            }
            out().println(output.shown(report(rates, root)));
            out().flush();
            return 0;
        } finally {
            Trees.delete(root);
        }
    }

    private double round(Path store) throws IOException {
        StoreBench.Result result;
        LogStore opened = LmdbLogStore.open(store, IDENTITY, Settings.defaults());
        try {
            result = new StoreBench(opened, plan()).run(events);
            fileBytes = opened.sizeBytes();
        } finally {
            closeMs = millis(opened::close);
        }
        openMs = millis(
                () -> LmdbLogStore.open(store, IDENTITY, Settings.defaults()).close());
        Trees.delete(store);
        last = result;
        return result.eventsPerSecond();
    }

    private StoreBench.Plan plan() {
        return new StoreBench.Plan(size, streams, batch, Math.max(1, checkpointMib << 20));
    }

    private static double millis(Runnable action) {
        long began = System.nanoTime();
        action.run();
        return (System.nanoTime() - began) / 1e6;
    }

    private StoreReport report(List<Double> rates, Path root) {
        if (last == null) {
            throw new IllegalStateException("no round has run");
        }
        return new StoreReport(
                "weir bench store%s --size %d --streams %d --batch %d --events %d --rounds %d --checkpoint-mib %d"
                        .formatted(
                                directory == null ? "" : " --dir " + directory,
                                size,
                                streams,
                                batch,
                                events,
                                rounds,
                                checkpointMib),
                Machine.here(Machine.fileSystemOf(root)),
                plan(),
                Pipeline.median(rates),
                rates,
                last,
                events * size,
                fileBytes,
                closeMs,
                openMs);
    }
}
