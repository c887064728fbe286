package io.weir.logstore.support;

import io.weir.logstore.StoreException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The gate that every view and the writer pass, so that nobody is inside when a store closes or moves its map. Without it
 * LMDB kills the JVM: it neither counts its users nor checks that the map is still there.
 *
 * <p>Any thread. Waits are not interruptible, because a caller that went on too early would touch unmapped memory; the
 * interrupt flag is kept.
 */
public final class DrainGate {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final String what;
    private final int maxViews;
    private int views;
    private @Nullable Thread writer;
    private boolean paused;
    private volatile boolean alone;
    private volatile boolean needed;
    private volatile boolean closing;
    private boolean closed;

    /**
     * @param what names the store in messages
     * @param maxViews how many views may be inside at a time
     */
    public DrainGate(String what, int maxViews) {
        this.what = what;
        this.maxViews = maxViews;
    }

    /**
     * Lets a view in; waits while views are paused, or while as many are inside as may be.
     *
     * @throws StoreException.Closed if the store is closed or closing
     */
    public void enterView() {
        lock.lock();
        try {
            while ((paused || alone || views == maxViews) && !closing) {
                changed.awaitUninterruptibly();
            }
            if (closing) {
                throw new StoreException.Closed(what + " is closed");
            }
            views++;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Whether somebody waits until all views are out, and cannot do without: one that takes long should end. Any thread; waits for
     * nothing.
     */
    public boolean isWanted() {
        return alone || needed || closing;
    }

    /** Lets a view out. */
    public void exitView() {
        lock.lock();
        try {
            views--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets the calling thread in as the only writer; waits while somebody is {@link #alone}.
     *
     * @throws IllegalStateException if there is one, or the store is closed or closing
     */
    public void enterWriter() {
        lock.lock();
        try {
            while (alone && !closing) {
                changed.awaitUninterruptibly();
            }
            if (closing) {
                throw new IllegalStateException(what + " is closed");
            }
            if (writer != null) {
                throw new IllegalStateException(what + " has an open batch, on thread " + writer.getName());
            }
            writer = Thread.currentThread();
        } finally {
            lock.unlock();
        }
    }

    /** Lets the writer out. */
    public void exitWriter() {
        lock.lock();
        try {
            writer = null;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Keeps new views waiting, waits for the open ones, and runs {@code action} with nobody inside but the calling writer.
     *
     * @param boundMs how long to wait for open views, in milliseconds
     * @param isNeeded whether views that take long are to end for this, see {@link #isWanted}
     * @return whether {@code action} ran; false if views were still open after {@code boundMs}
     */
    public boolean withoutViews(long boundMs, boolean isNeeded, Runnable action) {
        lock.lock();
        try {
            paused = true;
            needed = isNeeded;
            if (!awaitNoViews(boundMs)) {
                return false;
            }
            action.run();
            return true;
        } finally {
            paused = false;
            needed = false;
            changed.signalAll();
            lock.unlock();
        }
    }

    private boolean awaitNoViews(long boundMs) {
        boolean interrupted = false;
        long leftNs = TimeUnit.MILLISECONDS.toNanos(boundMs);
        try {
            while (views > 0 && leftNs > 0) {
                try {
                    leftNs = changed.awaitNanos(leftNs);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            return views == 0;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Keeps views and writers waiting, waits for those that are inside, and runs {@code action} with nobody inside.
     *
     * @throws StoreException.Closed if the store is closed or closing
     * @throws IllegalStateException if the calling thread has the open batch, for which it would wait for ever
     */
    public void alone(Runnable action) {
        lock.lock();
        try {
            if (writer == Thread.currentThread()) {
                throw new IllegalStateException(what + ": this thread has an open batch");
            }
            alone = true;
            while ((views > 0 || writer != null) && !closing) {
                changed.awaitUninterruptibly();
            }
            if (closing) {
                throw new StoreException.Closed(what + " is closed");
            }
            action.run();
        } finally {
            alone = false;
            changed.signalAll();
            lock.unlock();
        }
    }

    /**
     * Refuses new entries, waits for all that are inside, and runs {@code action} once. Later callers wait until the first
     * is done.
     *
     * @throws IllegalStateException if the calling thread has the open batch, for which it would wait for ever
     */
    public void close(Runnable action) {
        lock.lock();
        try {
            if (writer == Thread.currentThread()) {
                throw new IllegalStateException(what + " cannot close: this thread has an open batch");
            }
            closing = true;
            changed.signalAll();
            while (views > 0 || writer != null) {
                changed.awaitUninterruptibly();
            }
            if (!closed) {
                closed = true;
                action.run();
            }
        } finally {
            lock.unlock();
        }
    }
}
