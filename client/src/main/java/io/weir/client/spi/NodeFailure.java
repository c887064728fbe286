package io.weir.client.spi;

import io.weir.protocol.Error;

/** A request to a node failed outside the log; {@link #error()} says how, and whether it may have been executed. */
public final class NodeFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final Error error;

    public NodeFailure(Error error) {
        super(error.getCode() + ": " + error.getMessage());
        this.error = error;
    }

    public NodeFailure(Error.Code code, String message, boolean maybeExecuted) {
        this(Error.newBuilder()
                .setCode(code)
                .setMessage(message)
                .setMaybeExecuted(maybeExecuted)
                .build());
    }

    public Error error() {
        return error;
    }
}
