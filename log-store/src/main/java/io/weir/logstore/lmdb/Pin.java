package io.weir.logstore.lmdb;

import io.weir.logstore.support.FaultPoint;
import org.agrona.concurrent.UnsafeBuffer;
import org.lmdbjava.Txn;

/**
 * A read transaction that nobody reads with: while it is open, LMDB reuses no page of its snapshot. That is all that keeps a
 * checkpoint's pages as they are on disk, since commits are not synced.
 *
 * <p>It holds a number in LMDB's table of readers and no address, so the map may move under it.
 */
final class Pin {
    private final Txn<UnsafeBuffer> txn;
    private final long transaction;
    private boolean closed;

    private Pin(Txn<UnsafeBuffer> txn) {
        this.txn = txn;
        this.transaction = txn.getId();
    }

    /** Pins the last commit. */
    static Pin begin(Environment environment) {
        Pin pin = new Pin(environment.beginRead());
        if (FaultPoint.isMutant("no-pin-at-open")) {
            pin.close();
        }
        return pin;
    }

    /** The transaction whose pages stay. */
    long transaction() {
        return transaction;
    }

    /** Lets the pages go. Idempotent; before the environment closes. */
    void close() {
        if (!closed) {
            closed = true;
            txn.close();
        }
    }
}
