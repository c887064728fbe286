package io.weir.jepsen.history;

import org.jspecify.annotations.Nullable;

/**
 * Reads a stream from its beginning to its end on the node that its line names: {@code :f :read}.
 *
 * @param stream the stream's number
 * @param level how fresh it must be
 * @param atLeast the revision that it must see, if the level is {@link Level#AT_LEAST}; else {@link Operation#UNKNOWN}
 * @param isFinal whether it reads after the last fault what must be there
 * @param values all that the stream held; null as it is invoked
 */
public record StreamRead(
        int stream,
        Level level,
        long atLeast,
        boolean isFinal,
        @Nullable Values values) implements Operation {
    /** How fresh a read must be. */
    public enum Level {
        /** Sees all that was acknowledged before it began. */
        LINEARIZABLE("linearizable"),
        /** Sees what the node has; a process never sees less on a node than it has seen there before. */
        STALE("stale"),
        /** Sees at least what a token stands for. */
        AT_LEAST("at-least");

        private final String label;

        Level(String label) {
            this.label = label;
        }

        /** As in files. */
        public String label() {
            return label;
        }
    }

    public StreamRead {
        boolean isBounded = level == Level.AT_LEAST;
        if (isBounded != (atLeast != UNKNOWN) || (isBounded && atLeast < NO_STREAM)) {
            throw new MalformedHistoryException("a read at level " + level.label() + " with revision " + atLeast);
        }
    }

    /** As it is invoked, while the run goes on. */
    public static StreamRead of(int stream, Level level) {
        return new StreamRead(stream, level, UNKNOWN, false, null);
    }

    /** As it is invoked, with a token that stands for this revision of the stream. */
    public static StreamRead atLeast(int stream, long revision) {
        return new StreamRead(stream, Level.AT_LEAST, revision, false, null);
    }

    /** The same after the last fault. */
    public StreamRead atTheEnd() {
        return new StreamRead(stream, level, atLeast, true, values);
    }

    /** The same with what it saw. */
    public StreamRead saw(Values seen) {
        return new StreamRead(stream, level, atLeast, isFinal, seen);
    }

    /**
     * What it saw.
     *
     * @throws IllegalStateException if it has no answer
     */
    public Values seen() {
        if (values == null) {
            throw new IllegalStateException("a read without an answer");
        }
        return values;
    }

    @Override
    public String name() {
        return "read";
    }

    @Override
    public Operation asked() {
        return new StreamRead(stream, level, atLeast, isFinal, null);
    }

    @Override
    public boolean isAnswered() {
        return values != null;
    }
}
