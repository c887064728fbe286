package io.weir.jepsen.history;

/**
 * What an append expects of the last revision of its stream.
 *
 * @param kind how it compares
 * @param revision with what; 0 if the kind compares with nothing
 */
public record Condition(Kind kind, long revision) {
    /** How a condition compares. */
    public enum Kind {
        /** Holds always. */
        ANY("any"),
        /** The stream does not exist. */
        NO_STREAM("no-stream"),
        /** The stream exists. */
        EXISTS("exists"),
        /** The last revision is this one. */
        REVISION("revision"),
        /** The last revision is this one or a lower one, or the stream does not exist. */
        AT_MOST("at-most");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        /** As in files. */
        public String label() {
            return label;
        }
    }

    /** No condition. */
    public static final Condition ANY = new Condition(Kind.ANY, 0);

    /** The stream does not exist. */
    public static final Condition NONE = new Condition(Kind.NO_STREAM, 0);

    /** The stream exists. */
    public static final Condition EXISTS = new Condition(Kind.EXISTS, 0);

    public Condition {
        boolean compares = kind == Kind.REVISION || kind == Kind.AT_MOST;
        if (revision < 0 || (!compares && revision != 0)) {
            throw new MalformedHistoryException("condition " + kind.label() + " with revision " + revision);
        }
    }

    /** The last revision is {@code revision}. */
    public static Condition revision(long revision) {
        return new Condition(Kind.REVISION, revision);
    }

    /** The last revision is at most {@code revision}, or the stream does not exist. */
    public static Condition atMost(long revision) {
        return new Condition(Kind.AT_MOST, revision);
    }

    /** Whether it holds for a stream with this last revision, {@link Operation#NO_STREAM} if it has none. */
    public boolean holds(long last) {
        return switch (kind) {
            case ANY -> true;
            case NO_STREAM -> last == Operation.NO_STREAM;
            case EXISTS -> last != Operation.NO_STREAM;
            case REVISION -> last == revision;
            case AT_MOST -> last <= revision;
        };
    }

    /** For a reader's eyes. */
    @Override
    public String toString() {
        return kind == Kind.REVISION || kind == Kind.AT_MOST ? kind.label() + " " + revision : kind.label();
    }
}
