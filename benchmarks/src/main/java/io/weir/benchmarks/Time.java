package io.weir.benchmarks;

import java.util.concurrent.locks.LockSupport;

/** The passing of time, so that the arithmetic of a measurement can be tested without measuring. */
public interface Time {
    /** As {@link System#nanoTime()}. */
    long nanoTime();

    /** Returns when {@link #nanoTime()} is at least {@code nanos}. */
    void awaitTime(long nanos) throws InterruptedException;

    /** Time as it is. */
    enum Real implements Time {
        /** The only one. */
        INSTANCE;

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void awaitTime(long nanos) throws InterruptedException {
            long left = nanos - System.nanoTime();
            while (left > 0) {
                LockSupport.parkNanos(left);
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                left = nanos - System.nanoTime();
            }
        }
    }
}
