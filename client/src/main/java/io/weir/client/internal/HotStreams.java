package io.weir.client.internal;

import com.google.protobuf.ByteString;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The streams on which transactions of this store gave way lately. The next one queues up there before it prepares anything
 * elsewhere: it will nearly always have to wait, and one that holds nothing may, whereas one that holds something must soon give
 * way. A wrong guess costs a round. Safe for any thread.
 */
final class HotStreams {
    static final int MAX_STREAMS = 1_024;
    static final long MEMORY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LongSupplier nanoTime;
    /** When each was hot, the longest ago first. */
    private final Map<ByteString, Long> hotNanos = new LinkedHashMap<>();

    HotStreams(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    synchronized void gaveWay(Collection<ByteString> streams) {
        long now = nanoTime.getAsLong();
        for (ByteString stream : streams) {
            hotNanos.remove(stream);
            hotNanos.put(stream, now);
        }
        Iterator<ByteString> eldest = hotNanos.keySet().iterator();
        while (hotNanos.size() > MAX_STREAMS) {
            eldest.next();
            eldest.remove();
        }
    }

    synchronized boolean isHot(ByteString stream) {
        Long then = hotNanos.get(stream);
        return then != null && nanoTime.getAsLong() - then < MEMORY_NANOS;
    }
}
