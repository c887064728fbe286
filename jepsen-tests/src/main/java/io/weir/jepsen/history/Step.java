package io.weir.jepsen.history;

import org.jspecify.annotations.Nullable;

/** A part of a transaction: it appends one value to a stream, or reads a stream. */
public sealed interface Step {
    /** The stream's number. */
    int stream();

    /** An append as it is invoked: its revision is unknown. */
    static Append append(int stream, int value) {
        return new Append(stream, value, Append.NO_REVISION);
    }

    /** A read as it is invoked: what it will see is unknown. */
    static Read read(int stream) {
        return new Read(stream, null);
    }

    /** A read that saw these values, or that the stream was empty. */
    static Read saw(int stream, int... values) {
        return new Read(stream, Values.of(values));
    }

    /**
     * Appends a value to a stream.
     *
     * @param stream the stream's number
     * @param value appended to this stream by no other step of the whole history, so that a read tells who wrote it
     * @param revision that the store returned for it: its place in the stream, from 0; or {@link #NO_REVISION}
     */
    record Append(int stream, int value, long revision) implements Step {
        /** Not acknowledged, or the store's answer does not matter. */
        public static final long NO_REVISION = -1;

        public Append {
            if (revision < NO_REVISION) {
                throw new MalformedHistoryException("revision " + revision + " of value " + value);
            }
        }

        /** The same with the revision that the store returned. */
        public Append at(long newRevision) {
            return new Append(stream, value, newRevision);
        }

        /** As in EDN, where the revision stands elsewhere. */
        @Override
        public String toString() {
            return "[:append " + stream + " " + value + "]";
        }
    }

    /**
     * Reads a stream from its beginning to its end.
     *
     * @param stream the stream's number
     * @param values all that it held, or null if that is not known
     */
    record Read(int stream, @Nullable Values values) implements Step {
        /** The same with what it saw. */
        public Read saw(Values seen) {
            return new Read(stream, seen);
        }

        /** As in EDN. */
        @Override
        public String toString() {
            return "[:r " + stream + " " + (values == null ? "nil" : values) + "]";
        }
    }
}
