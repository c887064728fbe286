package io.weir.benchmarks;

import io.weir.consensus.NodeConfig;
import io.weir.consensus.local.LocalCluster;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of a cluster that is started on this machine to be measured, and removed afterwards. */
final class LocalNodes {
    /** What is done with a cluster. */
    @FunctionalInterface
    interface Measurement<T> {
        /**
         * Measures.
         *
         * @param cluster all of whose nodes serve
         * @param description for the report
         * @param fileSystem that its nodes write to
         */
        T measure(LocalCluster cluster, String description, String fileSystem) throws InterruptedException;
    }

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

    void requireValid(BenchVerb verb, int leastNodes) {
        verb.requireInRange("--nodes", nodes, leastNodes, 9);
        verb.requireInRange("--partitions", partitions, 1, NodeConfig.MAX_PARTITIONS);
        verb.requireInRange("--heap-mib", heapMib, 64, 1 << 20);
    }

    /** Starts a cluster and measures it. */
    <T> T run(BenchVerb verb, Measurement<T> measurement) throws IOException, InterruptedException {
        Path root = verb.createRoot(directory);
        verb.err().println("starting " + nodes + " nodes in " + root);
        verb.err().flush();
        LocalCluster.Options options = LocalCluster.Options.ofThisProgram(
                root.resolve("cluster"), nodes, partitions, "io.weir.cli.Main", heapMib);
        try (LocalCluster cluster = LocalCluster.start(options)) {
            String description = "%d nodes, a process each with %d MiB of heap, and the client on this machine"
                    .formatted(nodes, heapMib);
            return measurement.measure(cluster, description, Machine.fileSystemOf(root));
        } finally {
            Trees.delete(root);
        }
    }

    /** The options, as in a command that does the same again. */
    String commandLine() {
        return "--nodes %d --partitions %d --heap-mib %d%s"
                .formatted(nodes, partitions, heapMib, directory == null ? "" : " --dir " + directory);
    }
}
