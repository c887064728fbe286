package io.weir.cli.demo;

import static io.weir.cli.demo.Importer.join;

import io.weir.client.TransactionResult;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/**
 * A leader that dies at the worst moment of a transaction over several partitions: all of them have promised their part and keep
 * its streams locked, and only the dead one knew. Others must find out, and decide. Used by one thread.
 */
final class HaltedLeader {
    private final Scene scene;
    private final String nodeId;
    private final int partition;
    private final CompletableFuture<Death> death;
    private int probes;
    private CompletableFuture<?> probe = CompletableFuture.completedFuture(true);

    /** When it came, and what was sent and not decided then. */
    private record Death(long atNanos, List<CompletableFuture<TransactionResult>> inFlight) {}

    private HaltedLeader(Scene scene, String nodeId, int partition) {
        this.scene = scene;
        this.nodeId = nodeId;
        this.partition = partition;
        this.death = scene.cluster()
                .killBeforeDecision(nodeId)
                .thenApply(gone -> new Death(System.nanoTime(), scene.importer().inFlight()));
    }

    /** Has the leader of a partition die at the next such moment; until then all goes on. */
    static HaltedLeader choose(Scene scene, int partition) throws CheckFailed {
        return new HaltedLeader(scene, scene.leaderOf(partition), partition);
    }

    /** Waits until it is dead and all that was in flight then is decided, and starts it again. */
    void awaitRecovery() throws CheckFailed {
        Poll.until(Scene.PATIENCE, "node " + nodeId + " to decide a transaction over several partitions", () -> {
            provoke();
            return death.isDone() ? death : null;
        });
        Death dead = join(death);
        scene.lines()
                .print(
                        "halted",
                        String.format(
                                Locale.ROOT,
                                "node %s, leader of partition %d, with a transaction prepared everywhere and not decided;"
                                        + " %,d transactions were in flight",
                                nodeId,
                                partition,
                                dead.inFlight().size()));
        CompletableFuture<Long> decided = CompletableFuture.allOf(
                        dead.inFlight().toArray(CompletableFuture[]::new))
                .handle((done, failure) -> System.nanoTime());
        scene.lines()
                .print(
                        "recovered",
                        String.format(
                                Locale.ROOT,
                                "%,d ms from its end until all of these were decided",
                                (join(decided) - dead.atNanos()) / 1_000_000));
        scene.lines().note("starting node " + nodeId + " again ...");
        scene.cluster().restart(nodeId);
    }

    /** If nothing of the history brings it to its end, something of the demo's own does. */
    private void provoke() {
        List<String> leaders = scene.leaders();
        int home = leaders.indexOf(nodeId);
        if (!probe.isDone() || home < 0) {
            return;
        }
        // The partition with the most bytes is home.
        probe = scene.importer()
                .send(
                        "demo-halt-" + probes++,
                        List.of(
                                scene.own(
                                        home, "LeaderHalts", "Node " + nodeId + " was the leader, and is to end now."),
                                scene.own((home + 1) % leaders.size(), "LeaderHalts", nodeId)));
    }
}
