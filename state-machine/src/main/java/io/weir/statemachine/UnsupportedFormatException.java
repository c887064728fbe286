package io.weir.statemachine;

/**
 * A log entry of a format that this version does not know: written by a newer node. The replica must stop; to skip the
 * entry, or to guess at it, would make it drift from those that understood it.
 */
public final class UnsupportedFormatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnsupportedFormatException(long term, long index, int format) {
        super("log entry " + index + " of term " + term + " has format " + Integer.toUnsignedString(format)
                + "; this version knows format " + PartitionStateMachine.LOG_ENTRY_FORMAT);
    }
}
