package io.weir.peers;

import io.weir.benchmarks.Appends;

/** A client that appends to a peer. For one thread. */
interface Appender extends Appends, AutoCloseable {
    /** How many events one append carries. */
    default int eventsPerAppend() {
        return 1;
    }

    /** Whether an append is done when the call returns: then there is never more than one, and each is timed. */
    default boolean isSynchronous() {
        return false;
    }

    @Override
    default void close() {}
}
