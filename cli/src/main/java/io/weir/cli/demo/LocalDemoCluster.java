package io.weir.cli.demo;

import io.weir.client.EventStore;
import io.weir.client.Weir;
import io.weir.consensus.local.LocalCluster;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Child processes {@code weir server} on this machine, small enough for a laptop. */
final class LocalDemoCluster implements DemoCluster {
    private static final String MAIN_CLASS = "io.weir.cli.Main";
    private static final int HEAP_MIB = 256;

    private final LocalCluster cluster;

    private LocalDemoCluster(LocalCluster cluster) {
        this.cluster = cluster;
    }

    static DemoCluster start(Path directory, int nodes, int partitions) {
        return new LocalDemoCluster(LocalCluster.start(
                LocalCluster.Options.ofThisProgram(directory, nodes, partitions, MAIN_CLASS, HEAP_MIB)));
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
    public void restart(String nodeId) {
        cluster.restart(nodeId);
    }

    @Override
    public void close() {
        cluster.close();
    }
}
