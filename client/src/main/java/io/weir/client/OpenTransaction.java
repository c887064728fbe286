package io.weir.client;

import java.util.List;

/**
 * What the body of {@link EventStore#transact} sees of the store and does to it. Reads are linearizable, and see what the body has
 * appended itself. Every stream that is read stays as it was found first, for the rest of the attempt; when the body ends,
 * all that it has appended is committed on condition that each of them still is so.
 *
 * <p>Valid while the body runs, on its thread. Whatever an {@link EventStore} throws, these methods throw as well; let it pass.
 */
public interface OpenTransaction {
    /** All events of a stream; none if it does not exist. As {@link #read(String, long)} from 0. */
    default List<RecordedEvent> read(String stream) {
        return read(stream, 0);
    }

    /**
     * The events of a stream from a revision on, inclusive, all of them at once. Those that the body has appended come last; they
     * have the revisions that they will get, the position -1, and are recorded at the epoch.
     */
    List<RecordedEvent> read(String stream, long fromRevision);

    /** Whether a stream exists, and the revision of its last event. A read as well, without the events. */
    StreamState state(String stream);

    /** Appends events when the body has ended. If the stream was not read, it may be in any state then. */
    default void append(String stream, NewEvent... events) {
        append(stream, List.of(events));
    }

    /** As {@link #append(String, NewEvent...)}. */
    void append(String stream, List<NewEvent> events);

    /**
     * A condition on a stream as it is before what the body appends. If it does not hold when all is committed (or, if nothing is
     * appended, at a moment after the body), and all that was read is as it was, {@link EventStore#transact} throws {@link
     * EventStoreException.ConditionFailed}: it is not tried again.
     */
    void require(String stream, Expected expected);
}
