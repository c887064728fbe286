package io.weir.consensus.ratis;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.raftlog.segmented.SegmentedRaftLog;
import org.apache.ratis.util.DataBlockingQueue;

/**
 * Has the thread that writes a log end as soon as the log is closed.
 *
 * <p>Ratis' thread looks whether it shall end when it has written something, and once a second. Whoever closes a log waits for
 * it: stopping a group, or a node, would take up to a second in which nothing happens. So it is given something to do, which is
 * nothing, until it has ended. It is not interrupted: that would close the file that it may be writing.
 */
final class LogEnd {
    /** Longer than Ratis waits for it. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final MethodHandle WRITER;
    private static final MethodHandle QUEUE;
    private static final MethodHandle THREAD;
    private static final MethodHandle NO_SEGMENTS;
    private static final MethodHandle PURGE;

    private LogEnd() {}

    static {
        try {
            String inPackage = SegmentedRaftLog.class.getPackageName() + ".";
            MethodHandles.Lookup log = privateLookup(SegmentedRaftLog.class);
            Class<?> writer = log.findClass(inPackage + "SegmentedRaftLogWorker");
            Class<?> segments = log.findClass(inPackage + "SegmentedRaftLogCache$TruncationSegments");
            Class<?> segment = log.findClass(inPackage + "SegmentedRaftLogCache$SegmentFileInfo");
            Class<?> purge = log.findClass(inPackage + "SegmentedRaftLogWorker$PurgeLog");
            WRITER = log.findGetter(SegmentedRaftLog.class, "fileLogWorker", writer)
                    .asType(MethodType.methodType(Object.class, SegmentedRaftLog.class));
            QUEUE = privateLookup(writer)
                    .findGetter(writer, "queue", DataBlockingQueue.class)
                    .asType(MethodType.methodType(DataBlockingQueue.class, Object.class));
            THREAD = privateLookup(writer)
                    .findGetter(writer, "workerThreadExecutor", ExecutorService.class)
                    .asType(MethodType.methodType(ExecutorService.class, Object.class));
            NO_SEGMENTS = privateLookup(segments)
                    .findConstructor(segments, MethodType.methodType(void.class, String.class, segment, List.class))
                    .asType(MethodType.methodType(Object.class, String.class, Object.class, List.class));
            PURGE = privateLookup(purge)
                    .findConstructor(purge, MethodType.methodType(void.class, writer, segments))
                    .asType(MethodType.methodType(Object.class, Object.class, Object.class));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("not the Ratis that Weir was built with", e);
        }
    }

    private static MethodHandles.Lookup privateLookup(Class<?> hidden) throws IllegalAccessException {
        return MethodHandles.privateLookupIn(hidden, MethodHandles.lookup());
    }

    /** The log is about to be closed: its thread is kept awake until it has ended, on another thread. */
    static void hasten(RaftLog log, String name) {
        Thread thread = new Thread(() -> keepAwake((SegmentedRaftLog) log), "weir-" + name + "-log-end");
        thread.setDaemon(true);
        thread.start();
    }

    private static void keepAwake(SegmentedRaftLog log) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        try {
            Object writer = WRITER.invokeExact(log);
            DataBlockingQueue<Object> queue = queue(writer);
            ExecutorService thread = (ExecutorService) THREAD.invokeExact(writer);
            while (!thread.isTerminated() && System.nanoTime() - deadline < 0) {
                if (queue.getNumElements() == 0) {
                    queue.offer(nothing(writer));
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @SuppressWarnings("unchecked") // of tasks, whose class is hidden
    private static DataBlockingQueue<Object> queue(Object writer) throws Throwable {
        return (DataBlockingQueue<Object>) (DataBlockingQueue<?>) QUEUE.invokeExact(writer);
    }

    /** A purge of no segments. */
    private static Object nothing(Object writer) throws Throwable {
        Object none = NO_SEGMENTS.invokeExact("closing", (Object) null, List.of());
        return PURGE.invokeExact(writer, none);
    }
}
