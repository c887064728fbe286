package io.weir.jepsen.history;

/**
 * Appends one value to a stream, without any condition: {@code :f :add}. One that names the same stream and value as
 * another is the same request sent once more.
 *
 * @param stream the stream's number
 * @param value the value
 * @param revision that the value got, or {@link Operation#UNKNOWN}
 */
public record Addition(int stream, int value, long revision) implements Operation {
    public Addition {
        if (revision < 0 && revision != UNKNOWN) {
            throw new MalformedHistoryException("revision " + revision + " of value " + value);
        }
    }

    /** As it is invoked. */
    public Addition(int stream, int value) {
        this(stream, value, UNKNOWN);
    }

    /** It took effect and got this revision. */
    public Addition at(long newRevision) {
        return new Addition(stream, value, newRevision);
    }

    @Override
    public String name() {
        return "add";
    }

    @Override
    public Operation asked() {
        return new Addition(stream, value);
    }

    @Override
    public boolean isAnswered() {
        return true;
    }
}
