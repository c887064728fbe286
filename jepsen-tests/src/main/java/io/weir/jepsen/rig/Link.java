package io.weir.jepsen.rig;

import io.weir.jepsen.rig.Condition.Passage;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The way from one process to another, in this direction only: all bytes that the one sends to the other go over it, whoever of
 * the two has opened the connection. Thread-safe.
 */
public final class Link {
    private final Set<Connection> connections = new HashSet<>();
    private final Random random;
    private Condition condition = Condition.CLEAR;

    /** A clear link. */
    Link(long seed) {
        random = new Random(seed);
    }

    /** The present condition. */
    public synchronized Condition condition() {
        return condition;
    }

    /** Changes it, for what is on its way too. */
    public void become(Condition next) {
        Set<Connection> refused;
        synchronized (this) {
            condition = next;
            notifyAll();
            refused = next.passage() == Passage.REFUSED ? Set.copyOf(connections) : Set.of();
        }
        refused.forEach(Connection::reset); // each leaves two links: not under the lock of one
    }

    /** False if it is refused. */
    synchronized boolean take(Connection connection) {
        return condition.passage() != Passage.REFUSED && connections.add(connection);
    }

    synchronized void leave(Connection connection) {
        connections.remove(connection);
    }

    /** When bytes that were sent now may arrive, by {@link System#nanoTime}. */
    synchronized long dueNanos(int bytes) {
        long nanos = condition.delay().toNanos();
        long jitter = condition.jitter().toNanos();
        if (jitter > 0) {
            nanos += random.nextLong(jitter + 1);
        }
        if (random.nextInt(100) < condition.stallPercent()) {
            nanos += condition.stall().toNanos();
        }
        return System.nanoTime() + nanos;
    }

    /** How long bytes occupy the link. */
    synchronized long transferNanos(int bytes) {
        long rate = condition.bytesPerSecond();
        return rate == Condition.UNLIMITED ? 0 : bytes * TimeUnit.SECONDS.toNanos(1) / rate;
    }

    /** Waits while nothing arrives, unless the connection has ended. */
    synchronized void awaitPassage(Connection connection) throws InterruptedException {
        while (condition.passage() == Passage.BLOCKED && connection.isOpen()) {
            wait();
        }
    }

    /** Wakes who waits for a connection that has ended. */
    synchronized void ended() {
        notifyAll();
    }
}
