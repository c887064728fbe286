package io.weir.benchmarks;

import io.weir.client.EventStore;
import io.weir.client.ReadRequest;
import io.weir.client.RecordedEvent;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The course of one benchmark of reading all that is there, as who catches up does: every partition at once, from its beginning. */
final class ReadBench {
    private static final int STREAMS = 1_000;
    private static final int IN_FLIGHT = 2_048;

    /**
     * How to measure.
     *
     * @param sizeBytes payload of an event
     * @param events that are written first
     * @param rounds how often all is read
     */
    record Plan(int sizeBytes, long events, int rounds) {}

    private final EventStore store;
    private final Plan plan;
    private final PrintWriter progress;

    ReadBench(EventStore store, Plan plan, PrintWriter progress) {
        this.store = store;
        this.plan = plan;
        this.progress = progress;
    }

    /** Payload bytes a second, of each round. */
    List<Double> run() throws InterruptedException {
        List<String> streams = Load.newNames(STREAMS);
        say("writing %,d events", plan.events());
        new Pipeline(new Load(store, Load.inTurn(streams), plan.sizeBytes()), IN_FLIGHT, Time.Real.INSTANCE)
                .measureRate(plan.events(), Long.MAX_VALUE);
        List<Double> rates = new ArrayList<>();
        for (int round = 1; round <= plan.rounds(); round++) {
            rates.add(readAll());
            say("round %d of %d: %,.1f MB/s", round, plan.rounds(), rates.get(round - 1) / 1e6);
        }
        return rates;
    }

    private double readAll() throws InterruptedException {
        ExecutorService readers = Executors.newFixedThreadPool(store.partitions());
        try {
            long began = System.nanoTime();
            List<Future<Long>> partitions = new ArrayList<>();
            for (int partition = 0; partition < store.partitions(); partition++) {
                ReadRequest all = ReadRequest.partition(partition);
                partitions.add(readers.submit(() -> payloadBytes(all)));
            }
            long bytes = 0;
            for (Future<Long> partition : partitions) {
                bytes += partition.get();
            }
            if (bytes < plan.events() * plan.sizeBytes()) {
                throw new IllegalStateException("only " + bytes + " bytes were read");
            }
            return bytes * 1e9 / (System.nanoTime() - began);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a read failed: " + e.getCause(), e.getCause());
        } finally {
            readers.shutdownNow();
        }
    }

    private long payloadBytes(ReadRequest request) {
        long bytes = 0;
        for (RecordedEvent event : store.read(request)) {
            bytes += event.payload().length;
        }
        return bytes;
    }

    private void say(String format, Object... values) {
        progress.println(String.format(Locale.ROOT, format, values));
        progress.flush();
    }
}
