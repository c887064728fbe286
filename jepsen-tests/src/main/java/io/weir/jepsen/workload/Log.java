package io.weir.jepsen.workload;

import io.weir.client.ReadRequest;
import io.weir.client.RecordedEvent;
import io.weir.client.Subscription;
import io.weir.jepsen.history.Poll;
import io.weir.jepsen.history.Workload;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Values that are added as {@link UniqueAdds} does it, while subscribers follow all partitions and some streams: from the
 * beginning, from before there is anything, or from within. Now and then one cancels and subscribes again, at another store.
 */
public final class Log implements Activity {
    private static final int POLL_PERCENT = 40;
    private static final int CANCEL_PERCENT = 5;
    private static final int OF_EACH_PARTITION = 2;
    private static final int OF_STREAMS = 8;
    private static final int LATEST_BEGINNING = 8;
    private static final long WAIT_MS = 20;

    private final Streams streams;
    private final UniqueAdds adds;
    private final Deque<Listener> idle = new ArrayDeque<>();
    private final Deque<Listener> followingStreams = new ArrayDeque<>();
    private int listeners;

    /** Chance chooses when streams end; what clients do is chosen by each client's own. */
    public Log(Random random, Mix mix, UniqueAdds.Shares shares) {
        streams = new Streams("log-", random, mix.liveStreams(), mix.appends());
        adds = new UniqueAdds(streams, shares);
    }

    @Override
    public Workload workload() {
        return Workload.LOG;
    }

    @Override
    public void perform(Performer performer) {
        Listener listener = performer.chance(POLL_PERCENT) ? claim(performer) : null;
        if (listener == null) {
            adds.perform(performer);
            return;
        }
        try {
            Poll poll = listener.poll();
            performer.perform(poll, () -> poll.saw(listener.take(performer.store(), WAIT_MS)));
            if (performer.chance(CANCEL_PERCENT)) {
                listener.cancel();
            }
        } finally {
            release(listener);
        }
    }

    /** One that nobody polls; null if all are being polled. */
    private synchronized @Nullable Listener claim(Performer performer) {
        int ofPartitions = OF_EACH_PARTITION * performer.store().partitions();
        if (listeners < ofPartitions) {
            int partition = listeners % performer.store().partitions();
            return new Listener(
                    listeners++,
                    Poll.Source.partition(partition),
                    Subscription.partition(partition),
                    0,
                    streams::number);
        }
        if (listeners < ofPartitions + OF_STREAMS || performer.chance(1)) {
            return ofStream(performer.random());
        }
        return idle.poll();
    }

    private Listener ofStream(Random chance) {
        int stream = streams.chosen(chance);
        long from = chance.nextBoolean() ? 0 : chance.nextInt(LATEST_BEGINNING);
        Listener listener = new Listener(
                listeners++,
                Poll.Source.stream(stream),
                Subscription.stream(streams.name(stream)),
                from,
                streams::number);
        followingStreams.add(listener);
        // Of all that there have ever been too many would be left: the oldest ends, unless it is just being polled.
        if (followingStreams.size() > OF_STREAMS && idle.remove(followingStreams.peek())) {
            followingStreams.remove().cancel();
        }
        return listener;
    }

    private synchronized void release(Listener listener) {
        idle.add(listener);
    }

    @Override
    public void readAll(Performer performer) {
        adds.readAll(performer);
        List<Listener> all;
        synchronized (this) {
            all = List.copyOf(idle);
        }
        long deadlineNanos = System.nanoTime() + performer.timeout().toNanos();
        for (Listener listener : all) {
            Poll poll = listener.poll().atTheEnd();
            performer.perform(poll, () -> poll.saw(takeAll(performer, listener, deadlineNanos)));
        }
    }

    /** To the end, or, if that does not come in time, as far as it goes. */
    private List<Poll.Event> takeAll(Performer performer, Listener listener, long deadlineNanos) {
        long end = end(performer, listener.source());
        List<Poll.Event> taken = new ArrayList<>();
        while (!listener.isAt(end) && System.nanoTime() - deadlineNanos < 0) {
            taken.addAll(listener.take(performer.store(), WAIT_MS));
        }
        taken.addAll(listener.take(performer.store(), WAIT_MS));
        return taken;
    }

    /** The place behind the last one. */
    private long end(Performer performer, Poll.Source source) {
        ReadRequest all = source.isPartition()
                ? ReadRequest.partition(source.number())
                : ReadRequest.stream(streams.name(source.number()));
        Iterator<RecordedEvent> last = performer
                .store()
                .read(all.backwards().limit(1).within(performer.timeout()))
                .iterator();
        if (!last.hasNext()) {
            return 0;
        }
        RecordedEvent event = last.next();
        return 1 + (source.isPartition() ? event.position() : event.revision());
    }
}
