package io.weir.consensus.frontdoor;

import io.weir.client.spi.NodeFailure;
import io.weir.protocol.Error;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns what a future of a {@link io.weir.client.spi.NodeChannel} failed with into the message that a client gets. */
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private Failures() {}

    static Error toError(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof NodeFailure nodeFailure) {
            return nodeFailure.error();
        }
        // A channel fails with NodeFailure only: this is a defect, and the client cannot know what took effect.
        LOG.error("a call failed in a way that has no code", cause);
        return Error.newBuilder()
                .setCode(Error.Code.INTERNAL)
                .setMessage("the node failed: " + cause)
                .setMaybeExecuted(true)
                .build();
    }

    /** A request that is refused before it reaches the node. */
    static Error invalid(String message) {
        return Error.newBuilder()
                .setCode(Error.Code.INVALID_ARGUMENT)
                .setMessage(message)
                .build();
    }
}
