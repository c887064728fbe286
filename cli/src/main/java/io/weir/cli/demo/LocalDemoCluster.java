package io.weir.cli.demo;

import io.weir.client.EventStore;
import io.weir.client.Weir;
import io.weir.consensus.local.LocalCluster;
import io.weir.logstore.support.FaultPoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/** Child processes {@code weir server} on this machine, small enough for a laptop. */
final class LocalDemoCluster implements DemoCluster {
    private static final String MAIN_CLASS = "io.weir.cli.Main";
    private static final int HEAP_MIB = 256;

    /** Where a node ends when it is told to: all parts of a transaction are promised, and nothing is decided. */
    private static final String POINT = "tx.prepared";

    /** While a node finds this file in its directory, it ends at the point that the file names. */
    private static final String HALT = "halt";

    private final LocalCluster cluster;
    private final Path directory;

    private LocalDemoCluster(LocalCluster cluster, Path directory) {
        this.cluster = cluster;
        this.directory = directory;
    }

    static DemoCluster start(Path directory, int nodes, int partitions) {
        LocalCluster.Options options = LocalCluster.Options.ofThisProgram(
                        directory, nodes, partitions, MAIN_CLASS, HEAP_MIB)
                .withJvmArguments(List.of("-Dweir.fault=@" + HALT));
        return new LocalDemoCluster(LocalCluster.start(options), directory);
    }

    @Override
    public EventStore connect() {
        return Weir.connect(cluster.uri());
    }

    @Override
    public List<String> nodeIds() {
        return cluster.nodeIds();
    }

    @Override
    public String description() {
        return String.format(
                Locale.ROOT, "%d processes with %d MiB of heap each", nodeIds().size(), HEAP_MIB);
    }

    @Override
    public void kill(String nodeId) {
        cluster.kill(nodeId);
    }

    @Override
    public CompletableFuture<Void> killBeforeDecision(String nodeId) {
        CompletableFuture<Integer> exitCode = cluster.onExit(nodeId);
        try {
            Files.writeString(halt(nodeId), POINT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return exitCode.thenAccept(code -> {
            if (code != FaultPoint.EXIT_CODE) {
                throw new IllegalStateException("node " + nodeId + " was to halt at " + POINT
                        + ", and ended with exit code " + code + "; " + cluster.lastWords(nodeId));
            }
        });
    }

    private Path halt(String nodeId) {
        return directory.resolve(nodeId).resolve(HALT);
    }

    @Override
    public void restart(String nodeId) {
        try {
            Files.deleteIfExists(halt(nodeId));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cluster.restart(nodeId);
    }

    @Override
    public void close() {
        cluster.close();
    }
}
