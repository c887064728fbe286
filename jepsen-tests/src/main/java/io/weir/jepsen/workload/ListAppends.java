package io.weir.jepsen.workload;

import io.weir.client.EventStore;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.OpenTransaction;
import io.weir.client.ReadRequest;
import io.weir.client.RecordedEvent;
import io.weir.client.TransactionResult;
import io.weir.jepsen.history.Step;
import io.weir.jepsen.history.Transaction;
import io.weir.jepsen.history.Values;
import io.weir.jepsen.history.Workload;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.StreamSupport;

/**
 * Transactions that append numbers to streams and read streams whole, by {@code commit}, {@code transact}, {@code append} and
 * {@code read}. Few streams live at a time, so that clients meet; one that has got long is followed by another, so that reads
 * stay short.
 */
public final class ListAppends implements Activity {
    private static final int LIVE_STREAMS = 10;
    private static final int LEAST_APPENDS = 64;
    private static final int MOST_STEPS = 8;

    private final Random random;
    private final List<Integer> live = new ArrayList<>();
    private final Map<Integer, Integer> left = new HashMap<>();
    private final Map<Integer, Integer> values = new HashMap<>();
    private int streams;

    /** Chance chooses when streams end; what clients do is chosen by each client's own. */
    public ListAppends(Random random) {
        this.random = random;
        for (int i = 0; i < LIVE_STREAMS; i++) {
            live.add(newStream());
        }
    }

    @Override
    public Workload workload() {
        return Workload.LIST_APPEND;
    }

    private int newStream() {
        int stream = streams++;
        left.put(stream, LEAST_APPENDS + random.nextInt(LEAST_APPENDS));
        return stream;
    }

    private synchronized int chosen(Random chance) {
        // The first ones are chosen more often: some streams are hot.
        int place = chance.nextBoolean() ? chance.nextInt(LIVE_STREAMS) : chance.nextInt(3);
        return live.get(place);
    }

    private synchronized int nextValue(int stream) {
        int remaining = left.merge(stream, -1, Integer::sum);
        if (remaining <= 0 && live.contains(stream)) {
            live.set(live.indexOf(stream), newStream());
        }
        return values.merge(stream, 1, Integer::sum);
    }

    static String name(int stream) {
        return "list-" + stream;
    }

    private static NewEvent event(int value) {
        return NewEvent.json("v", Integer.toString(value));
    }

    @Override
    public void perform(Performer performer) {
        Random chance = performer.random();
        int kind = chance.nextInt(4); // reads, appends, or both
        List<Step> steps = new ArrayList<>();
        int size = 1 + (chance.nextInt(8) == 0 ? chance.nextInt(MOST_STEPS) : chance.nextInt(4));
        for (int i = 0; i < size; i++) {
            int stream = chosen(chance);
            boolean isRead = kind == 0 || (kind > 1 && chance.nextBoolean());
            steps.add(isRead ? Step.read(stream) : Step.append(stream, nextValue(stream)));
        }
        performer.perform(new Transaction(steps), () -> new Transaction(done(performer, steps)));
    }

    private static List<Step> done(Performer performer, List<Step> steps) {
        if (steps.size() == 1 && performer.random().nextBoolean()) {
            return List.of(single(performer, steps.get(0)));
        }
        boolean hasReads = steps.stream().anyMatch(Step.Read.class::isInstance);
        return hasReads
                ? performer.store().transact(tx -> transacted(tx, steps), performer.options())
                : committed(performer, steps);
    }

    private static Step single(Performer performer, Step step) {
        EventStore store = performer.store();
        if (step instanceof Step.Append append) {
            long revision = store.append(
                            name(append.stream()), Expected.any(), List.of(event(append.value())), performer.options())
                    .join()
                    .orThrow()
                    .firstRevision();
            return append.at(revision);
        }
        ReadRequest all = ReadRequest.stream(name(step.stream())).within(performer.timeout());
        // Each page of a read is linearizable by itself: what must be one moment is read as one page.
        return Step.read(step.stream())
                .saw(values(StreamSupport.stream(store.read(all).spliterator(), false)
                        .toList()));
    }

    private static List<Step> transacted(OpenTransaction tx, List<Step> steps) {
        List<Step> done = new ArrayList<>();
        for (Step step : steps) {
            if (step instanceof Step.Append append) {
                tx.append(name(append.stream()), event(append.value()));
                done.add(append);
            } else {
                done.add(Step.read(step.stream()).saw(values(tx.read(name(step.stream())))));
            }
        }
        return done;
    }

    private static List<Step> committed(Performer performer, List<Step> steps) {
        io.weir.client.Transaction.Builder builder = io.weir.client.Transaction.builder();
        Map<Integer, Integer> after = new HashMap<>();
        for (Step step : steps) {
            builder.append(name(step.stream()), Expected.any(), event(((Step.Append) step).value()));
            after.merge(step.stream(), 1, Integer::sum);
        }
        TransactionResult.Committed committed = performer
                .store()
                .commit(builder.build(), performer.options())
                .join()
                .orThrow();
        List<Step> done = new ArrayList<>();
        for (Step step : steps) {
            long last = Objects.requireNonNull(committed.lastRevisions().get(name(step.stream())));
            int behind = after.merge(step.stream(), -1, Integer::sum);
            done.add(((Step.Append) step).at(last - behind));
        }
        return done;
    }

    private static Values values(List<RecordedEvent> events) {
        return Values.of(events.stream()
                .mapToInt(event -> Integer.parseInt(event.text()))
                .toArray());
    }

    @Override
    public void readAll(Performer performer) {
        int count;
        synchronized (this) {
            count = streams;
        }
        for (int stream = 0; stream < count; stream++) {
            List<Step> read = List.of(Step.read(stream));
            performer.perform(
                    new Transaction(read, true), () -> new Transaction(List.of(single(performer, read.get(0))), true));
        }
    }
}
