package io.weir.client.internal;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of one store, all daemons: {@code weir-client-io-n} run the store's own short tasks and never a user's code,
 * {@code weir-client-callback-n} complete futures and signal subscribers, {@code weir-client-timer} only hands on.
 *
 * <p>A user's callback that blocks therefore delays other callbacks at most, and only when {@value #CALLBACKS} block at once;
 * one that waits for another future of the store is even replaced by a spare thread (a fork-join pool does that).
 */
@SuppressWarnings("FutureReturnValueIgnored") // every continuation handles its own failures
final class Threads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Threads.class);
    static final int CALLBACKS = 8;
    private static final int CALLBACKS_WITH_SPARES = 64;
    private static final long STOP_MS = 2_000;

    private final ForkJoinPool io;
    private final ForkJoinPool callbacks;
    private final ScheduledThreadPoolExecutor timer;

    Threads() {
        int ioThreads = Math.max(2, Math.min(4, Runtime.getRuntime().availableProcessors()));
        io = pool("weir-client-io-", ioThreads, ioThreads);
        callbacks = pool("weir-client-callback-", CALLBACKS, CALLBACKS_WITH_SPARES);
        timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "weir-client-timer");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    private static ForkJoinPool pool(String prefix, int parallelism, int max) {
        AtomicInteger count = new AtomicInteger();
        ForkJoinPool.ForkJoinWorkerThreadFactory factory = pool -> {
            ForkJoinWorkerThread thread = ForkJoinPool.defaultForkJoinWorkerThreadFactory.newThread(pool);
            thread.setName(prefix + count.incrementAndGet());
            return thread;
        };
        return new ForkJoinPool(
                parallelism,
                factory,
                (thread, e) -> LOG.error("uncaught on {}", thread.getName(), e),
                true,
                parallelism,
                max,
                1,
                saturated -> true,
                30,
                TimeUnit.SECONDS);
    }

    /** For the store's own tasks: short, never blocking, no user's code. After {@link #close} they run on the caller. */
    Executor io() {
        return task -> executeOrRun(io, task);
    }

    /** For a user's code. After {@link #close} it runs on the caller, so that no future stays open. */
    Executor callbacks() {
        return task -> executeOrRun(callbacks, task);
    }

    /** Runs a task on {@link #io} after a delay; dropped at {@link #close}. */
    Future<?> after(long delayNanos, Runnable task) {
        try {
            return timer.schedule(() -> executeOrRun(io, task), delayNanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("closed: a timer is not set any more");
            return CompletableFuture.completedFuture(null);
        }
    }

    private static void executeOrRun(Executor executor, Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            task.run();
        }
    }

    /** Exponential from 10 ms to 500 ms, half of it random, so that clients do not come back in step. */
    static long backoffNanos(int failures) {
        long ceilingMs = Math.min(500, 10L << Math.min(Math.max(failures - 1, 0), 6));
        long nanos = TimeUnit.MILLISECONDS.toNanos(ceilingMs);
        return nanos / 2 + ThreadLocalRandom.current().nextLong(nanos / 2 + 1);
    }

    /** Stops after what is queued; waits a bounded time, and not for the thread that calls. */
    @Override
    public void close() {
        timer.shutdownNow();
        io.shutdown();
        callbacks.shutdown();
        boolean interrupted = Thread.interrupted();
        for (ForkJoinPool pool : new ForkJoinPool[] {io, callbacks}) {
            if (ForkJoinTask.getPool() == pool) {
                continue;
            }
            try {
                if (!pool.awaitTermination(STOP_MS, TimeUnit.MILLISECONDS)) {
                    LOG.warn("a callback still runs {} ms after close; it is interrupted", STOP_MS);
                    pool.shutdownNow();
                }
            } catch (InterruptedException e) {
                interrupted = true;
                pool.shutdownNow();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Runs tasks one at a time, in the order of {@link #execute}, on a shared pool; after each run of what had queued, it calls
     * a hook once. Whatever only its tasks touch needs no lock.
     */
    static final class Serial implements Executor {
        private final Executor pool;
        private final Runnable afterEach;
        private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
        private final AtomicInteger pending = new AtomicInteger();

        Serial(Executor pool, Runnable afterEach) {
            this.pool = pool;
            this.afterEach = afterEach;
        }

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
            if (pending.getAndIncrement() == 0) {
                pool.execute(this::drain);
            }
        }

        private void drain() {
            int count = pending.get();
            for (int i = 0; i < count; i++) {
                Runnable task = tasks.poll();
                if (task != null) {
                    guarded(task);
                }
            }
            guarded(afterEach);
            if (pending.addAndGet(-count) > 0) {
                pool.execute(this::drain);
            }
        }

        /** A defect in one task must not stop those after it for ever. */
        private static void guarded(Runnable task) {
            try {
                task.run();
            } catch (Throwable e) {
                LOG.error("a task of the client failed; this is a defect", e);
            }
        }
    }
}
