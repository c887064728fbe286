package io.weir.consensus;

import io.weir.consensus.partition.CopySources;
import io.weir.consensus.partition.DigestReporter;
import io.weir.consensus.partition.PartitionSetup;
import io.weir.consensus.transaction.LockedRead;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads that the partitions of a node share: daemons, named {@code weir-<node>-...}. */
final class NodeThreads implements AutoCloseable {
    private static final int READERS =
            Math.max(2, Math.min(8, Runtime.getRuntime().availableProcessors()));
    private static final int MAX_QUEUED_READS = 8_192;
    private static final long CLOSE_TIMEOUT_MS = 5_000;
    /** A task that fails fifty times a second says so less often. */
    private static final long TELL_PERIOD_MS = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(NodeThreads.class);

    private final ThreadPoolExecutor readers;
    private final ThreadPoolExecutor answers;
    private final ScheduledThreadPoolExecutor timer;
    private final ThreadPoolExecutor checkpoints;
    private final NodeConfig config;
    private final LongSupplier clockMs;
    private final DigestReporter digests;
    private final CopySources copies;

    NodeThreads(NodeConfig config, LongSupplier clockMs, DigestReporter digests, CopySources copies) {
        String nodeId = config.nodeId();
        readers = new ThreadPoolExecutor(
                READERS,
                READERS,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MAX_QUEUED_READS),
                factory("weir-" + nodeId + "-read-"));
        // One thread: answers leave in the order in which they were decided. After the end whoever has one
        // hands it out.
        answers = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                factory("weir-" + nodeId + "-answer-"),
                (task, pool) -> task.run());
        timer = new ScheduledThreadPoolExecutor(
                1, factory("weir-" + nodeId + "-timer-"), (task, pool) -> LOG.debug("closing: a timeout is dropped"));
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        timer.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
        // One thread: the stores of a node share a disk, and each has at most one checkpoint under way.
        checkpoints = new ThreadPoolExecutor(
                1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory("weir-" + nodeId + "-checkpoint-"));
        this.config = config;
        this.clockMs = clockMs;
        this.digests = digests;
        this.copies = copies;
    }

    /** @param homes the homes of transactions over several partitions */
    PartitionSetup setup(LockedRead.Home homes) {
        return new PartitionSetup(
                config.nodeId(),
                clockMs,
                readers,
                answers,
                timer,
                checkpoints,
                config.storage().policy(),
                config.members().stream().map(MemberConfig::id).toList(),
                config.storage().marks(),
                digests,
                copies,
                homes);
    }

    /** Runs deadlines; nothing on it takes long. */
    ScheduledExecutorService timer() {
        return timer;
    }

    /** Runs tasks again and again on the timer thread, one after the other; what one throws is no reason to leave out the others. */
    void every(long periodMs, List<? extends Runnable> tasks) {
        List<Unharmed> each = tasks.stream().map(Unharmed::new).toList();
        var unused = timer.scheduleWithFixedDelay(
                () -> each.forEach(Unharmed::run), periodMs, periodMs, TimeUnit.MILLISECONDS);
    }

    /** As {@link #every(long, List)}, one task. */
    void every(long periodMs, Runnable task) {
        every(periodMs, List.of(task));
    }

    /**
     * A task that goes on, whatever it throws: were it to end, no deadline would pass any more and nothing be recovered, and nobody
     * would say so. Each run looks at everything anew, so that one that broke off has left nothing behind.
     */
    private static final class Unharmed implements Runnable {
        private final Runnable task;
        private @Nullable Long toldNanos;

        Unharmed(Runnable task) {
            this.task = task;
        }

        @Override
        public void run() {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                long now = System.nanoTime();
                Long told = toldNanos;
                if (told == null || now - told > TimeUnit.MILLISECONDS.toNanos(TELL_PERIOD_MS)) {
                    toldNanos = now;
                    LOG.error("a task of the node's timer failed; it goes on", e);
                }
            }
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        end("reads", readers);
        end("answers", answers);
        end("timer", timer);
        end("checkpoints", checkpoints);
    }

    private static void end(String what, ExecutorService pool) {
        pool.shutdown();
        try {
            if (!pool.awaitTermination(CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
                LOG.warn("{} are still running after {} ms", what, CLOSE_TIMEOUT_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static ThreadFactory factory(String prefix) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, prefix + count.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
    }
}
