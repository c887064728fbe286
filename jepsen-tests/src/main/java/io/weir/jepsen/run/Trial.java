package io.weir.jepsen.run;

import io.weir.client.ClientConfig;
import io.weir.client.EventStore;
import io.weir.client.Weir;
import io.weir.jepsen.history.History;
import io.weir.jepsen.history.HistoryRecorder;
import io.weir.jepsen.rig.Testbed;
import io.weir.jepsen.workload.Activity;
import io.weir.jepsen.workload.Performer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** One run: clients work while a cluster is hurt; then it is healed, must serve again, and everything is read. */
public final class Trial {
    private static final int STORES = 4;
    private static final Duration RECOVERY = Duration.ofSeconds(60);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Testbed testbed;
    private final Activity activity;
    private final TrialPlan plan;
    private final long startNanos = System.nanoTime();
    private final HistoryRecorder recorder = new HistoryRecorder(this::nanos);
    private final Random seeds;
    private final Schedule schedule;
    private volatile boolean isOver;

    /** A run on a cluster that serves. */
    public Trial(Testbed testbed, Activity activity, TrialPlan plan) {
        this.testbed = testbed;
        this.activity = activity;
        this.plan = plan;
        this.seeds = new Random(plan.seed());
        this.schedule = new Schedule(testbed, plan.nemeses(), plan.pace(), new Random(seeds.nextLong()), this::nanos);
    }

    private long nanos() {
        return System.nanoTime() - startNanos;
    }

    /** What clients have noted up to now, also of a run that has failed. */
    public History history() {
        return recorder.history();
    }

    /** What was hurt up to now, also of a run that has failed. */
    public List<FaultWindow> faults() {
        return schedule.windows();
    }

    /**
     * Does it all; once.
     *
     * @throws ExecutionException if the store did what it never may, or a fault could not be made or healed
     */
    public TrialResult run() throws InterruptedException, ExecutionException {
        List<EventStore> stores = new ArrayList<>();
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            for (int i = 0; i < STORES; i++) {
                stores.add(Weir.connect(testbed.cluster().uri(), ClientConfig.DEFAULT.withTimeout(plan.timeout())));
            }
            List<Future<?>> working = new ArrayList<>();
            for (int client = 0; client < plan.clients(); client++) {
                Performer performer = performer(client, stores.get(client % STORES), plan.timeout());
                working.add(threads.submit(() -> work(performer)));
            }
            Future<?> hurting = threads.submit(() -> {
                schedule.run();
                return null;
            });
            awaitEnd(working, hurting);
            isOver = true;
            schedule.end();
            hurting.get();
            for (Future<?> client : working) {
                client.get();
            }
            long healed = nanos();
            testbed.cluster().awaitReady(RECOVERY);
            long recoveryMs = TimeUnit.NANOSECONDS.toMillis(nanos() - healed);
            activity.readAll(performer(plan.clients(), stores.get(0), PATIENCE));
            return new TrialResult(recorder.history(), schedule.windows(), recoveryMs);
        } finally {
            isOver = true;
            schedule.end();
            stores.forEach(EventStore::close);
            threads.shutdownNow();
        }
    }

    private Performer performer(int number, EventStore store, Duration timeout) {
        WireReplicas replicas = new WireReplicas(testbed.nodes(), testbed::line);
        return new Performer(number, store, replicas, recorder.newClient(), new Random(seeds.nextLong()), timeout);
    }

    private void work(Performer performer) {
        while (!isOver) {
            activity.perform(performer);
        }
    }

    /** When the time is up, or somebody has met a defect: the others need not go on then. */
    private void awaitEnd(List<Future<?>> working, Future<?> hurting) throws InterruptedException {
        long untilNanos = plan.time().toNanos();
        while (nanos() < untilNanos && !hurting.isDone() && working.stream().noneMatch(Future::isDone)) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
