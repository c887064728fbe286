package io.weir.consensus.local;

import java.nio.file.Path;
import java.util.stream.Collectors;

/** A program that starts a cluster, prints the process ids of its nodes, and waits to be killed. */
final class ShortLivedParent {
    private ShortLivedParent() {}

    /** Argument: the directory of the cluster. */
    public static void main(String[] args) throws Exception {
        LocalCluster cluster = LocalCluster.start(LocalClusterIT.options(Path.of(args[0]), 2, "serve"));
        System.out.println("pids "
                + cluster.nodeIds().stream()
                        .map(id -> Long.toString(cluster.pid(id)))
                        .collect(Collectors.joining(" ")));
        Thread.currentThread().join();
    }
}
