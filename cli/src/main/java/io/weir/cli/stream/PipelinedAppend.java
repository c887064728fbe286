package io.weir.cli.stream;

import io.weir.client.AppendResult;
import io.weir.client.EventStore;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Appends many events to one stream without waiting for each: batches go out while earlier ones are under way, each under
 * the condition that nobody else has come between. Fed by one thread; answers come on threads of the store.
 */
final class PipelinedAppend {
    private static final int MAX_BATCHES_UNDER_WAY = 32;
    private static final int MAX_BATCH_EVENTS = 256;
    private static final int MAX_BATCH_BYTES = 256 << 10;

    private final EventStore store;
    private final String stream;
    private final Expected expected;
    private final Semaphore room = new Semaphore(MAX_BATCHES_UNDER_WAY);
    private List<NewEvent> batch = new ArrayList<>();
    private long batchBytes;
    private long sent;

    private long count;
    private long firstRevision = -1;
    private long lastRevision = -1;
    private @Nullable Throwable failure;

    /**
     * What became of the events.
     *
     * @param count how many are acknowledged
     * @param firstRevision of these; -1 if there are none
     * @param failure why not all are; null if all are
     */
    record Summary(
            long count,
            long firstRevision,
            long lastRevision,
            @Nullable Throwable failure) {}

    PipelinedAppend(EventStore store, String stream, Expected expected) {
        this.store = store;
        this.stream = stream;
        this.expected = expected;
    }

    /** Takes one more event; false if an earlier one failed, so that more are of no use. Blocks while too much is under way. */
    boolean add(NewEvent event) {
        batch.add(event);
        batchBytes += event.payload().length;
        if (batch.size() >= MAX_BATCH_EVENTS || batchBytes >= MAX_BATCH_BYTES) {
            flush();
        }
        return !hasFailed();
    }

    /** Sends what has gathered. */
    void flush() {
        if (batch.isEmpty() || hasFailed()) {
            return;
        }
        List<NewEvent> events = batch;
        batch = new ArrayList<>();
        batchBytes = 0;
        Expected condition = ExpectedOption.after(expected, sent);
        sent += events.size();
        room.acquireUninterruptibly();
        store.append(stream, condition, events)
                .thenAccept(result -> succeeded(result.orThrow(), events.size()))
                .exceptionally(this::failed);
    }

    /** How many are acknowledged so far. */
    synchronized long acknowledged() {
        return count;
    }

    /** Sends the rest, waits for all answers, and sums up. */
    Summary finish() {
        flush();
        room.acquireUninterruptibly(MAX_BATCHES_UNDER_WAY);
        room.release(MAX_BATCHES_UNDER_WAY);
        synchronized (this) {
            return new Summary(count, firstRevision, lastRevision, failure);
        }
    }

    private synchronized boolean hasFailed() {
        return failure != null;
    }

    private synchronized void succeeded(AppendResult.Appended appended, int events) {
        count += events;
        firstRevision =
                firstRevision < 0 ? appended.firstRevision() : Math.min(firstRevision, appended.firstRevision());
        lastRevision = Math.max(lastRevision, appended.lastRevision());
        room.release();
    }

    /** The first failure is the reason; what follows it is refused because of it. */
    private synchronized @Nullable Void failed(Throwable thrown) {
        if (failure == null) {
            failure = thrown;
        }
        room.release();
        return null;
    }
}
