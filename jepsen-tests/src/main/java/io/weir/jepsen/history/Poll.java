package io.weir.jepsen.history;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes what a subscription has delivered since the poll before: {@code :f :poll}. A subscriber that lost its connection
 * subscribes again behind the last event that it was given, and stays the same subscriber. It polls once at a time.
 *
 * @param subscriber its number; a subscriber follows one source
 * @param source what it follows
 * @param from the first revision of a stream, or position of a partition, that may come
 * @param isFinal whether it was over only when nothing more could come: it must have been given all that is there
 * @param events what came, in the order in which it came; null as it is invoked
 */
public record Poll(
        int subscriber,
        Source source,
        long from,
        boolean isFinal,
        @Nullable List<Event> events) implements Operation {
    /**
     * What a subscription follows.
     *
     * @param isPartition whether it is a partition, by positions; else a stream, by revisions
     * @param number of the stream or partition
     */
    public record Source(boolean isPartition, int number) {
        /** A stream. */
        public static Source stream(int number) {
            return new Source(false, number);
        }

        /** A partition. */
        public static Source partition(int number) {
            return new Source(true, number);
        }

        /** For a reader's eyes. */
        @Override
        public String toString() {
            return (isPartition ? "partition " : "stream ") + number;
        }
    }

    /**
     * An event as it was delivered.
     *
     * @param stream its stream
     * @param value what was appended
     * @param revision its place in its stream, from 0
     * @param position its place in its partition, from 0
     */
    public record Event(int stream, int value, long revision, long position) {
        public Event {
            if (revision < 0 || position < 0) {
                throw new MalformedHistoryException("an event with revision " + revision + ", position " + position);
            }
        }
    }

    public Poll {
        events = events == null ? null : List.copyOf(events);
        if (from < 0 || subscriber < 0) {
            throw new MalformedHistoryException("subscriber " + subscriber + " polls from " + from);
        }
    }

    /** As it is invoked, while the run goes on. */
    public Poll(int subscriber, Source source, long from) {
        this(subscriber, source, from, false, null);
    }

    /** The same after the last fault. */
    public Poll atTheEnd() {
        return new Poll(subscriber, source, from, true, events);
    }

    /** The same with what came. */
    public Poll saw(List<Event> delivered) {
        return new Poll(subscriber, source, from, isFinal, delivered);
    }

    /**
     * What came.
     *
     * @throws IllegalStateException if it has no answer
     */
    public List<Event> delivered() {
        if (events == null) {
            throw new IllegalStateException("a poll without an answer");
        }
        return events;
    }

    @Override
    public String name() {
        return "poll";
    }

    @Override
    public Operation asked() {
        return new Poll(subscriber, source, from, isFinal, null);
    }

    @Override
    public boolean isAnswered() {
        return events != null;
    }
}
