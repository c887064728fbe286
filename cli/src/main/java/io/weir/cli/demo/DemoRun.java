package io.weir.cli.demo;

import io.weir.client.EventStore;
import io.weir.client.NewEvent;
import io.weir.client.ReadRequest;
import io.weir.client.RecordedEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The play of the demo: write a history, have the leader of a partition end in the middle of a transaction, kill another one,
 * and go on; compare the replicas, read everything back, judge. Meanwhile a second client looks for halves of transactions. It
 * prints what it measured and nothing else. Used by one thread.
 */
final class DemoRun {
    /** Below this many events a rate would say more about the warm-up than about the store. */
    private static final int MIN_EVENTS_FOR_A_RATE = 10_000;

    /** Asking for the leader takes time; these are taken between the answer and the death, so that it hits some in flight. */
    private static final int UNITS_BEFORE_DEATH = 32;

    private final DemoInput input;
    private final DemoCluster cluster;
    private final EventStore store;
    private final PairReader reader;
    private final Importer importer;
    private final Lines lines;
    private final Scene scene;

    /** @param second a client of its own, for the reader */
    DemoRun(DemoInput input, DemoCluster cluster, EventStore store, EventStore second, Lines lines) {
        this.input = input;
        this.cluster = cluster;
        this.store = store;
        this.reader = PairReader.start(second);
        this.importer = new Importer(store, reader::offer);
        this.lines = lines;
        this.scene = new Scene(cluster, store, importer, lines);
    }

    /** Plays it to the end, or to the first check that fails. */
    void play() throws CheckFailed, IOException {
        KilledLeader killed = importAll();
        printPairs(reader.end());
        printReplicas(killed.restart());
        readBack();
        lines.note("judging ...");
        lines.print("judged", input.judge());
    }

    private KilledLeader importAll() throws CheckFailed {
        long start = System.nanoTime();
        int haltAt = input.size() / 5;
        int killAt = Math.max(1, input.size() * 3 / 5);
        int aimAt = Math.max(haltAt, killAt - UNITS_BEFORE_DEATH);
        int partition = store.partitionOf(input.unit(0).get(0).stream());
        KilledLeader killed;
        try (Progress progress = lines.progress("import", input.units(), input.size())) {
            append(0, haltAt, progress);
            if (store.partitions() > 1) {
                HaltedLeader halted = HaltedLeader.choose(scene, partition);
                int waitAt = Math.min(aimAt, haltAt + UNITS_BEFORE_DEATH);
                append(haltAt, waitAt, progress);
                halted.awaitRecovery();
                append(waitAt, aimAt, progress);
                new Replicas(store, cluster.nodeIds()).awaitServing(Scene.PATIENCE);
            } else {
                append(haltAt, aimAt, progress);
            }
            String leader = scene.leaderOf(partition);
            append(aimAt, killAt, progress);
            String when = String.format(Locale.ROOT, "after %,d of %,d %s", killAt, input.size(), input.units());
            killed = KilledLeader.kill(scene, leader, partition, when);
            append(killAt, input.size(), progress);
            importer.drain();
        }
        killed.awaitFailover();
        printImport(System.nanoTime() - start);
        return killed;
    }

    private void append(int from, int to, Progress progress) throws CheckFailed {
        for (int i = from; i < to; i++) {
            importer.append(input.name(i), input.unit(i));
            progress.stepTo(i + 1);
        }
    }

    private void printImport(long nanos) {
        StreamTally written = importer.written();
        String rate = written.events() < MIN_EVENTS_FOR_A_RATE
                ? ""
                : String.format(
                        Locale.ROOT, ", %,d events/s, both deaths included", written.events() * 1_000_000_000L / nanos);
        lines.print(
                "imported",
                String.format(
                        Locale.ROOT,
                        "%,d %s as %,d events in %,d streams, in %.1f s%s",
                        input.size(),
                        input.units(),
                        written.events(),
                        written.streams(),
                        nanos / 1e9,
                        rate));
        List<String> over = new ArrayList<>();
        importer.transactions()
                .forEach((partitions, count) -> over.add(String.format(Locale.ROOT, "%,d", count)
                        + (partitions == 1 ? " in one partition" : " over " + partitions)));
        lines.print("atomic", transactions() + " transactions, each all or nothing: " + String.join(", ", over));
        if (importer.unitsSplit() > 0) {
            lines.print(
                    "split",
                    String.format(
                            Locale.ROOT,
                            "%,d %s exceeded the limits of one transaction, and are several",
                            importer.unitsSplit(),
                            input.units()));
        }
    }

    private String transactions() {
        long all = importer.transactions().values().stream()
                .mapToLong(Integer::longValue)
                .sum();
        return String.format(Locale.ROOT, "%,d", all);
    }

    private void printPairs(PairReader.Count count) {
        lines.print(
                "pairs",
                String.format(
                        Locale.ROOT,
                        "%,d pairs of streams of one transaction, %,d of them over several partitions, were read by a"
                                + " second client meanwhile; halves seen: 0",
                        count.pairs(),
                        count.spread()));
        lines.print(
                "",
                String.format(
                        Locale.ROOT,
                        "it saw %,d transactions whole and %,d not yet; %,d pairs changed while it looked, and were read again",
                        count.whole(),
                        count.pairs() - count.whole(),
                        count.again()));
    }

    private void printReplicas(Replicas.Agreement agreement) {
        lines.print(
                "replicas",
                String.format(
                        Locale.ROOT,
                        "digests of %d replicas of each of %d partitions are equal; transactions in doubt: 0",
                        agreement.nodes(),
                        agreement.partitions()));
        lines.print(
                "retried",
                String.format(
                        Locale.ROOT,
                        "%,d attempts of transactions gave way to another one, %,d were given up after a death",
                        agreement.contention(),
                        agreement.recovered()));
    }

    private void readBack() throws CheckFailed {
        StreamTally written = importer.written();
        StreamTally found = new StreamTally();
        TransactionTally whole = new TransactionTally();
        String gap = null;
        try (Progress progress = lines.progress("read back", "events", written.events())) {
            for (int partition = 0; partition < store.partitions(); partition++) {
                long position = 0;
                for (RecordedEvent event : store.read(ReadRequest.partition(partition))) {
                    gap = gap == null ? gapAt(event, partition, position, found) : gap;
                    found.addWhole(event.stream(), asWritten(event));
                    whole.add(event);
                    input.readBack(event);
                    position++;
                    progress.stepTo(found.events());
                }
            }
        }
        List<String> differences = new ArrayList<>(written.differencesTo(found));
        differences.addAll(whole.torn());
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
                        "%,d events of %,d transactions, every one whole, every stream as written; acknowledged events"
                                + " lost: %d",
                        found.events(),
                        whole.transactions(),
                        written.missingIn(found)));
    }

    private static NewEvent asWritten(RecordedEvent event) {
        return new NewEvent(
                event.id(), event.type(), event.contentType(), event.properties(), event.tags(), event.payload());
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
