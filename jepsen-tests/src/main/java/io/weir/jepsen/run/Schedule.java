package io.weir.jepsen.run;

import io.weir.jepsen.nemesis.Fault;
import io.weir.jepsen.nemesis.Nemesis;
import io.weir.jepsen.rig.Testbed;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Hurts a cluster, lets it be, and hurts it again: some seconds of quiet, one fault for some seconds, and so on. */
final class Schedule {
    private final Testbed testbed;
    private final List<Nemesis> kinds;
    private final Pace pace;
    private final Random random;
    private final Clock clock;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final List<FaultWindow> windows = new CopyOnWriteArrayList<>();

    /** Nanoseconds since the beginning of the run. */
    @FunctionalInterface
    interface Clock {
        long nanos();
    }

    /**
     * Hurts nothing yet.
     *
     * @param kinds of which chance chooses; none: nothing is ever hurt
     */
    Schedule(Testbed testbed, List<Nemesis> kinds, Pace pace, Random random, Clock clock) {
        this.testbed = testbed;
        this.kinds = List.copyOf(kinds);
        this.pace = pace;
        this.random = random;
        this.clock = clock;
    }

    /** Goes on until {@link #end}, on the calling thread; when it returns, all is healed. */
    void run() throws IOException, InterruptedException {
        if (kinds.isEmpty()) {
            ended.await();
            return;
        }
        while (!isEndedWithin(pace.quiet())) {
            Nemesis kind = kinds.get(random.nextInt(kinds.size()));
            long lastsMs = pace.shortest().toMillis()
                    + random.nextInt((int) pace.longest().minus(pace.shortest()).toMillis());
            long began = clock.nanos();
            Fault fault = kind.begin(testbed, random);
            try {
                isEndedWithin(Duration.ofMillis(lastsMs));
            } finally {
                fault.heal();
                windows.add(new FaultWindow(kind.name(), fault.description(), began, clock.nanos()));
            }
        }
    }

    private boolean isEndedWithin(Duration time) throws InterruptedException {
        return ended.await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** No further fault; one that lasts is healed now. */
    void end() {
        ended.countDown();
    }

    /** What was hurt and is healed. */
    List<FaultWindow> windows() {
        return List.copyOf(windows);
    }
}
