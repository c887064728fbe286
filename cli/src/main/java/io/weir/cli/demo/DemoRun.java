package io.weir.cli.demo;

import static io.weir.cli.demo.Importer.join;

import io.weir.cli.demo.DemoInput.Write;
import io.weir.client.EventStore;
import io.weir.client.NewEvent;
import io.weir.client.ReadRequest;
import io.weir.client.RecordedEvent;
import io.weir.client.TransactionResult;
import io.weir.protocol.ClusterDescription;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The play of the demo: write a history, kill the leader of a partition on the way and go on, start it again, compare the
 * replicas, read everything back, judge. It prints what it measured and nothing else. Used by one thread.
 */
final class DemoRun {
    /** Below this many events a rate would say more about the warm-up than about the store. */
    private static final int MIN_EVENTS_FOR_A_RATE = 10_000;

    /** Asking for the leader takes time; these are sent between the answer and the kill, so that it hits appends in flight. */
    private static final int UNITS_BEFORE_KILL = 32;

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final DemoInput input;
    private final DemoCluster cluster;
    private final EventStore store;
    private final Importer importer;
    private final Lines lines;

    /** A leader that was killed, and the first append that its partition has to acknowledge afterwards. */
    private record Kill(
            String nodeId,
            int partition,
            long atNanos,
            long eventsBefore,
            CompletableFuture<Long> acknowledgedAtNanos) {}

    DemoRun(DemoInput input, DemoCluster cluster, EventStore store, Lines lines) {
        this.input = input;
        this.cluster = cluster;
        this.store = store;
        this.importer = new Importer(store);
        this.lines = lines;
    }

    /** Plays it to the end, or to the first check that fails. */
    void play() throws CheckFailed, IOException {
        Kill kill = importAll();
        restart(kill);
        readBack();
        lines.note("judging ...");
        lines.print("judged", input.judge());
    }

    private Kill importAll() throws CheckFailed {
        long start = System.nanoTime();
        Kill kill = null;
        int killAt = Math.max(1, input.size() * 2 / 5);
        int partition = store.partitionOf(input.unit(0).get(0).stream());
        String leader = "";
        try (Progress progress = lines.progress("import", input.units(), input.size())) {
            for (int i = 0; i < input.size(); i++) {
                if (i == Math.max(0, killAt - UNITS_BEFORE_KILL)) {
                    leader = leaderOf(partition);
                }
                if (i == killAt) {
                    kill = kill(leader, partition, i);
                }
                importer.append(input.unit(i));
                progress.stepTo(i + 1);
            }
            if (kill == null) {
                kill = kill(leader, partition, input.size());
            }
            importer.drain();
        }
        printImport(kill, System.nanoTime() - start);
        return kill;
    }

    private Kill kill(String leader, int partition, int unitsSent) {
        long inFlight = importer.inFlight();
        long eventsBefore = importer.written().events();
        long atNanos = System.nanoTime();
        cluster.kill(leader);
        CompletableFuture<Long> acknowledged =
                importer.send(List.of(probe(leader, partition))).thenApply(DemoRun::nowIfCommitted);
        lines.print(
                "kill -9",
                String.format(
                        Locale.ROOT,
                        "node %s, leader of partition %d, after %,d of %,d %s; %,d transactions were in flight",
                        leader,
                        partition,
                        unitsSent,
                        input.size(),
                        input.units(),
                        inFlight));
        return new Kill(leader, partition, atNanos, eventsBefore, acknowledged);
    }

    private static long nowIfCommitted(TransactionResult result) {
        result.orThrow();
        return System.nanoTime();
    }

    /** An event of the demo's own, so that there is one to await however short what is left of the history. */
    private Write probe(String nodeId, int partition) {
        int number = 0;
        while (store.partitionOf("demo/kill-" + number) != partition) {
            number++;
        }
        return new Write(
                "demo/kill-" + number,
                NewEvent.of("LeaderKilled", "text/plain", nodeId.getBytes(StandardCharsets.UTF_8)));
    }

