package io.weir.logstore;

import org.agrona.DirectBuffer;

/** Receives events during a read. */
@FunctionalInterface
public interface EventVisitor {
    /**
     * One event. The header and the buffer point into the store and are valid inside this call only.
     *
     * @return whether to go on with the next event
     */
    boolean onEvent(EventHeader header, DirectBuffer buffer, int offset, int length);
}
