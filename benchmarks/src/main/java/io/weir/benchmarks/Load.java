package io.weir.benchmarks;

import io.weir.client.AppendResult;
import io.weir.client.EventStore;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * What is appended: events of one size, one an append, to a number of streams in turn, without conditions. For one thread.
 */
final class Load {
    private final EventStore store;
    private final List<String> streams;
    private final byte[] payload;
    private int next;

    /**
     * Prepares a load.
     *
     * @param streams names, at least one
     * @param sizeBytes of the payload of each event
     */
    Load(EventStore store, List<String> streams, int sizeBytes) {
        this.store = store;
        this.streams = List.copyOf(streams);
        this.payload = new byte[sizeBytes];
        new Random(1).nextBytes(payload); // such bytes do not compress, should anything on the way try to
    }

    /** Appends one event to the next stream. */
    CompletableFuture<AppendResult> append() {
        String stream = streams.get(next);
        next = (next + 1) % streams.size();
        NewEvent event = NewEvent.of("Measured", "application/octet-stream", payload);
        return store.append(stream, Expected.any(), List.of(event));
    }
}