    private String leaderOf(int partition) throws CheckFailed {
        return Poll.until(PATIENCE, "partition " + partition + " to have a leader", () -> {
            ClusterDescription description = join(store.cluster());
            String leader = partition < description.getLeadersCount() ? description.getLeaders(partition) : "";
            return leader.isEmpty() ? null : leader;
        });
    }

    private void printImport(Kill kill, long nanos) {
        long failoverMs = (join(kill.acknowledgedAtNanos()) - kill.atNanos()) / 1_000_000;
        lines.print(
                "failover",
                String.format(
                        Locale.ROOT,
                        "%,d ms from the kill until partition %d acknowledged an append again, of an event of the demo's own",
                        failoverMs,
                        kill.partition()));
        StreamTally written = importer.written();
        String rate = written.events() < MIN_EVENTS_FOR_A_RATE
                ? ""
                : String.format(
                        Locale.ROOT,
                        ", %,d events/s, the failover included",
                        written.events() * 1_000_000_000L / nanos);
        lines.print(
                "imported",
                String.format(
                        Locale.ROOT,
                        "%,d %s as %,d events in %,d streams, %,d transactions, in %.1f s%s",
                        input.size(),
                        input.units(),
                        written.events(),
                        written.streams(),
                        importer.transactions(),
                        nanos / 1e9,
                        rate));
        if (store.partitions() > 1) {
            lines.print(
                    "across",
                    String.format(
                            Locale.ROOT,
                            "%,d %s touched several partitions: in this version one atomic transaction per partition",
                            importer.unitsOverPartitions(),
                            input.units()));
        }
        if (importer.unitsSplit() > 0) {
            lines.print(
                    "split",
                    String.format(
                            Locale.ROOT,
                            "%,d %s exceeded the limits of one transaction",
                            importer.unitsSplit(),
                            input.units()));
        }
    }

    private void restart(Kill kill) throws CheckFailed {
        long start = System.nanoTime();
        lines.note("starting node " + kill.nodeId() + " again ...");
        cluster.restart(kill.nodeId());
        Replicas replicas = new Replicas(store, cluster.nodeIds());
        Replicas.Agreement agreement = replicas.awaitAgreement(PATIENCE);
        lines.print(
                "restart",
                String.format(
                        Locale.ROOT,
                        "node %s caught up in %.1f s with %,d events written while it was away",
                        kill.nodeId(),
                        (System.nanoTime() - start) / 1e9,
                        importer.written().events() - kill.eventsBefore()));
        lines.print(
                "replicas",
                String.format(
                        Locale.ROOT,
                        "digests of %d replicas of each of %d partitions are equal",
                        agreement.nodes(),
                        agreement.partitions()));
    }

    private void readBack() throws CheckFailed {
        StreamTally written = importer.written();
        StreamTally found = new StreamTally();
        String gap = null;
        try (Progress progress = lines.progress("read back", "events", written.events())) {
            for (int partition = 0; partition < store.partitions(); partition++) {
                long position = 0;
                for (RecordedEvent event : store.read(ReadRequest.partition(partition))) {
                    gap = gap == null ? gapAt(event, partition, position, found) : gap;
                    Importer.tally(found, event);
                    input.readBack(event);
                    position++;
                    progress.stepTo(found.events());
                }
            }
        }
        List<String> differences = written.differencesTo(found);
        if (gap != null || !differences.isEmpty()) {
            throw new CheckFailed(
                    String.format(
                            Locale.ROOT,
                            "%,d acknowledged events are lost; what was read back is not what was written%s",
                            written.missingIn(found),
                            gap == null ? "" : " (" + gap + ")"),
                    differences);
        }
        lines.print(
                "read back",
                String.format(
                        Locale.ROOT,
                        "%,d events, every stream complete and as written; acknowledged events lost: %d",
                        found.events(),
                        written.missingIn(found)));
    }

    private static @Nullable String gapAt(RecordedEvent event, int partition, long position, StreamTally found) {
        if (event.partition() != partition || event.position() != position) {
            return "partition " + partition + ", position " + position + ": found partition " + event.partition()
                    + ", position " + event.position();
        }
        long revision = found.events(event.stream());
        return event.revision() == revision
                ? null
                : "stream \"" + event.stream() + "\", revision " + revision + ": found " + event.revision();
    }
}
