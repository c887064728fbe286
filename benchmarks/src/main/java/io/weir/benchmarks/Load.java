package io.weir.benchmarks;

import io.weir.client.AppendResult;
import io.weir.client.EventStore;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** What is appended: events of one size, one an append, without conditions. For one thread. */
public final class Load implements Appends {
    private final EventStore store;
    private final Supplier<String> streams;
    private final byte[] payload;

    /**
     * Prepares a load.
     *
     * @param streams names the stream of each append
     * @param sizeBytes of the payload of each event
     */
    public Load(EventStore store, Supplier<String> streams, int sizeBytes) {
        this.store = store;
        this.streams = streams;
        this.payload = new byte[sizeBytes];
        new Random(1).nextBytes(payload); // such bytes do not compress, should anything on the way try to
    }

    /** New names for each run, so that a store that was measured before is measured alike. */
    static List<String> newNames(int count) {
        String run = "bench-" + UUID.randomUUID() + "-";
        return IntStream.range(0, count).mapToObj(n -> run + n).toList();
    }

    /** The same, by the partition in which each stream lies. */
    public static List<List<String>> newNamesByPartition(EventStore store, int count) {
        List<List<String>> names = new ArrayList<>();
        for (int partition = 0; partition < store.partitions(); partition++) {
            names.add(new ArrayList<>());
        }
        newNames(count).forEach(name -> names.get(store.partitionOf(name)).add(name));
        return names;
    }

    /** These names in turn, over and over; at least one. */
    public static Supplier<String> inTurn(List<String> names) {
        return new Supplier<>() {
            private int next;

            @Override
            public String get() {
                String name = names.get(next);
                next = (next + 1) % names.size();
                return name;
            }
        };
    }

    /** Any of these names at random, the same ones in each run; at least one. */
    static Supplier<String> atRandom(List<String> names) {
        Random random = new Random(1);
        return () -> names.get(random.nextInt(names.size()));
    }

    /** Appends one event to the next stream. */
    @Override
    public CompletableFuture<AppendResult> append() {
        NewEvent event = NewEvent.of("Measured", "application/octet-stream", payload);
        return store.append(streams.get(), Expected.any(), List.of(event));
    }
}
