package io.weir.jepsen.simulator;

import io.weir.logstore.SessionId;
import io.weir.protocol.RequestId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** A session on the client's side: its requests that are open, and what it believes of log time. */
final class ClientSession {
    private final World world;
    private final SessionId id;
    private final long openedNanos;
    private final TreeSet<Long> open = new TreeSet<>();
    private final Map<Integer, List<WriteOperation>> pipelines = new HashMap<>();
    private long issuedMs;
    private long lastSequence;

    ClientSession(World world, SessionId id, long issuedMs) {
        this.world = world;
        this.id = id;
        this.issuedMs = issuedMs;
        this.openedNanos = world.time().nowNanos();
    }

    /** The next request's id; it is open until {@link #close}. */
    RequestId next() {
        lastSequence++;
        open.add(lastSequence);
        return RequestId.newBuilder()
                .setSessionHigh(id.high())
                .setSessionLow(id.low())
                .setSequence(lastSequence)
                .build();
    }

    SessionId id() {
        return id;
    }

    /** The client has the answer, or has given it up. */
    void close(RequestId request) {
        open.remove(request.getSequence());
    }

    long lowWaterMark() {
        return open.isEmpty() ? lastSequence : open.first() - 1;
    }

    /** Until when partitions may agree to a transaction that is sent now. */
    long expiryMs(long timeoutMs) {
        return issuedMs
                + world.time().nowMs()
                - openedNanos / Timeline.NANOS_PER_MS
                + timeoutMs
                + world.weather().marginMs();
    }

    /** A partition's log time is further than this client has thought. */
    void learn(long logTimeMs) {
        long estimateMs = expiryMs(0) - world.weather().marginMs();
        issuedMs += Math.max(0, logTimeMs - estimateMs);
    }

    /** The commands on a stream that are open, in the order of the calls. */
    List<WriteOperation> pipeline(int stream) {
        return pipelines.computeIfAbsent(stream, s -> new ArrayList<>());
    }
}
