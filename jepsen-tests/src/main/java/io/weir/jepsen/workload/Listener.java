package io.weir.jepsen.workload;

import io.weir.client.EventStore;
import io.weir.client.RecordedEvent;
import io.weir.client.Subscription;
import io.weir.jepsen.history.Poll;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** A subscriber that may cancel and subscribe again behind the last event that it has taken. For one thread at a time. */
final class Listener {
    private static final int DEMAND = 32;

    private final int number;
    private final Poll.Source source;
    private final Subscription what;
    private final ToIntFunction<String> streamOf;
    private long next;
    private @Nullable Delivery delivery;

    /**
     * One that has not subscribed yet.
     *
     * @param what the same as the source; from where is chosen here
     * @param next the first place wanted
     * @param streamOf the number of a stream by its name
     */
    Listener(int number, Poll.Source source, Subscription what, long next, ToIntFunction<String> streamOf) {
        this.number = number;
        this.source = source;
        this.what = what;
        this.next = next;
        this.streamOf = streamOf;
    }

    Poll.Source source() {
        return source;
    }

    /** The next poll, as it is invoked. */
    Poll poll() {
        return new Poll(number, source, next);
    }

    /**
     * Takes what has come, or waits a little for something to come; subscribes if need be.
     *
     * @throws RuntimeException what the subscription has ended with, which it never may
     */
    List<Poll.Event> take(EventStore store, long waitMs) {
        Delivery from = delivery;
        if (from == null) {
            from = new Delivery();
            delivery = from;
            store.subscribe(what.from(next), from);
        }
        List<Poll.Event> taken = new ArrayList<>();
        for (RecordedEvent event : from.take(waitMs)) {
            taken.add(new Poll.Event(
                    streamOf.applyAsInt(event.stream()),
                    Integer.parseInt(event.text()),
                    event.revision(),
                    event.position()));
            next = 1 + (source.isPartition() ? event.position() : event.revision());
        }
        return taken;
    }

    /** Whether all places below have come. */
    boolean isAt(long end) {
        return next >= end;
    }

    /** What has been delivered and not been taken comes again. */
    void cancel() {
        Delivery ended = delivery;
        if (ended != null) {
            ended.cancel();
            delivery = null;
        }
    }

    /** What a subscription delivers, on the store's threads. */
    private static final class Delivery implements Flow.Subscriber<RecordedEvent> {
        private final BlockingQueue<RecordedEvent> events = new LinkedBlockingQueue<>();
        private volatile Flow.@Nullable Subscription subscription;
        private volatile boolean isCancelled;
        private volatile @Nullable Throwable failure;

        @Override
        public void onSubscribe(Flow.Subscription begun) {
            subscription = begun;
            if (isCancelled) {
                begun.cancel();
            } else {
                begun.request(DEMAND);
            }
        }

        @Override
        public void onNext(RecordedEvent event) {
            events.add(event);
        }

        @Override
        public void onError(Throwable error) {
            failure = error;
        }

        @Override
        public void onComplete() {
            failure = new IllegalStateException("a subscription was completed");
        }

        List<RecordedEvent> take(long waitMs) {
            List<RecordedEvent> taken = new ArrayList<>();
            try {
                RecordedEvent first = events.poll(waitMs, TimeUnit.MILLISECONDS);
                if (first != null) {
                    taken.add(first);
                    events.drainTo(taken);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while a subscriber waited", e);
            }
            Throwable ended = failure;
            if (ended != null) {
                throw new IllegalStateException("a subscription ended, which it never may", ended);
            }
            Flow.Subscription begun = subscription;
            if (begun != null && !taken.isEmpty()) {
                begun.request(taken.size());
            }
            return taken;
        }

        void cancel() {
            isCancelled = true;
            Flow.Subscription begun = subscription;
            if (begun != null) {
                begun.cancel();
            }
        }
    }
}
