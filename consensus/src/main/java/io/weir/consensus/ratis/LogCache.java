package io.weir.consensus.ratis;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.raftlog.segmented.SegmentedRaftLog;
import org.apache.ratis.util.AwaitToRun;

/**
 * Holds Ratis to the bounds of what it caches of a log.
 *
 * <p>Ratis looks at its cache once for each segment that is closed or read again, and drops either those that all have read or,
 * if there are none, one other. While a follower catches up, each look finds one that was read, and all that are written
 * meanwhile stay on the heap, until it is full. More looks drop them. And the thread on which Ratis looks waits for the log's
 * lock, while whoever closes the log waits for that thread with the lock held, for ever. So it is ended when the log is opened,
 * and {@link #trim} takes its place.
 */
final class LogCache {
    private static final int LOOKS = 8;

    private static final MethodHandle CACHE;
    private static final MethodHandle IS_TOO_LARGE;
    private static final MethodHandle LOOK;
    private static final MethodHandle LOOKER;

    private LogCache() {}

    static {
        try {
            MethodHandles.Lookup hidden = MethodHandles.privateLookupIn(SegmentedRaftLog.class, MethodHandles.lookup());
            Class<?> cache = hidden.findClass(SegmentedRaftLog.class.getPackageName() + ".SegmentedRaftLogCache");
            CACHE = hidden.findVirtual(SegmentedRaftLog.class, "getRaftLogCache", MethodType.methodType(cache))
                    .asType(MethodType.methodType(Object.class, SegmentedRaftLog.class));
            IS_TOO_LARGE = hidden.findVirtual(cache, "shouldEvict", MethodType.methodType(boolean.class))
                    .asType(MethodType.methodType(boolean.class, Object.class));
            LOOK = hidden.findVirtual(SegmentedRaftLog.class, "checkAndEvictCache", MethodType.methodType(void.class));
            LOOKER = hidden.findGetter(SegmentedRaftLog.class, "cacheEviction", AwaitToRun.class);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("not the Ratis that Weir was built with", e);
        }
    }

    /** Ends the thread on which Ratis looks at the cache of a log that was just opened. */
    static void takeOver(RaftLog log) {
        try {
            ((AwaitToRun) LOOKER.invokeExact((SegmentedRaftLog) log)).close();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Drops what is above the bounds: of one call all that everybody has read, and several other segments. Any thread; waits for
     * the log's lock, if there is something to drop.
     */
    static void trim(RaftLog log) {
        try {
            Object cache = CACHE.invokeExact((SegmentedRaftLog) log);
            for (int i = 0; i < LOOKS && (boolean) IS_TOO_LARGE.invokeExact(cache); i++) {
                LOOK.invokeExact((SegmentedRaftLog) log);
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
