package io.weir.jepsen.history;

import org.jspecify.annotations.Nullable;

/**
 * An append that takes effect only if its stream is as expected: {@code :f :append-if}.
 *
 * @param stream the stream's number
 * @param value appended to this stream by no other operation of the history
 * @param condition what is expected
 * @param revision that the value got, if it took effect; {@link Operation#UNKNOWN} otherwise
 * @param actual the stream's last revision that made the condition fail, {@link Operation#NO_STREAM} if there was no
 *     stream; {@link Operation#UNKNOWN} if the answer was not that
 */
public record ConditionalAppend(int stream, int value, Condition condition, long revision, long actual)
        implements Operation {
    public ConditionalAppend {
        if (revision < 0 && revision != UNKNOWN) {
            throw new MalformedHistoryException("revision " + revision + " of value " + value);
        }
        if (actual < NO_STREAM && actual != UNKNOWN) {
            throw new MalformedHistoryException("actual revision " + actual);
        }
    }

    /** As it is invoked. */
    public ConditionalAppend(int stream, int value, Condition condition) {
        this(stream, value, condition, UNKNOWN, UNKNOWN);
    }

    /** It took effect and got this revision. */
    public ConditionalAppend at(long newRevision) {
        return new ConditionalAppend(stream, value, condition, newRevision, UNKNOWN);
    }

    /** It was rejected because of this last revision. */
    public ConditionalAppend rejected(long last) {
        return new ConditionalAppend(stream, value, condition, UNKNOWN, last);
    }

    @Override
    public String name() {
        return "append-if";
    }

    @Override
    public Operation asked() {
        return new ConditionalAppend(stream, value, condition);
    }

    @Override
    public boolean isAnswered() {
        return true;
    }

    @Override
    public @Nullable String contradiction(LineType type) {
        if (revision != UNKNOWN && type != LineType.OK) {
            return type.keyword() + " with revision " + revision + ", but :ok alone knows one";
        }
        return actual == UNKNOWN || type == LineType.FAIL
                ? null
                : type.keyword() + " with the actual revision " + actual + ", but :fail alone knows one";
    }
}
