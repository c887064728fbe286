package io.weir.benchmarks;

import io.weir.client.EventStore;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The course of one append benchmark against a store: warm-up, rounds as fast as it goes, then latencies at a fixed rate. */
final class AppendBench {
    /**
     * How to measure.
     *
     * @param sizeBytes payload of an event
     * @param streams over how many streams the events are spread
     * @param inFlight how many appends are under way at most
     * @param warmup for how long to append before anything is measured: a cold JVM is ten times slower
     * @param rounds how many rounds
     * @param eventsPerRound upper bound
     * @param roundDuration upper bound
     * @param latencyRate appends a second while latencies are measured
     * @param latencyDuration for how long; zero: not at all
     */
    record Plan(
            int sizeBytes,
            int streams,
            int inFlight,
            Duration warmup,
            int rounds,
            long eventsPerRound,
            Duration roundDuration,
            long latencyRate,
            Duration latencyDuration) {}

    /** The rate of each round, in events a second, and the latencies. */
    record Result(List<Double> rates, Latencies latencies) {}

    private final EventStore store;
    private final Plan plan;
    private final PrintWriter progress;

    /**
     * Prepares a benchmark.
     *
     * @param progress takes a line now and then
     */
    AppendBench(EventStore store, Plan plan, PrintWriter progress) {
        this.store = store;
        this.plan = plan;
        this.progress = progress;
    }

    Result run() throws InterruptedException {
        Load load = new Load(store, Load.inTurn(Load.newNames(plan.streams())), plan.sizeBytes());
        Pipeline pipeline = new Pipeline(load, plan.inFlight(), Time.Real.INSTANCE);
        say("warming up for %s", DurationConverter.format(plan.warmup()));
        pipeline.measureRate(Long.MAX_VALUE, plan.warmup().toNanos());
        List<Double> rates = new ArrayList<>();
        for (int round = 1; round <= plan.rounds(); round++) {
            rates.add(pipeline.measureRate(
                    plan.eventsPerRound(), plan.roundDuration().toNanos()));
            say("round %d of %d: %,.0f events/s", round, plan.rounds(), rates.get(round - 1));
        }
        Latencies latencies = new Latencies();
        if (!plan.latencyDuration().isZero()) {
            say("%,d appends a second for %s", plan.latencyRate(), DurationConverter.format(plan.latencyDuration()));
            long intervalNanos = 1_000_000_000L / plan.latencyRate();
            pipeline.measureLatency(plan.latencyDuration().toNanos() / intervalNanos, intervalNanos, latencies);
        }
        return new Result(rates, latencies);
    }

    private void say(String format, Object... values) {
        progress.println(String.format(Locale.ROOT, format, values));
        progress.flush();
    }
}
