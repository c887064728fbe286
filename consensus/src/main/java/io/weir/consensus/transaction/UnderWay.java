package io.weir.consensus.transaction;

import io.weir.client.spi.NodeFailure;
import io.weir.protocol.Error;
import org.jspecify.annotations.Nullable;

/**
 * The transactions that a driver has under way, within its limits. Each is counted until no step of it is any more: a partition
 * without a leader keeps Prepares, with all their events, for as long as their clients want to wait. Any thread.
 */
final class UnderWay {
    private final DriverLimits limits;
    private int transactions;
    private long bytes;

    UnderWay(DriverLimits limits) {
        this.limits = limits;
    }

    /** One transaction that was admitted. It is left when every step, and the whole of it, has ended. Any thread. */
    final class Place {
        private final long size;
        private int holds = 1;

        private Place(long size) {
            this.size = size;
        }

        /** One more step. */
        void enter() {
            synchronized (UnderWay.this) {
                holds++;
            }
        }

        /** A step, or the whole, has ended. */
        void leave() {
            synchronized (UnderWay.this) {
                if (--holds == 0) {
                    transactions--;
                    bytes -= size;
                }
            }
        }
    }

    /** Why a transaction of so many bytes cannot be admitted now, or null. Nothing of it was done. */
    private @Nullable NodeFailure check(long size) {
        if (transactions >= limits.transactions()) {
            return throttled(
                    transactions + " transactions over several partitions are under way", limits.transactions());
        }
        // One that is larger than the limit is admitted when it is alone: otherwise it never would be.
        return bytes > 0 && bytes + size > limits.bytes()
                ? throttled(
                        "transactions over several partitions of " + bytes + " bytes are under way, and this one has "
                                + size,
                        limits.bytes())
                : null;
    }

    private static NodeFailure throttled(String what, long limit) {
        return new NodeFailure(Error.Code.THROTTLED, what + "; the limit is " + limit, false);
    }

    /**
     * Admits a transaction.
     *
     * @throws NodeFailure THROTTLED, if there are too many
     */
    synchronized Place admit(long size) {
        NodeFailure failure = check(size);
        if (failure != null) {
            throw failure;
        }
        transactions++;
        bytes += size;
        return new Place(size);
    }

    /** How many there are. */
    synchronized int count() {
        return transactions;
    }
}
