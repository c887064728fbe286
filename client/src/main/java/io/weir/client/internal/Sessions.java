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

    private static final long OPEN_MS = 2_000;
    private static final long FOREIGN = 0;

    /** One session. Its fields are guarded by the {@link Sessions} that made it; the id never changes. */
    static final class Session {
        final long high;
        final long low;
        /** In the order of opening, from 1; {@link #FOREIGN} for a session of another store. */
        private final long number;

        private long next = 1;
        private volatile long lowWaterMark;
        private final Set<Long> doneAboveMark = new HashSet<>();

        private Session(long high, long low, long number) {
            this.high = high;
            this.low = low;
            this.number = number;
        }

        /** All requests up to here are done towards the caller. */
        long lowWaterMark() {
            return lowWaterMark;
        }
    }

    /** A place in a session. */
    record Ticket(Session session, long sequence) {
        RequestId requestId() {
            return new RequestId(session.high, session.low, sequence);
        }
    }

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
    private final Map<RequestId, Ticket> unknown = new HashMap<>();

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
            if (session != null && session.next - session.lowWaterMark <= MAX_WINDOW) {
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
            current = new Session(high, low, ++sessionsOpened);
            opening = false;
            woken = new ArrayList<>(waiting);
            waiting.clear();
        }
        woken.forEach(Runnable::run);
    }

    /** Why no session could be opened when it was last tried. */
    String lastError() {
        return lastError;
    }

    /** This session gives out no more ids: the cluster has forgotten it. */
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
        unknown.put(ticket.requestId(), ticket);
        if (unknown.size() > MAX_UNKNOWN) {
            Ticket eldest = Collections.min(
                    unknown.values(),
                    Comparator.<Ticket>comparingLong(other -> other.session.number)
                            .thenComparingLong(Ticket::sequence));
            unknown.remove(eldest.requestId());
            done(eldest);
        }
    }

    /** The place of a request that is sent again; of another store's request, one that moves no mark. */
    synchronized Ticket again(RequestId id) {
        Ticket known = unknown.remove(id);
        return known != null
                ? known
                : new Ticket(new Session(id.sessionHigh(), id.sessionLow(), FOREIGN), id.sequence());
    }

    /** Opens nothing any more. */
    synchronized void close() {
        closed = true;
        waiting.clear();
    }
}
