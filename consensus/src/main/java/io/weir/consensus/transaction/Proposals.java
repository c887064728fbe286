package io.weir.consensus.transaction;

import io.weir.client.spi.NodeFailure;
import io.weir.protocol.Error;
import io.weir.protocol.Outcome;
import io.weir.protocol.TransactionStep;
import java.util.concurrent.CompletableFuture;

/** Proposes steps, and takes their answers for what they are. All futures fail with {@link NodeFailure} only. */
final class Proposals {
    private final StepPort port;

    Proposals(StepPort port) {
        this.port = port;
    }

    CompletableFuture<Outcome> prepare(int partition, TransactionStep step, boolean holdsNothing, long timeoutMs) {
        return propose(partition, step, holdsNothing, timeoutMs);
    }

    /**
     * Asks home to decide.
     *
     * @return {@code decided}; or a {@code refusal}, and home knows nothing of the transaction, and will decide nothing because
     *     of this. Its failure says that the outcome is unknown
     */
    CompletableFuture<Outcome> decide(TransactionStep step, long timeoutMs) {
        int home = step.getId().getHome();
        return propose(home, step, false, timeoutMs).handle((outcome, failure) -> {
            if (failure != null) {
                throw unknown(home, String.valueOf(Steps.cause(failure).getMessage()), failure);
            }
            if (!outcome.hasDecided() && !outcome.hasRefusal()) {
                throw unexpected(home, "Decide", outcome);
            }
            return outcome;
        });
    }

    /** Proposes a Resolve or a Forget; completes when it is done. */
    CompletableFuture<Void> carryOut(int partition, TransactionStep step, long timeoutMs) {
        return propose(partition, step, false, timeoutMs).thenAccept(outcome -> {
            if (!outcome.hasDone()) {
                throw unexpected(partition, step.getStepCase().toString(), outcome);
            }
        });
    }

    private CompletableFuture<Outcome> propose(
            int partition, TransactionStep step, boolean holdsNothing, long timeoutMs) {
        if (timeoutMs < 1) {
            return CompletableFuture.failedFuture(new NodeFailure(
                    Error.Code.DEADLINE_EXCEEDED, "no time is left for a " + step.getStepCase(), false));
        }
        try {
            return port.propose(partition, step, holdsNothing, timeoutMs);
        } catch (RuntimeException e) { // a defect; passed on to the wrong place it would leave the client waiting
            return CompletableFuture.failedFuture(e);
        }
    }

    private static NodeFailure unknown(int home, String why, Throwable cause) {
        NodeFailure failure = new NodeFailure(
                Error.Code.DEADLINE_EXCEEDED,
                "partition " + home + ", which decides the transaction, has not told in time what it decided (" + why
                        + "): the outcome is unknown",
                true);
        failure.initCause(cause);
        return failure;
    }

    private static NodeFailure unexpected(int partition, String step, Outcome outcome) {
        return new NodeFailure(
                Error.Code.INTERNAL,
                "partition " + partition + " answered a " + step + " of a transaction with " + outcome.getResultCase()
                        + " " + outcome.getRefusal().getDetail(),
                true);
    }
}
