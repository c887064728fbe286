package io.weir.benchmarks;

import io.weir.client.EventStore;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.Transaction;
import io.weir.client.TransactionResult;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * The course of one benchmark of transactions over two partitions: first their latency beside that of single appends, one at a
 * time and in turn, then how many a number of clients commits.
 */
final class TransactionBench {
    /**
     * How to measure.
     *
     * @param sizeBytes payload of an event; a transaction has two
     * @param streams over how many streams the events are spread
     * @param clients how many commit at once; each waits for its answer
     * @param warmup for how long to commit before anything is measured
     * @param latencyRounds rounds of single appends and transactions in turn
     * @param callsPerRound of each kind
     * @param rounds of the throughput
     * @param roundDuration of each
     */
    record Plan(
            int sizeBytes,
            int streams,
            int clients,
            Duration warmup,
            int latencyRounds,
            int callsPerRound,
            int rounds,
            Duration roundDuration) {}

    /**
     * What was seen.
     *
     * @param appends latency of single appends
     * @param transactions latency of transactions
     * @param ratios p50 of transactions by p50 of appends, of each round
     * @param rates transactions a second, of each round
     * @param loaded latency of transactions while the throughput was measured
     * @param aborted that gave way to others until their time was up, while the throughput was measured
     */
    record Result(
            Latencies.Summary appends,
            Latencies.Summary transactions,
            List<Double> ratios,
            List<Double> rates,
            Latencies.Summary loaded,
            long aborted) {}

    private final EventStore store;
    private final Plan plan;
    private final PrintWriter progress;
    private final byte[] payload;
    /** The names of streams, by partition. */
    private final List<List<String>> streams;

    /**
     * Prepares a benchmark.
     *
     * @param store with two partitions at least
     * @param progress takes a line now and then
     */
    TransactionBench(EventStore store, Plan plan, PrintWriter progress) {
        this.store = store;
        this.plan = plan;
        this.progress = progress;
        this.payload = new byte[plan.sizeBytes()];
        new Random(1).nextBytes(payload); // such bytes do not compress, should anything on the way try to
        this.streams = Load.newNamesByPartition(store, plan.streams());
    }

    Result run() throws InterruptedException {
        Random random = new Random(2);
        say("warming up for %s", DurationConverter.format(plan.warmup()));
        commitFor(plan.warmup(), new Latencies(), new LongAdder());
        Latencies appends = new Latencies();
        Latencies transactions = new Latencies();
        List<Double> ratios = new ArrayList<>();
        for (int round = 1; round <= plan.latencyRounds(); round++) {
            Latencies single = new Latencies();
            Latencies both = new Latencies();
            for (int call = 0; call < plan.callsPerRound(); call++) {
                append(random, List.of(appends, single));
                commit(random, List.of(transactions, both));
            }
            ratios.add(both.summary().p50Ms() / single.summary().p50Ms());
            say(
                    "round %d of %d: append p50 %.2f ms, transaction p50 %.2f ms",
                    round,
                    plan.latencyRounds(),
                    single.summary().p50Ms(),
                    both.summary().p50Ms());
        }
        Latencies loaded = new Latencies();
        LongAdder aborted = new LongAdder();
        List<Double> rates = new ArrayList<>();
        for (int round = 1; round <= plan.rounds(); round++) {
            rates.add(commitFor(plan.roundDuration(), loaded, aborted));
            say("round %d of %d: %,.0f transactions/s", round, plan.rounds(), rates.get(round - 1));
        }
        return new Result(appends.summary(), transactions.summary(), ratios, rates, loaded.summary(), aborted.sum());
    }

    private void append(Random random, List<Latencies> latencies) {
        long begun = System.nanoTime();
        store.append(anyOf(random.nextInt(streams.size()), random), Expected.any(), List.of(event()))
                .join()
                .orThrow();
        long took = System.nanoTime() - begun;
        latencies.forEach(each -> each.record(took));
    }

    private TransactionResult commit(Random random, List<Latencies> latencies) {
        int first = random.nextInt(streams.size());
        int second = (first + 1 + random.nextInt(streams.size() - 1)) % streams.size();
        Transaction transaction = Transaction.builder()
                .append(anyOf(first, random), Expected.any(), event())
                .append(anyOf(second, random), Expected.any(), event())
                .build();
        long begun = System.nanoTime();
        TransactionResult result = store.commit(transaction).join();
        long took = System.nanoTime() - begun;
        latencies.forEach(each -> each.record(took));
        return result;
    }

    private String anyOf(int partition, Random random) {
        List<String> names = streams.get(partition);
        return names.get(random.nextInt(names.size()));
    }

    private NewEvent event() {
        return NewEvent.of("Measured", "application/octet-stream", payload);
    }

    /** Lets all clients commit for a while; returns how many a second were committed. */
    private double commitFor(Duration duration, Latencies latencies, LongAdder aborted) throws InterruptedException {
        if (duration.isZero()) {
            return 0;
        }
        ExecutorService clients = Executors.newFixedThreadPool(plan.clients());
        try {
            long begun = System.nanoTime();
            List<Future<Long>> counts = new ArrayList<>();
            for (int client = 0; client < plan.clients(); client++) {
                Random random = new Random(client);
                counts.add(clients.submit(() -> {
                    long committed = 0;
                    while (System.nanoTime() - begun < duration.toNanos()) {
                        if (commit(random, List.of(latencies)) instanceof TransactionResult.Committed) {
                            committed++;
                        } else {
                            aborted.increment();
                        }
                    }
                    return committed;
                }));
            }
            long committed = 0;
            for (Future<Long> count : counts) {
                committed += count.get();
            }
            return committed * 1e9 / (System.nanoTime() - begun);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a client failed: " + e.getCause(), e.getCause());
        } finally {
            clients.shutdownNow();
            clients.awaitTermination(10, TimeUnit.SECONDS);
        }
    }

    private void say(String format, Object... values) {
        progress.println(String.format(Locale.ROOT, format, values));
        progress.flush();
    }
}
