package io.weir.jepsen.workload;

import io.weir.client.EventStore;
import io.weir.client.Expected;
import io.weir.client.OpenTransaction;
import io.weir.client.ReadRequest;
import io.weir.client.TransactionResult;
import io.weir.jepsen.history.Step;
import io.weir.jepsen.history.Transaction;
import io.weir.jepsen.history.Workload;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * Transactions that append numbers to streams and read streams whole, most of them over several partitions, by {@code commit},
 * {@code transact}, {@code append} and {@code read}.
 */
public final class ListAppends implements Activity {
    private static final int MOST_STEPS = 8;
    private static final int ACROSS_PERCENT = 55;

    /** Few streams may have too few that differ, or lie in one partition. */
    private static final int MOST_TRIES = 200;

    private final Streams streams;

    /** Chance chooses when streams end; what clients do is chosen by each client's own. */
    public ListAppends(Random random, Mix mix) {
        streams = new Streams("list-", random, mix.liveStreams(), mix.appends());
    }

    @Override
    public Workload workload() {
        return Workload.LIST_APPEND;
    }

    @Override
    public void perform(Performer performer) {
        List<Step> steps = steps(performer);
        performer.perform(new Transaction(steps), () -> new Transaction(done(performer, steps)));
    }

    /** Reads, appends, or both. */
    private List<Step> steps(Performer performer) {
        Random chance = performer.random();
        int kind = chance.nextInt(4);
        List<Step> steps = new ArrayList<>();
        for (int stream : chosen(performer, kind == 0)) {
            boolean isRead = kind == 0 || (kind > 1 && chance.nextBoolean());
            steps.add(isRead ? Step.read(stream) : Step.append(stream, streams.nextValue(stream)));
        }
        return steps;
    }

    /** Over several partitions, or in one. */
    private List<Integer> chosen(Performer performer, boolean isDistinct) {
        Random chance = performer.random();
        boolean isAcross = performer.chance(ACROSS_PERCENT);
        int size = (isAcross ? 2 : 1) + chance.nextInt(chance.nextInt(8) == 0 ? MOST_STEPS - 1 : 3);
        List<Integer> chosen = new ArrayList<>(List.of(streams.chosen(chance)));
        int home = partition(performer, chosen.get(0));
        for (int tries = 0; chosen.size() < size && tries < MOST_TRIES; tries++) {
            int next = streams.chosen(chance);
            boolean isHome = partition(performer, next) == home;
            boolean isWanted = isAcross ? chosen.size() > 1 || !isHome : isHome;
            if (isWanted && !(isDistinct && chosen.contains(next))) {
                chosen.add(next);
            }
        }
        Collections.shuffle(chosen, chance);
        return chosen;
    }

    private int partition(Performer performer, int stream) {
        return performer.store().partitionOf(streams.name(stream));
    }

    private List<Step> done(Performer performer, List<Step> steps) {
        if (steps.size() == 1 && performer.random().nextBoolean()) {
            return List.of(single(performer, steps.get(0)));
        }
        boolean hasReads = steps.stream().anyMatch(Step.Read.class::isInstance);
        return hasReads
                ? performer.store().transact(tx -> transacted(tx, steps), performer.options())
                : committed(performer, steps);
    }

    private Step single(Performer performer, Step step) {
        EventStore store = performer.store();
        String name = streams.name(step.stream());
        if (step instanceof Step.Append append) {
            return append.at(Performer.await(store.append(
                            name, Expected.any(), List.of(Streams.event(append.value())), performer.options()))
                    .orThrow()
                    .firstRevision());
        }
        // Each page of a read is linearizable by itself: what must be one moment is read as one page.
        ReadRequest all = ReadRequest.stream(name).within(performer.timeout());
        return Step.read(step.stream()).saw(Streams.values(Performer.texts(store.read(all))));
    }

    private List<Step> transacted(OpenTransaction tx, List<Step> steps) {
        List<Step> done = new ArrayList<>();
        for (Step step : steps) {
            String name = streams.name(step.stream());
            if (step instanceof Step.Append append) {
                tx.append(name, Streams.event(append.value()));
                done.add(append);
            } else {
                done.add(Step.read(step.stream()).saw(Streams.values(Performer.texts(tx.read(name)))));
            }
        }
        return done;
    }

    private List<Step> committed(Performer performer, List<Step> steps) {
        io.weir.client.Transaction.Builder builder = io.weir.client.Transaction.builder();
        Map<Integer, Integer> after = new HashMap<>();
        for (Step step : steps) {
            int value = ((Step.Append) step).value();
            builder.append(streams.name(step.stream()), Expected.any(), Streams.event(value));
            after.merge(step.stream(), 1, Integer::sum);
        }
        TransactionResult.Committed committed = Performer.await(
                        performer.store().commit(builder.build(), performer.options()))
                .orThrow();
        List<Step> done = new ArrayList<>();
        for (Step step : steps) {
            long last = Objects.requireNonNull(committed.lastRevisions().get(streams.name(step.stream())));
            int behind = after.merge(step.stream(), -1, Integer::sum);
            done.add(((Step.Append) step).at(last - behind));
        }
        return done;
    }

    @Override
    public void readAll(Performer performer) {
        LastReads last = new LastReads(performer);
        for (String node : performer.replicas().nodes()) {
            for (int stream = 0; stream < streams.count(); stream++) {
                Step.Read read = Step.read(stream);
                String name = streams.name(stream);
                performer.perform(
                        new Transaction(List.of(read), true),
                        node,
                        () -> new Transaction(List.of(read.saw(Streams.values(last.read(node, name)))), true));
            }
        }
    }
}
