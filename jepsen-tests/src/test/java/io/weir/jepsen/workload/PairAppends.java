package io.weir.jepsen.workload;

import io.weir.client.AppendResult;
import io.weir.client.EventStoreException;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.OpenTransaction;
import io.weir.client.ReadRequest;
import io.weir.client.RecordedEvent;
import io.weir.client.Transaction.Builder;
import io.weir.jepsen.history.Step;
import io.weir.jepsen.history.Transaction;
import io.weir.jepsen.history.Values;
import io.weir.jepsen.history.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.StreamSupport;

/**
 * As {@link ListAppends}, for few moments in which much can go wrong: transactions over two of four streams, each of which is
 * followed by reads of the one and then of the other. Most of what it does are such reads: on a slow machine they are cheap,
 * and what they meet is a transaction between its votes and its end.
 */
public final class PairAppends implements Activity {
    private static final int LIVE_STREAMS = 4;
    private static final int APPENDS = 100;

    private final int[] appends = new int[4_096];
    private int first;

    @Override
    public Workload workload() {
        return Workload.LIST_APPEND;
    }

    /** A number for the end of a stream; when one has got long, all four are followed by others. */
    private synchronized int nextValue(int stream) {
        if (appends[stream] == APPENDS && stream >= first) {
            first += LIVE_STREAMS;
        }
        return ++appends[stream];
    }

    private synchronized int streams() {
        return first + LIVE_STREAMS;
    }

    @Override
    public void perform(Performer performer) {
        Random chance = performer.random();
        int live = streams() - LIVE_STREAMS;
        int one = live + chance.nextInt(LIVE_STREAMS);
        int other = live + (one - live + 1 + chance.nextInt(LIVE_STREAMS - 1)) % LIVE_STREAMS;
        switch (chance.nextInt(4)) {
            case 0 -> appendToBoth(performer, one, other);
            case 1 -> appendByWhatWasRead(performer, one, other);
            case 2 -> append(performer, one);
            default -> {}
        }
        for (int i = 0; i < 4; i++) {
            read(performer, one, false);
            read(performer, other, false);
        }
    }

    private void append(Performer performer, int stream) {
        Step.Append append = Step.append(stream, nextValue(stream));
        performer.perform(new Transaction(List.of(append)), () -> {
            List<NewEvent> events = List.of(event(append.value()));
            AppendResult result =
                    await(performer.store().append(name(stream), Expected.any(), events, performer.options()));
            return new Transaction(List.of(append.at(result.orThrow().firstRevision())));
        });
    }

    private void appendToBoth(Performer performer, int one, int other) {
        List<Step.Append> steps = List.of(Step.append(one, nextValue(one)), Step.append(other, nextValue(other)));
        performer.perform(new Transaction(List.copyOf(steps)), () -> {
            Builder both = io.weir.client.Transaction.builder();
            steps.forEach(step -> both.append(name(step.stream()), Expected.any(), event(step.value())));
            Map<String, Long> revisions = await(performer.store().commit(both.build(), performer.options()))
                    .orThrow()
                    .lastRevisions();
            List<Step> done = new ArrayList<>();
            steps.forEach(step -> done.add(step.at(Objects.requireNonNull(revisions.get(name(step.stream()))))));
            return new Transaction(done);
        });
    }

    /** Of two that do this crosswise, one has to see the other. */
    private void appendByWhatWasRead(Performer performer, int seen, int written) {
        Step.Append append = Step.append(written, nextValue(written));
        performer.perform(
                new Transaction(List.of(Step.read(seen), append)),
                () -> new Transaction(
                        performer.store().transact(tx -> crosswise(tx, seen, append), performer.options())));
    }

    private static List<Step> crosswise(OpenTransaction tx, int seen, Step.Append append) {
        Values values = values(tx.read(name(seen)));
        tx.append(name(append.stream()), event(append.value()));
        return List.of(Step.read(seen).saw(values), append);
    }

    private static void read(Performer performer, int stream, boolean isFinal) {
        performer.perform(new Transaction(List.of(Step.read(stream)), isFinal), () -> {
            ReadRequest all = ReadRequest.stream(name(stream)).within(performer.timeout());
            List<RecordedEvent> events = StreamSupport.stream(
                            performer.store().read(all).spliterator(), false)
                    .toList();
            return new Transaction(List.of(Step.read(stream).saw(values(events))), isFinal);
        });
    }

    private static String name(int stream) {
        return "pair-" + stream;
    }

    private static <T> T await(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof EventStoreException failure ? failure : e;
        }
    }

    private static NewEvent event(int value) {
        return NewEvent.json("v", Integer.toString(value));
    }

    private static Values values(List<RecordedEvent> events) {
        return Values.of(events.stream()
                .mapToInt(event -> Integer.parseInt(event.text()))
                .toArray());
    }

    @Override
    public void readAll(Performer performer) {
        int count = streams();
        for (int stream = 0; stream < count; stream++) {
            read(performer, stream, true);
        }
    }
}
