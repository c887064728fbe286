package io.weir.client.internal;

import io.weir.client.RequestId;
import io.weir.client.spi.NodeChannel;
import io.weir.protocol.Limits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one store: one at a time gives out request ids, shared by all partitions; earlier ones live on until their
 * requests are done. Safe for any thread; never calls out while it holds its lock.
 *
 * <p>A partition keeps at most {@link Limits#MAX_ANSWERS_PER_SESSION} answers above the low-water mark of a session. One
 * request that stays open, because its partition has no leader or its outcome is unknown, holds the mark back for all
 * partitions, so a session is replaced by a new one before its window reaches that limit: otherwise one dead partition
 * would stop the others.
 */
@SuppressWarnings("FutureReturnValueIgnored") // every continuation handles its own failures
final class Sessions {
    /** Requests with unknown outcomes that are kept open for a resend; older ones are given up. */
    static final int MAX_UNKNOWN = 64;

    /** From the low-water mark to the newest sequence of a session, at most. */
    static final int MAX_WINDOW = Limits.MAX_ANSWERS_PER_SESSION - 256;

    private static final int LIFE_BITS = 16; // of the upper half of a session's id; the bits above are its issue stamp
    private static final long MS_PER_MINUTE = 60_000;
    private static final long OPEN_MS = 2_000;
    private static final long FOREIGN = 0;

    /** One session. Its fields are guarded by the {@link Sessions} that made it; the id never changes. */
    static final class Session {
        final long high;
        final long low;
        /** In the order of opening, from 1; {@link #FOREIGN} for a session of another store. */
        private final long number;
        /** When to replace it, by {@link System#nanoTime}. */
        private final long oldAtNanos;

        private long next = 1;
        private volatile long lowWaterMark;
        private final Set<Long> doneAboveMark = new HashSet<>();

        private Session(long high, long low, long number) {
            this.high = high;
            this.low = low;
            this.number = number;
            long halfLifeMs = (high & ((1 << LIFE_BITS) - 1)) * MS_PER_MINUTE / 2;
            this.oldAtNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(halfLifeMs);
        }

        /** When it was issued, in log time. */
        long issuedMs() {
            return high >>> LIFE_BITS;
        }

        /** All requests up to here are done towards the caller. */
        long lowWaterMark() {
            return lowWaterMark;
        }
    }

    /** A place in a session. */
    record Ticket(Session session, long sequence) {
        private Key key() {
            return new Key(session.high, session.low, sequence);
        }
    }

    private record Key(long high, long low, long sequence) {}

    private final Cluster cluster;
    private final Threads threads;
    private final int lifeMinutes;
    private @Nullable Session current;
    private long sessionsOpened;
    private boolean opening;
    private boolean closed;
    private @Nullable NodeChannel opener;
    private volatile String lastError = "none";
    private final Set<Runnable> waiting = new LinkedHashSet<>();
    private final Map<Key, Ticket> unknown = new HashMap<>();
    /** Log time as far as it is known, less {@link System#nanoTime}, in milliseconds. */
    private long logTimeAheadMs = Long.MIN_VALUE;

    Sessions(Cluster cluster, Threads threads, int lifeMinutes) {
        this.cluster = cluster;
        this.threads = threads;
        this.lifeMinutes = lifeMinutes;
    }

    /** The next request id, or null while no session is open: then one is being opened, and {@code whenOpen} runs after it. */
    @Nullable
    Ticket take(Runnable whenOpen) {
        synchronized (this) {
            Session session = current;
            if (session != null && isFit(session)) {
                return new Ticket(session, session.next++);
            }
            current = null;
            waiting.add(whenOpen);
            if (opening || closed) {
                return null;
            }
            opening = true;
        }
        open(1);
        return null;
    }

    /**
     * A partition that has not heard of a session for the whole of its life refuses it, and does not know whether an unknown
     * transaction of it was decided: so it is replaced before it is that old.
     */
    private static boolean isFit(Session session) {
        return session.next - session.lowWaterMark <= MAX_WINDOW && System.nanoTime() - session.oldAtNanos < 0;
    }

    private void open(int attempt) {
        NodeChannel channel;
        synchronized (this) {
            if (closed) {
                return;
            }
            channel = cluster.after(opener);
            opener = channel;
        }
        channel.openSession(lifeMinutes, OPEN_MS)
                .whenCompleteAsync(
                        (session, failure) -> {
                            if (failure == null) {
                                opened(session.getSessionHigh(), session.getSessionLow());
                            } else {
                                lastError = channel.endpoint() + " said " + failure.getMessage();
                                threads.after(Threads.backoffNanos(attempt), () -> open(attempt + 1));
                            }
                        },
                        threads.io());
    }

    private void opened(long high, long low) {
        List<Runnable> woken;
        synchronized (this) {
            Session session = new Session(high, low, ++sessionsOpened);
            current = session;
            logTimeReached(session.issuedMs());
            opening = false;
            woken = new ArrayList<>(waiting);
            waiting.clear();
        }
        woken.forEach(Runnable::run);
    }

    /** Some partition's log time is so far, in milliseconds since the epoch. */
    synchronized void logTimeReached(long ms) {
        logTimeAheadMs = Math.max(logTimeAheadMs, ms - nowMs());
    }

    /** About the largest log time of the partitions; call it only after a session was opened, or a log time was heard of. */
    synchronized long logTimeMs() {
        return logTimeAheadMs + nowMs();
    }

    private static long nowMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    /** Why no session could be opened when it was last tried. */
    String lastError() {
        return lastError;
    }

    /** This session gives out no more ids: the cluster has forgotten it, or log time is not what its stamp makes it seem. */
    synchronized void expired(Session session) {
        if (current == session) {
            current = null;
        }
    }

    /** The caller has its answer, or a failure that needs none: the answer may be forgotten. */
    synchronized void done(Ticket ticket) {
        Session session = ticket.session;
        if (session.number == FOREIGN || ticket.sequence <= session.lowWaterMark) {
            return;
        }
        session.doneAboveMark.add(ticket.sequence);
        long mark = session.lowWaterMark;
        while (session.doneAboveMark.remove(mark + 1)) {
            mark++;
        }
        session.lowWaterMark = mark;
    }

    /** The caller was told that the outcome is unknown: the answer is kept for a resend, as long as there are not too many. */
    synchronized void unknown(Ticket ticket) {
        if (ticket.session.number == FOREIGN) {
            return;
        }
        unknown.put(ticket.key(), ticket);
        if (unknown.size() > MAX_UNKNOWN) {
            Ticket eldest = Collections.min(
                    unknown.values(),
                    Comparator.<Ticket>comparingLong(other -> other.session.number)
                            .thenComparingLong(Ticket::sequence));
            unknown.remove(eldest.key());
            done(eldest);
        }
    }

    /** The place of a request that is sent again; of another store's request, one that moves no mark. */
    synchronized Ticket again(RequestId id) {
        Ticket known = unknown.remove(new Key(id.sessionHigh(), id.sessionLow(), id.sequence()));
        return known != null ? known : foreign(id);
    }

    /** The place of a request, for a question about it; moves no mark, so that its answer stays what it is. */
    static Ticket foreign(RequestId id) {
        return new Ticket(new Session(id.sessionHigh(), id.sessionLow(), FOREIGN), id.sequence());
    }

    /** Opens nothing any more. */
    synchronized void close() {
        closed = true;
        waiting.clear();
    }
}
