package io.weir.logstore;

import java.util.Locale;

/** What can go wrong in a store; every kind says what its meaning is for the caller. */
public abstract sealed class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private StoreException(String message) {
        super(message);
    }

    private StoreException(String message, Throwable cause) {
        super(message, cause);
    }

    /** A value is out of its range; nothing was written. */
    public static final class LimitExceeded extends StoreException {
        private static final long serialVersionUID = 1L;

        public LimitExceeded(String what, long value, long limit) {
            super(String.format(Locale.ROOT, "%s: %d; the limit is %d", what, value, limit));
        }
    }

    /** The disk or the map is full; the batch left no trace and may be tried again when there is space. */
    public static final class Full extends StoreException {
        private static final long serialVersionUID = 1L;

        private final boolean isMap;

        /** The disk is full. */
        public Full(String message, Throwable cause) {
            this(message, cause, false);
        }

        private Full(String message, Throwable cause, boolean isMap) {
            super(message, cause);
            this.isMap = isMap;
        }

        /** It is the map that is full. */
        public static Full ofMap(String message, Throwable cause) {
            return new Full(message, cause, true);
        }

        /** Whether it is the map, which can grow as soon as nobody reads; else it is the disk. */
        public boolean isMap() {
            return isMap;
        }
    }

    /** Stored bytes are not what was written. */
    public static final class Corrupted extends StoreException {
        private static final long serialVersionUID = 1L;

        public Corrupted(String message) {
            super(message);
        }
    }

    /** The directory holds a store of another cluster or partition, or of a format that this version does not know. */
    public static final class Incompatible extends StoreException {
        private static final long serialVersionUID = 1L;

        public Incompatible(String message) {
            super(message);
        }
    }

    /** The store is closed or closing. */
    public static final class Closed extends StoreException {
        private static final long serialVersionUID = 1L;

        public Closed(String message) {
            super(message);
        }
    }

    /** The system refused: I/O error, no permission, missing JVM flag. The store must be closed. */
    public static final class Failed extends StoreException {
        private static final long serialVersionUID = 1L;

        public Failed(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
