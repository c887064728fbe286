package io.weir.jepsen.workload;

import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.RecordedEvent;
import io.weir.client.Subscription;
import io.weir.jepsen.history.Addition;
import io.weir.jepsen.history.Poll;
import io.weir.jepsen.history.Poll.Source;
import io.weir.jepsen.history.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Values that are added to one stream, which the first client follows: it has soon caught up, and is woken again and again. */
public final class FollowedAdds implements Activity {
    private static final String NAME = "followed";
    private static final int STREAM = 0;
    private static final long POLL_MS = 100;

    private final AtomicInteger values = new AtomicInteger();
    private final BlockingQueue<RecordedEvent> delivered = new LinkedBlockingQueue<>();
    private @Nullable Performer follower;
    private long next;

    @Override
    public Workload workload() {
        return Workload.LOG;
    }

    @Override
    public void perform(Performer performer) {
        if (isFollower(performer)) {
            poll(performer);
            return;
        }
        Addition addition = new Addition(STREAM, values.incrementAndGet());
        List<NewEvent> events = List.of(NewEvent.json("v", Integer.toString(addition.value())));
        performer.perform(
                addition,
                () -> addition.at(
                        RacingAppends.await(performer.store().append(NAME, Expected.any(), events, performer.options()))
                                .orThrow()
                                .firstRevision()));
    }

    private synchronized boolean isFollower(Performer performer) {
        if (follower == null) {
            follower = performer;
            performer.store().subscribe(Subscription.stream(NAME).fromStart(), new Listener());
        }
        return follower == performer;
    }

    private void poll(Performer performer) {
        Poll poll = new Poll(0, Source.stream(STREAM), next);
        performer.perform(poll, () -> poll.saw(drained()));
    }

    private List<Poll.Event> drained() {
        List<RecordedEvent> events = new ArrayList<>();
        try {
            RecordedEvent first = delivered.poll(POLL_MS, TimeUnit.MILLISECONDS);
            if (first != null) {
                events.add(first);
                delivered.drainTo(events);
                next = events.get(events.size() - 1).revision() + 1;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return events.stream()
                .map(event ->
                        new Poll.Event(STREAM, Integer.parseInt(event.text()), event.revision(), event.position()))
                .toList();
    }

    /** What came since; whether more would come is not waited for. */
    @Override
    public void readAll(Performer performer) {
        poll(performer);
    }

    private final class Listener implements Flow.Subscriber<RecordedEvent> {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(RecordedEvent event) {
            delivered.add(event);
        }

        @Override
        public void onError(Throwable failure) {
            throw new IllegalStateException("a subscription that nobody has cancelled has ended", failure);
        }

        @Override
        public void onComplete() {}
    }
}
