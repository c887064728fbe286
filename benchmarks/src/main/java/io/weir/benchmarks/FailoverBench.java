package io.weir.benchmarks;

import io.weir.client.EventStore;
import io.weir.client.EventStoreException;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.consensus.local.LocalCluster;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The course of one failover benchmark: the leader of a partition is killed under load, and what counts is when an append to
 * that partition is acknowledged that was sent after the kill. Nothing that was sent before may fail.
 */
final class FailoverBench {
    /** Beyond this something else is wrong than an election. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** How much of a timeline lies before the kill at most, and behind the first append of after it. */
    private static final Duration SHOWN_BEFORE = Duration.ofSeconds(1);

    private static final Duration SHOWN_AFTER = Duration.ofSeconds(1);

    /**
     * How to measure.
     *
     * @param rate appends a second, to one stream
     * @param before how long to append before a leader is killed
     * @param rounds how many are killed, one after the other
     */
    record Plan(long rate, Duration before, int rounds) {}

    /**
     * What one kill cost.
     *
     * @param resumedMs from the kill to the first append that was sent after it and acknowledged
     * @param timeline of all appends around it
     */
    record Round(double resumedMs, AckTimeline timeline) {}

    private final LocalCluster cluster;
    private final EventStore store;
    private final Plan plan;
    private final PrintWriter progress;
    private final String stream = "bench-" + UUID.randomUUID();

    FailoverBench(LocalCluster cluster, EventStore store, Plan plan, PrintWriter progress) {
        this.cluster = cluster;
        this.store = store;
        this.plan = plan;
        this.progress = progress;
    }

    List<Round> run() throws InterruptedException {
        List<Round> rounds = new ArrayList<>();
        int partition = store.partitionOf(stream);
        for (int round = 1; round <= plan.rounds(); round++) {
            String leader = store.cluster().join().getLeaders(partition);
            rounds.add(measure(leader));
            progress.printf(
                    Locale.ROOT,
                    "round %d of %d: node %s killed, appends after %,.0f ms%n",
                    round,
                    plan.rounds(),
                    leader,
                    rounds.get(round - 1).resumedMs());
            progress.flush();
            cluster.restart(leader);
            cluster.awaitReady(PATIENCE);
        }
        return rounds;
    }

    private Round measure(String leader) throws InterruptedException {
        List<CompletableFuture<?>> appends = new ArrayList<>();
        Queue<Long> acknowledged = new ConcurrentLinkedQueue<>();
        AtomicLong resumedAt = new AtomicLong();
        long interval = 1_000_000_000L / plan.rate();
        long start = System.nanoTime();
        long killedAt = 0;
        for (long i = 0; !isOver(resumedAt.get()); i++) {
            Time.Real.INSTANCE.awaitTime(start + i * interval);
            if (killedAt == 0 && System.nanoTime() - start >= plan.before().toNanos()) {
                killedAt = System.nanoTime();
                cluster.kill(leader);
            }
            if (killedAt != 0 && resumedAt.get() == 0 && System.nanoTime() - killedAt > PATIENCE.toNanos()) {
                throw new EventStoreException.Unavailable(
                        "no append was acknowledged within " + PATIENCE.toSeconds() + " s after node " + leader
                                + " was killed",
                        null);
            }
            boolean isSentAfterKill = killedAt != 0;
            appends.add(append().thenRun(() -> {
                long now = System.nanoTime();
                acknowledged.add(now);
                if (isSentAfterKill) {
                    resumedAt.compareAndSet(0, now);
                }
            }));
        }
        requireNoneFailed(appends);
        return new Round(
                (resumedAt.get() - killedAt) / 1e6,
                AckTimeline.around(
                        killedAt,
                        Math.max(start, killedAt - SHOWN_BEFORE.toNanos()),
                        resumedAt.get() + SHOWN_AFTER.toNanos(),
                        acknowledged));
    }

    /** Appends go on for a while, so that the timeline shows what follows. */
    private static boolean isOver(long resumedAt) {
        return resumedAt != 0 && System.nanoTime() - resumedAt >= SHOWN_AFTER.toNanos();
    }

    private CompletableFuture<?> append() {
        NewEvent event = NewEvent.of("Measured", "application/octet-stream", new byte[100]);
        return store.append(stream, Expected.any(), List.of(event));
    }

    private static void requireNoneFailed(List<CompletableFuture<?>> appends) {
        try {
            appends.forEach(CompletableFuture::join);
        } catch (CompletionException e) {
            throw e.getCause() instanceof EventStoreException known
                    ? known
                    : new IllegalStateException("an append failed, which ends the measurement", e.getCause());
        }
    }
}
