package io.weir.jepsen.history;

/**
 * Asks, linearizably, for the last revision of a stream: {@code :f :end}.
 *
 * @param stream the stream's number
 * @param revision of its last event; {@link Operation#NO_STREAM} if it holds none; {@link Operation#UNKNOWN} as it is
 *     invoked
 */
public record EndOfStream(int stream, long revision) implements Operation {
    public EndOfStream {
        if (revision < UNKNOWN) {
            throw new MalformedHistoryException("last revision " + revision);
        }
    }

    /** As it is invoked. */
    public EndOfStream(int stream) {
        this(stream, UNKNOWN);
    }

    @Override
    public String name() {
        return "end";
    }

    @Override
    public Operation asked() {
        return new EndOfStream(stream);
    }

    @Override
    public boolean isAnswered() {
        return revision != UNKNOWN;
    }
}
