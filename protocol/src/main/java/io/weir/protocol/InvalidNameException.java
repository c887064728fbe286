package io.weir.protocol;

/** A stream name that no part of Weir accepts; the message names the value and the limit. */
public final class InvalidNameException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public InvalidNameException(String message) {
        super(message);
    }
}
