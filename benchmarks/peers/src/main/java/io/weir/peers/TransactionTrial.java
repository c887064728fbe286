package io.weir.peers;

import io.weir.benchmarks.Latencies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Clients that commit transactions, each one at a time. Those that give way to others are timed, but not counted. */
final class TransactionTrial implements Trial {
    private final Duration roundDuration;
    private final List<Transactor> transactors = new ArrayList<>();
    private final ExecutorService clients;

    TransactionTrial(Peer peer, int clients, Duration roundDuration) {
        this.roundDuration = roundDuration;
        this.clients = Executors.newFixedThreadPool(clients);
        boolean isOpen = false;
        try {
            for (int number = 0; number < clients; number++) {
                transactors.add(peer.transactor(number));
            }
            isOpen = true;
        } finally {
            if (!isOpen) {
                close();
            }
        }
    }

    @Override
    public void warmUp(Duration duration) throws InterruptedException {
        commitFor(duration, new Latencies());
    }

    @Override
    public Round round() throws InterruptedException {
        return commitFor(roundDuration, new Latencies());
    }

    private Round commitFor(Duration duration, Latencies latencies) throws InterruptedException {
        long begun = System.nanoTime();
        List<Future<Long>> counts = new ArrayList<>();
        for (Transactor transactor : transactors) {
            counts.add(clients.submit(() -> commitUntil(begun + duration.toNanos(), transactor, latencies)));
        }
        long committed = 0;
        try {
            for (Future<Long> count : counts) {
                committed += count.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a transaction failed, which ends the measurement", e.getCause());
        }
        return new Round(committed, committed * 1e9 / Math.max(1, System.nanoTime() - begun), latencies);
    }

    private static long commitUntil(long deadline, Transactor transactor, Latencies latencies) {
        long committed = 0;
        while (System.nanoTime() - deadline < 0) {
            long begun = System.nanoTime();
            if (transactor.commit()) {
                committed++;
            }
            latencies.record(System.nanoTime() - begun);
        }
        return committed;
    }

    @Override
    public void close() {
        clients.shutdownNow();
        try {
            clients.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        transactors.forEach(Transactor::close);
    }
}
