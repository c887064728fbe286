package io.weir.benchmarks;

import io.weir.client.EventStore;
import io.weir.consensus.local.LocalCluster;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * The course of one benchmark of many streams: a store with few, then many of one event each, then appends to streams at random,
 * in turn to one of the few and to one of the many.
 */
final class StreamsBench {
    /**
     * How to measure.
     *
     * @param sizeBytes payload of an event
     * @param few streams to compare with
     * @param many streams
     * @param inFlight how many appends are under way at most
     * @param warmup for how long to append to the few before anything is measured
     * @param rounds of each kind
     * @param roundDuration of each
     */
    record Plan(int sizeBytes, int few, int many, int inFlight, Duration warmup, int rounds, Duration roundDuration) {}

    /**
     * What was seen.
     *
     * @param fewRates appends a second to the few, of each round
     * @param manyRates the same to the many
     * @param fillRate appends a second while the many got their first event
     * @param memory of each node, at the end
     */
    record Result(List<Double> fewRates, List<Double> manyRates, double fillRate, List<NodeMemory> memory) {}

    private final EventStore store;
    private final Plan plan;
    private final PrintWriter progress;

    StreamsBench(EventStore store, Plan plan, PrintWriter progress) {
        this.store = store;
        this.plan = plan;
        this.progress = progress;
    }

    Result run(LocalCluster cluster) throws InterruptedException {
        List<String> few = Load.newNames(plan.few());
        List<String> many = Load.newNames(plan.many());
        Pipeline toFew = pipeline(Load.atRandom(few));
        Pipeline toMany = pipeline(Load.atRandom(many));
        say("warming up for %s", DurationConverter.format(plan.warmup()));
        toFew.measureRate(Long.MAX_VALUE, plan.warmup().toNanos());
        double fillRate = pipeline(Load.inTurn(many)).measureRate(plan.many(), Long.MAX_VALUE);
        say("%,d streams of one event each, %,.0f a second", plan.many(), fillRate);
        List<Double> fewRates = new ArrayList<>();
        List<Double> manyRates = new ArrayList<>();
        for (int round = 1; round <= plan.rounds(); round++) {
            fewRates.add(toFew.measureRate(Long.MAX_VALUE, plan.roundDuration().toNanos()));
            manyRates.add(
                    toMany.measureRate(Long.MAX_VALUE, plan.roundDuration().toNanos()));
            say(
                    "round %d of %d: %,.0f events/s to the few, %,.0f to the many",
                    round, plan.rounds(), fewRates.get(round - 1), manyRates.get(round - 1));
        }
        List<NodeMemory> memory = cluster.nodeIds().stream()
                .map(node -> NodeMemory.of(cluster.pid(node)))
                .toList();
        return new Result(fewRates, manyRates, fillRate, memory);
    }

    private Pipeline pipeline(Supplier<String> streams) {
        return new Pipeline(new Load(store, streams, plan.sizeBytes()), plan.inFlight(), Time.Real.INSTANCE);
    }

    private void say(String format, Object... values) {
        progress.println(String.format(Locale.ROOT, format, values));
        progress.flush();
    }
}
