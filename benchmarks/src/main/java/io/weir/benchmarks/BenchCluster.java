package io.weir.benchmarks;

import io.weir.consensus.NodeConfig;
import io.weir.consensus.local.LocalCluster;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say which cluster is measured: one that runs, or one that is started for it. */
final class BenchCluster {
    /** What is done with a cluster. */
    @FunctionalInterface
    interface Measurement<T> {
        /**
         * Measures.
         *
         * @param uri where the cluster is
         * @param description for the report
         * @param fileSystem that its nodes write to
         */
        T measure(String uri, String description, String fileSystem) throws InterruptedException;
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

    /** Runs a measurement against the cluster, after starting it if there is none. */
    <T> T run(BenchVerb verb, Measurement<T> measurement) throws IOException, InterruptedException {
        verb.requireInRange("--nodes", nodes, 1, 9);
        verb.requireInRange("--partitions", partitions, 1, NodeConfig.MAX_PARTITIONS);
        verb.requireInRange("--heap-mib", heapMib, 64, 1 << 20);
        return connect.isEmpty() ? runLocal(verb, measurement) : measurement.measure(connect, connect, "remote");
    }

    private <T> T runLocal(BenchVerb verb, Measurement<T> measurement) throws IOException, InterruptedException {
        Path root = verb.createRoot(directory);
        verb.err().println("starting " + nodes + " nodes in " + root);
        verb.err().flush();
        LocalCluster.Options options = LocalCluster.Options.ofThisProgram(
                root.resolve("cluster"), nodes, partitions, "io.weir.cli.Main", heapMib);
        try (LocalCluster cluster = LocalCluster.start(options)) {
            String description = "%d nodes, a process each with %d MiB of heap, and the client on this machine"
                    .formatted(nodes, heapMib);
            return measurement.measure(cluster.uri(), description, Machine.fileSystemOf(root));
        } finally {
            Trees.delete(root);
        }
    }

    /** What to do when no cluster answers. */
    String nextStep() {
        return connect.isEmpty()
                ? "\"weir doctor\" looks at this machine."
                : "\"weir cluster status\" shows who leads.";
    }

    /** The options, as in a command that does the same again. */
    String commandLine() {
        return connect.isEmpty()
                ? "--nodes %d --partitions %d --heap-mib %d%s"
                        .formatted(nodes, partitions, heapMib, directory == null ? "" : " --dir " + directory)
                : "--connect " + connect;
    }
}
