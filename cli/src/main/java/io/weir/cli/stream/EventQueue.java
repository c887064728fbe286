package io.weir.cli.stream;

import io.weir.client.RecordedEvent;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;

/** A subscriber from which one thread takes events; never holds more than {@value #CAPACITY}. */
final class EventQueue implements Flow.Subscriber<RecordedEvent> {
    private static final int CAPACITY = 256;

    /** Events, or in the end what ended them. */
    private final BlockingQueue<Object> queue = new LinkedBlockingQueue<>();

    private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();

    /** The next event; waits for it. Throws what the subscription failed with. */
    RecordedEvent take() throws InterruptedException {
        Object next = queue.take();
        if (next instanceof RecordedEvent event) {
            subscription.join().request(1);
            return event;
        }
        if (next instanceof RuntimeException failure) {
            throw failure;
        }
        throw new IllegalStateException("the subscription ended", (Throwable) next);
    }

    void cancel() {
        subscription.join().cancel();
    }

    @Override
    public void onSubscribe(Flow.Subscription begunSubscription) {
        subscription.complete(begunSubscription);
        begunSubscription.request(CAPACITY);
    }

    @Override
    public void onNext(RecordedEvent event) {
        queue.add(event);
    }

    @Override
    public void onError(Throwable failure) {
        queue.add(failure);
    }

    @Override
    public void onComplete() {
        queue.add(new IllegalStateException("a subscription to a stream has no end, yet this one ended"));
    }
}
