package io.weir.cli.demo;

import static io.weir.cli.demo.Importer.join;

import io.weir.client.TransactionResult;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/** A leader that was killed at a moment of its own, and the first append that its partition acknowledges afterwards. */
final class KilledLeader {
    private final Scene scene;
    private final String nodeId;
    private final int partition;
    private final long eventsBefore;
    private final long atNanos;
    private final CompletableFuture<Long> acknowledgedAtNanos;

    private KilledLeader(Scene scene, String nodeId, int partition) {
        this.scene = scene;
        this.nodeId = nodeId;
        this.partition = partition;
        this.eventsBefore = scene.importer().written().events();
        this.atNanos = System.nanoTime();
        scene.cluster().kill(nodeId);
        this.acknowledgedAtNanos = scene.importer()
                .send("demo-kill", List.of(scene.own(partition, "LeaderKilled", nodeId)))
                .thenApply(KilledLeader::nowIfCommitted);
    }

    /** Kills a node, the leader of a partition; returns when it is gone. */
    static KilledLeader kill(Scene scene, String nodeId, int partition, String when) {
        int inFlight = scene.importer().inFlight().size();
        KilledLeader killed = new KilledLeader(scene, nodeId, partition);
        scene.lines()
                .print(
                        "kill -9",
                        String.format(
                                Locale.ROOT,
                                "node %s, leader of partition %d, %s; %,d transactions were in flight",
                                nodeId,
                                partition,
                                when,
                                inFlight));
        return killed;
    }

    private static long nowIfCommitted(TransactionResult result) {
        result.orThrow();
        return System.nanoTime();
    }

    /** Waits until its partition acknowledges again. */
    void awaitFailover() {
        scene.lines()
                .print(
                        "failover",
                        String.format(
                                Locale.ROOT,
                                "%,d ms from the kill until partition %d acknowledged an append again, of an event of the"
                                        + " demo's own",
                                (join(acknowledgedAtNanos) - atNanos) / 1_000_000,
                                partition));
    }

    /** Starts it again and waits until all replicas are equal. */
    Replicas.Agreement restart() throws CheckFailed {
        long start = System.nanoTime();
        scene.lines().note("starting node " + nodeId + " again ...");
        scene.cluster().restart(nodeId);
        Replicas.Agreement agreement =
                new Replicas(scene.store(), scene.cluster().nodeIds()).awaitAgreement(Scene.PATIENCE);
        scene.lines()
                .print(
                        "restart",
                        String.format(
                                Locale.ROOT,
                                "node %s caught up in %.1f s with %,d events written while it was away",
                                nodeId,
                                (System.nanoTime() - start) / 1e9,
                                scene.importer().written().events() - eventsBefore));
        return agreement;
    }
}
