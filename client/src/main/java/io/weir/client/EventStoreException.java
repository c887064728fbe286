package io.weir.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that an {@link EventStore} throws or completes a future with. Each kind has a stable code, and its message
 * says what happened, what was tried, and what to do next.
 */
public abstract sealed class EventStoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;

    private EventStoreException(String code, String message, @Nullable Throwable cause) {
        super(code + ": " + message, cause);
        this.code = code;
    }

    /** A stable code, {@code WEIR-nnnn}, listed in {@code docs/errors.md}. */
    public String code() {
        return code;
    }

    /** No node could serve the request in time; it was not executed and may be sent again. */
    public static final class Unavailable extends EventStoreException {
        private static final long serialVersionUID = 1L;

        public Unavailable(String message, @Nullable Throwable cause) {
            super("WEIR-1001", message, cause);
        }
    }

    /** The deadline passed before an answer came: the request may or may not have been executed. */
    public static final class OutcomeUnknown extends EventStoreException {
        private static final long serialVersionUID = 1L;
        private final transient RequestId requestId;

        public OutcomeUnknown(RequestId requestId, String message, @Nullable Throwable cause) {
            super("WEIR-1002", message, cause);
            this.requestId = requestId;
        }

        /** To send the same request again, which executes it at most once. */
        public RequestId requestId() {
            return requestId;
        }
    }

    /** Too much is under way; it was not executed. Slow down, then send it again. */
    public static final class Throttled extends EventStoreException {
        private static final long serialVersionUID = 1L;

        public Throttled(String message) {
            super("WEIR-1003", message, null);
        }
    }

    /** The request exceeds a limit; it was not executed and never will be. */
    public static final class TooLarge extends EventStoreException {
        private static final long serialVersionUID = 1L;

        public TooLarge(String message) {
            super("WEIR-2001", message, null);
        }
    }

    /** The request is malformed: a bad name, a negative revision, an unknown partition. It was not executed. */
    public static final class InvalidRequest extends EventStoreException {
        private static final long serialVersionUID = 1L;

        public InvalidRequest(String message) {
            super("WEIR-2002", message, null);
        }
    }

    /** A request id came a second time with other content; it was not executed. */
    public static final class RequestIdReused extends EventStoreException {
        private static final long serialVersionUID = 1L;

        public RequestIdReused(String message) {
            super("WEIR-2003", message, null);
        }
    }

    /** A condition did not hold; thrown only by {@code orThrow()}. */
    public static final class ConditionFailed extends EventStoreException {
        private static final long serialVersionUID = 1L;
        private final transient List<Violation> violations;

        public ConditionFailed(List<Violation> violations) {
            super("WEIR-2004", violations.toString(), null);
            this.violations = List.copyOf(violations);
        }

        /** All that failed. */
        public List<Violation> violations() {
            return violations;
        }
    }

    /**
     * Nothing happened, and nothing will under this request id. Safe to send again, as a new request. Thrown by {@code
     * orThrow()}, by {@link EventStore#transact}, and for an append that comes after a question for its status.
     */
    public static final class Aborted extends EventStoreException {
        private static final long serialVersionUID = 1L;
        private final AbortReason reason;

        public Aborted(AbortReason reason, String message) {
            super("WEIR-2005", message, null);
            this.reason = reason;
        }

        /** Why. */
        public AbortReason reason() {
            return reason;
        }
    }

    /** The caller may not do this. */
    public static final class Unauthorized extends EventStoreException {
        private static final long serialVersionUID = 1L;

        public Unauthorized(String message) {
            super("WEIR-3001", message, null);
        }
    }

    /** The disk of too many replicas is full; reads go on. */
    public static final class StoreFull extends EventStoreException {
        private static final long serialVersionUID = 1L;

        public StoreFull(String message, @Nullable Throwable cause) {
            super("WEIR-4001", message, cause);
        }
    }

    /** Stored bytes are not what was written. */
    public static final class StoreCorrupted extends EventStoreException {
        private static final long serialVersionUID = 1L;

        public StoreCorrupted(String message, @Nullable Throwable cause) {
            super("WEIR-4002", message, cause);
        }
    }

    /** A store or node could not be opened: directory, port, identity, format, JVM flag. */
    public static final class CannotOpen extends EventStoreException {
        private static final long serialVersionUID = 1L;

        public CannotOpen(String message, @Nullable Throwable cause) {
            super("WEIR-4003", message, cause);
        }
    }

    /** This store was closed by its owner. */
    public static final class Closed extends EventStoreException {
        private static final long serialVersionUID = 1L;

        public Closed(String message) {
            super("WEIR-4004", message, null);
        }
    }

    /** A defect of Weir: please report it. The request may have been executed. */
    public static final class Internal extends EventStoreException {
        private static final long serialVersionUID = 1L;

        public Internal(String message, @Nullable Throwable cause) {
            super("WEIR-9001", message, cause);
        }
    }
}
