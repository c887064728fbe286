package io.weir.jepsen.history;

/** Something is no history: bytes that cannot be read, or lines that contradict each other. The message says where. */
public final class MalformedHistoryException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** With a message that names the line, and what is wrong there. */
    public MalformedHistoryException(String message) {
        super(message);
    }

    /** The same with what is known better further out. */
    MalformedHistoryException(String message, MalformedHistoryException cause) {
        super(message, cause);
    }
}
