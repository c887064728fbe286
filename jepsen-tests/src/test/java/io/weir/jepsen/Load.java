package io.weir.jepsen;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Appends that go on, on a thread of their own, while something is done to the servers. */
final class Load implements AutoCloseable {
    private static final int STEP = 16;
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final NumberedAppends appends;
    private final Thread thread = new Thread(this::run, "load");
    private volatile boolean isEnding;
    private volatile @Nullable Throwable failure;

    private Load(NumberedAppends appends) {
        this.appends = appends;
    }

    static Load start(NumberedAppends appends) {
        Load load = new Load(appends);
        load.thread.start();
        return load;
    }

    private void run() {
        try {
            while (!isEnding) {
                appends.send(STEP);
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
