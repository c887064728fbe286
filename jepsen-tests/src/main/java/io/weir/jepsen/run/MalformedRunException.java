package io.weir.jepsen.run;

/** Something is no record of a run. The message names the field, or the place in the file. */
public final class MalformedRunException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    MalformedRunException(String message) {
        super(message);
    }
}
