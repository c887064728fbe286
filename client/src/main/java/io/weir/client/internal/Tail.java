package io.weir.client.internal;

import com.google.protobuf.ByteString;
import io.weir.client.EventStoreException;
import io.weir.client.RecordedEvent;
import io.weir.client.Subscription;
import io.weir.protocol.Page;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.QueryResponse;
import io.weir.protocol.ReadLevel;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One subscription: pages that wait for events, asked for one after the other from any replica, each from behind the last
 * event of the one before. That cursor alone excludes gaps and duplicates, whichever replica answers and whatever fails in
 * between; catching up and following are the same.
 *
 * <p>Follows the rules of Reactive Streams. Holds at most two pages; asks for none while nothing is demanded.
 *
 * <p>Threading: {@link #request}, {@link #cancel} and {@link #fail} may be called from any thread, and from within a signal;
 * all else, the signals among it, runs in a serial executor over the threads for callbacks. A subscriber that blocks delays
 * itself; others only if as many block as there are such threads ({@value Threads#CALLBACKS}).
 */
@SuppressWarnings("FutureReturnValueIgnored") // every continuation handles its own failures
final class Tail implements Flow.Subscription {
    private static final Logger LOG = LoggerFactory.getLogger(Tail.class);
    private static final int WAIT_MS = 5_000;
    private static final int SIGNALS_IN_A_ROW = 256;
    private static final long TOO_FAST_NANOS = 1_000_000;

    private final Queries queries;
    private final Threads threads;
    private final int partition;
    private final @Nullable ByteString stream;
    private final String what;
    private final int pageBytes;
    private final Flow.Subscriber<? super RecordedEvent> subscriber;
    private final Consumer<Tail> onEnd;
    private final Threads.Serial serial;

    private final Queue<RecordedEvent> buffer = new ArrayDeque<>();
    private Pages.@Nullable Cursor cursor; // null until the end is found
    private @Nullable CompletableFuture<QueryResponse> asked;
    private boolean isPausing;
    private int failuresInARow;
    private int lowWater;
    private long demand;
    private boolean isBegun;
    private boolean isOver;
    private @Nullable Throwable failure;
    private volatile boolean isCancelled;

    /** @param onEnd called once, when nothing is signalled any more */
    Tail(
            Queries queries,
            Threads threads,
            int partition,
            @Nullable ByteString stream,
            Subscription subscription,
            int pageBytes,
            Flow.Subscriber<? super RecordedEvent> subscriber,
            Consumer<Tail> onEnd) {
        this.queries = queries;
        this.threads = threads;
        this.partition = partition;
        this.stream = stream;
        this.what = stream == null
                ? "the subscription to partition " + partition
                : "the subscription to stream \"" + subscription.stream() + "\" (partition " + partition + ")";
        this.pageBytes = pageBytes;
        this.subscriber = subscriber;
        this.onEnd = onEnd;
        this.serial = new Threads.Serial(threads.callbacks(), this::pump);
        if (subscription.start() >= 0) {
            cursor = new Pages.Cursor(stream, partition, true, subscription.start());
        }
    }

    /** Begins; {@code onSubscribe} comes at once, or, to follow from the end, when the end has been found. */
    void start() {
        serial.execute(() -> {});
    }

    /** Signals a failure and ends: an invalid request, or the store is closed. */
    void fail(EventStoreException cause) {
        serial.execute(() -> failure = failure == null ? cause : failure);
    }

    @Override
    public void request(long n) {
        serial.execute(() -> {
            if (n <= 0) {
                failure = new IllegalArgumentException("request(" + n + "): the demand must be above zero");
            } else {
                demand = demand + n < 0 ? Long.MAX_VALUE : demand + n;
            }
        });
    }

    @Override
    public void cancel() {
        isCancelled = true;
        serial.execute(() -> {});
    }

    private void pump() {
        if (isOver) {
            return;
        }
        if (!isBegun && !isCancelled && (cursor != null || failure != null)) {
            isBegun = true;
            signal(() -> subscriber.onSubscribe(this));
        }
        if (failure == null) {
            deliver();
        }
        Throwable cause = failure;
        if (isCancelled || cause != null) {
            finish(cause);
        } else if (asked == null && !isPausing && (cursor == null || (demand > 0 && buffer.size() <= lowWater))) {
            ask();
        }
    }

    private void deliver() {
        for (int i = 0; demand > 0 && !buffer.isEmpty() && !isCancelled; i++) {
            if (i == SIGNALS_IN_A_ROW) {
                serial.execute(() -> {}); // let other subscribers have the thread
                return;
            }
            demand--;
            RecordedEvent event = buffer.remove();
            signal(() -> subscriber.onNext(event));
        }
    }

    /** A subscriber must not throw; one that does gets nothing more, as if it had cancelled. */
    private void signal(Runnable signal) {
        try {
            signal.run();
        } catch (Throwable e) {
            isCancelled = true;
            LOG.error("{} is cancelled: its subscriber threw", what, e);
        }
    }

    private void finish(@Nullable Throwable cause) {
        isOver = true;
        buffer.clear();
        if (asked != null) {
            asked.cancel(false);
        }
        if (cause != null && !isCancelled) {
            signal(() -> subscriber.onError(cause));
        }
        onEnd.accept(this);
    }

    // ---- pages

    private void ask() {
        Pages.Cursor at = cursor;
        QueryRequest request = at == null ? endQuery() : pageQuery(at);
        long askedAt = System.nanoTime();
        CompletableFuture<QueryResponse> answer = queries.ask(what, request, Queries.FOR_EVER);
        asked = answer;
        answer.whenCompleteAsync(
                (response, problem) -> {
                    asked = null;
                    if (isOver) {
                        return;
                    }
                    try {
                        if (problem != null) {
                            throw Pages.unwrapped(problem);
                        }
                        take(at, response.getPage(), askedAt);
                    } catch (EventStoreException e) {
                        onProblem(e);
                    }
                },
                serial);
    }

    private QueryRequest pageQuery(Pages.Cursor at) {
        return QueryRequest.newBuilder()
                .setPartition(partition)
                .setLevel(ReadLevel.newBuilder().setKind(ReadLevel.Kind.STALE))
                .setReadPage(at.page(Long.MAX_VALUE, pageBytes).setWaitMs(WAIT_MS))
                .build();
    }

    /** The last event, linearizably: the cursor goes behind it. */
    private QueryRequest endQuery() {
        return QueryRequest.newBuilder()
                .setPartition(partition)
                .setReadPage(Pages.end(stream))
                .build();
    }

    private void take(Pages.@Nullable Cursor at, Page page, long askedAt) {
        if (at == null) {
            long end = stream == null
                    ? page.getNextPosition()
                    : page.getState().getExists() ? page.getState().getRevision() + 1 : 0;
            cursor = new Pages.Cursor(stream, partition, true, end);
            return;
        }
        List<RecordedEvent> events = at.advance(page);
        buffer.addAll(events);
        lowWater = events.size() / 2;
        if (!events.isEmpty()) {
            failuresInARow = 0;
        } else if (System.nanoTime() - askedAt < TOO_FAST_NANOS) {
            pause(); // a node that does not wait must not be asked in a tight loop
        }
    }

    private void onProblem(EventStoreException problem) {
        boolean isFinal = problem instanceof EventStoreException.Closed
                || problem instanceof EventStoreException.InvalidRequest
                || problem instanceof EventStoreException.TooLarge
                || problem instanceof EventStoreException.Unauthorized;
        if (isFinal) {
            failure = problem;
        } else {
            LOG.warn("{} tries again: {}", what, problem.getMessage());
            pause();
        }
    }

    private void pause() {
        failuresInARow++;
        isPausing = true;
        threads.after(Threads.backoffNanos(failuresInARow), () -> serial.execute(() -> isPausing = false));
    }
}
