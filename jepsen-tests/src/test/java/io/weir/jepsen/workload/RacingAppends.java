package io.weir.jepsen.workload;

import io.weir.client.EventStoreException;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.StreamInfo;
import io.weir.jepsen.history.Condition;
import io.weir.jepsen.history.ConditionalAppend;
import io.weir.jepsen.history.EndOfStream;
import io.weir.jepsen.history.Operation;
import io.weir.jepsen.history.Workload;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** All clients append to one stream what only the first of them may, so that many of them meet in one entry of the log. */
public final class RacingAppends implements Activity {
    private static final String NAME = "race";
    private static final int STREAM = 0;

    private final AtomicInteger values = new AtomicInteger();
    private final AtomicLong known = new AtomicLong(Operation.NO_STREAM);

    @Override
    public Workload workload() {
        return Workload.CONDITIONAL;
    }

    @Override
    public void perform(Performer performer) {
        if (performer.random().nextInt(4) == 0) {
            readAll(performer);
            return;
        }
        long last = known.get();
        boolean isFirst = last == Operation.NO_STREAM;
        ConditionalAppend append = new ConditionalAppend(
                STREAM, values.incrementAndGet(), isFirst ? Condition.NONE : Condition.revision(last));
        List<NewEvent> events = List.of(NewEvent.json("v", Integer.toString(append.value())));
        performer.perform(append, () -> {
            long revision = await(performer
                            .store()
                            .append(
                                    NAME,
                                    isFirst ? Expected.noStream() : Expected.revision(last),
                                    events,
                                    performer.options()))
                    .orThrow()
                    .firstRevision();
            known.accumulateAndGet(revision, Math::max);
            return append.at(revision);
        });
    }

    static <T extends @Nullable Object> T await(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof EventStoreException failure ? failure : e;
        }
    }

    /** Asks for the end. */
    @Override
    public void readAll(Performer performer) {
        performer.perform(new EndOfStream(STREAM), () -> {
            StreamInfo info =
                    RacingAppends.<@Nullable StreamInfo>await(performer.store().info(NAME));
            long last = info == null ? Operation.NO_STREAM : info.lastRevision();
            known.accumulateAndGet(last, Math::max);
            return new EndOfStream(STREAM, last);
        });
    }
}
