package io.weir.jepsen.workload;

import io.weir.client.EventStoreException;
import io.weir.client.NewEvent;
import io.weir.client.RequestId;
import io.weir.protocol.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Requests that may be sent again, by whichever client and store: those whose outcome somebody was told to be unknown, and those
 * that were given an id before they were sent for the first time. Some are the latest ones, so that copies overtake each
 * other; some are of any age, from before leaders changed and nodes were started anew. Safe for several threads.
 */
final class Requests {
    private static final int KEPT = 512;
    private static final int LATEST = 16;
    /** A session holds the answers of 4 096 requests. */
    private static final int PER_SESSION = 2_000;

    /**
     * A request as it was sent first: whoever sends it again must send the very same.
     *
     * @param event with its random id
     */
    record Sent(int stream, int value, NewEvent event, RequestId id) {}

    private final List<Sent> kept = new ArrayList<>();
    private final List<Sent> latest = new ArrayList<>();
    private final ReentrantLock opening = new ReentrantLock();
    private @Nullable Session session;
    private int used;

    /**
     * A new id for one request.
     *
     * @return null if no session can be had now
     */
    @Nullable
    RequestId next(Performer performer, int partition) {
        RequestId next = next(partition);
        // A node that does not answer holds up one client; the others do without.
        if (next == null && opening.tryLock()) {
            try {
                open(performer);
                next = next(partition);
            } finally {
                opening.unlock();
            }
        }
        return next;
    }

    private synchronized @Nullable RequestId next(int partition) {
        Session open = session;
        if (open == null || used == PER_SESSION) {
            return null;
        }
        used++;
        return new RequestId(open.getSessionHigh(), open.getSessionLow(), used, partition, 0);
    }

    private void open(Performer performer) {
        List<String> nodes = performer.replicas().nodes();
        String node = nodes.get(performer.random().nextInt(nodes.size()));
        Session opened;
        try {
            opened = performer.replicas().openSession(node);
        } catch (EventStoreException.Unavailable e) {
            return; // the node is hurt; a later request asks another one
        }
        synchronized (this) {
            session = opened;
            used = 0;
        }
    }

    /** From now on others may send it as well. */
    synchronized void add(Sent sent, Random chance) {
        if (latest.size() == LATEST) {
            latest.remove(0);
        }
        latest.add(sent);
        if (kept.size() < KEPT) {
            kept.add(sent);
        } else if (chance.nextInt(4) == 0) {
            kept.set(chance.nextInt(KEPT), sent);
        }
    }

    /** One that was sent before; null if there is none yet. */
    synchronized @Nullable Sent any(Random chance) {
        List<Sent> from = chance.nextBoolean() ? latest : kept;
        return from.isEmpty() ? null : from.get(chance.nextInt(from.size()));
    }
}
