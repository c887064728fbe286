package io.weir.logstore;

/** What the log knows of an event beside its bytes. A flyweight: valid inside the callback that received it. */
public interface EventHeader {
    /** The stream's slot and name: an immutable object that may be kept. */
    StreamKey stream();

    long revision();

    long position();

    /** Log time of the append, in milliseconds since the epoch. */
    long stampMs();
}
