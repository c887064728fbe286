package io.weir.jepsen.workload;

import io.weir.client.AppendResult;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.ReadLevel;
import io.weir.client.ReadRequest;
import io.weir.jepsen.history.Addition;
import io.weir.jepsen.history.StreamRead;
import io.weir.jepsen.history.Values;
import io.weir.jepsen.history.Workload;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.StreamSupport;

/** Values that are added to one stream, and reads at the token of each, from whichever node is asked next. */
public final class TokenReads implements Activity {
    private static final String NAME = "tokens";
    private static final int STREAM = 0;

    private final AtomicInteger values = new AtomicInteger();

    @Override
    public Workload workload() {
        return Workload.SET;
    }

    @Override
    public void perform(Performer performer) {
        Addition addition = new Addition(STREAM, values.incrementAndGet());
        AtomicReference<AppendResult.Appended> added = new AtomicReference<>();
        boolean isDone = performer.perform(addition, () -> {
            List<NewEvent> events = List.of(NewEvent.json("v", Integer.toString(addition.value())));
            added.set(RacingAppends.await(performer.store().append(NAME, Expected.any(), events, performer.options()))
                    .orThrow());
            return addition.at(added.get().firstRevision());
        });
        for (int i = 0; isDone && i < 3; i++) {
            read(
                    performer,
                    StreamRead.atLeast(STREAM, added.get().firstRevision()),
                    ReadLevel.atLeast(added.get().token()));
        }
    }

    private static void read(Performer performer, StreamRead read, ReadLevel level) {
        ReadRequest all = ReadRequest.stream(NAME).at(level).within(performer.timeout());
        performer.perform(
                read,
                () -> read.saw(Values.of(
                        StreamSupport.stream(performer.store().read(all).spliterator(), false)
                                .mapToInt(event -> Integer.parseInt(event.text()))
                                .toArray())));
    }

    @Override
    public void readAll(Performer performer) {
        read(performer, StreamRead.of(STREAM, StreamRead.Level.LINEARIZABLE).atTheEnd(), ReadLevel.linearizable());
    }
}
