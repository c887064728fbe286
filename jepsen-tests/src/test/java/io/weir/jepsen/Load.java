package io.weir.jepsen;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Appends that go on, on a thread of their own, while something is done to the servers.
 *
 * <p>As many as the servers take; or in bursts, so that a cluster that is watched for long does not write for its copies, and
 * whoever checks it, all that its machine can write. {@code -Dweir.rig.rate} is how many a second, 0 for as many as they take.
 */
final class Load implements AutoCloseable {
    private static final int STEP = 16;

    /** Enough to meet in one entry, and several entries in one commit. */
    private static final int BURST = 128;

    private static final int RATE = Integer.getInteger("weir.rig.rate", 1_000);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final NumberedAppends appends;
    private final int step;
    private final long intervalNanos;
    private final Thread thread = new Thread(this::run, "load");
    private volatile boolean isEnding;
    private volatile @Nullable Throwable failure;

    private Load(NumberedAppends appends, int step, long intervalNanos) {
        this.appends = appends;
        this.step = step;
        this.intervalNanos = intervalNanos;
    }

    /** As many as the servers take. */
    static Load start(NumberedAppends appends) {
        return start(new Load(appends, STEP, 0));
    }

    /** In bursts. */
    static Load startSteady(NumberedAppends appends) {
        return RATE == 0 ? start(appends) : start(new Load(appends, BURST, TimeUnit.SECONDS.toNanos(BURST) / RATE));
    }

    private static Load start(Load load) {
        load.thread.start();
        return load;
    }

    private void run() {
        try {
            while (!isEnding) {
                long begin = System.nanoTime();
                appends.send(step);
                LockSupport.parkNanos(intervalNanos - (System.nanoTime() - begin));
            }
        } catch (InterruptedException | RuntimeException | Error e) {
            failure = e;
        }
    }

    /** Waits until so many were acknowledged since it began, and then for some time more. */
    void runFor(int acknowledged, Duration andThen) {
        Rig.await(
                acknowledged + " acknowledgements",
                () -> appends.acknowledgedCount() >= acknowledged ? Optional.of(true) : Optional.empty());
        long end = System.nanoTime() + andThen.toNanos();
        while (System.nanoTime() - end < 0) {
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** Waits until one of its appends has failed. */
    void awaitFailure() {
        Rig.await(
                "an append that fails",
                () -> appends.calls().stream()
                        .filter(call -> call.failure != null)
                        .findFirst());
    }

    /** Sends no more, and waits for the end of what is under way. Idempotent. */
    @Override
    public void close() {
        isEnding = true;
        try {
            thread.join();
            appends.awaitAll();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the load ends", e);
        }
        if (failure != null) {
            throw new AssertionError("the load ended by itself", failure);
        }
    }
}
