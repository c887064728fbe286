package io.weir.consensus.ratis;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.raftlog.segmented.SegmentedRaftLog;

/**
 * Holds Ratis to the bounds of what it caches of a log.
 *
 * <p>Ratis looks at its cache once for each segment that is closed or read again, and drops either those that all have read or,
 * if there are none, one other. While a follower catches up, each look finds one that was read, and all that are written
 * meanwhile stay on the heap, until it is full. More looks drop them.
 */
final class LogCache {
    private static final MethodHandle LOOK = look();

    private LogCache() {}

    private static MethodHandle look() {
        try {
            return MethodHandles.privateLookupIn(SegmentedRaftLog.class, MethodHandles.lookup())
                    .findVirtual(SegmentedRaftLog.class, "checkAndEvictCache", MethodType.methodType(void.class));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("not the Ratis that Weir was built with", e);
        }
    }

    /** Looks once more, and does nothing if the cache is within its bounds. Any thread; waits for the log's lock. */
    static void trim(RaftLog log) {
        try {
            LOOK.invokeExact((SegmentedRaftLog) log);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
