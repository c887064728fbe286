package io.weir.consensus.partition;

import io.weir.client.spi.NodeFailure;
import io.weir.logstore.support.FaultPoint;
import io.weir.protocol.Error;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The failures that a node answers with; none of them claims more than is certain. */
public final class Failures {
    private Failures() {}

    /** Not executed: this node does not lead; {@code leader} may be empty. */
    public static NodeFailure notLeader(String leader) {
        return new NodeFailure(Error.newBuilder()
                .setCode(Error.Code.NOT_LEADER)
                .setMessage(
                        leader.isEmpty() ? "not the leader; no leader is known" : "not the leader; " + leader + " is")
                .setLeader(leader)
                .build());
    }

    /** Not executed. */
    public static NodeFailure notReady(String why) {
        return new NodeFailure(Error.Code.NOT_READY, why, false);
    }

    /** Never executed, now or later. */
    public static NodeFailure invalid(String why) {
        return new NodeFailure(Error.Code.INVALID_ARGUMENT, why, false);
    }

    /** Not executed: the deadline passed before anything was done. */
    public static NodeFailure deadline(String what) {
        return new NodeFailure(Error.Code.DEADLINE_EXCEEDED, what, false);
    }

    /** Something that should not happen. */
    public static NodeFailure internal(String what, Throwable cause, boolean maybeExecuted) {
        NodeFailure failure = new NodeFailure(Error.Code.INTERNAL, what + ": " + cause, maybeExecuted);
        failure.initCause(cause);
        return failure;
    }

    /** The failure that is the cause, or wraps the cause. */
    public static NodeFailure of(Throwable thrown) {
        Throwable cause = thrown;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof NodeFailure failure ? failure : internal("unexpected", cause, true);
    }

    /** The same failure with another claim about the execution. */
    public static NodeFailure withMaybeExecuted(NodeFailure failure, boolean isPossible) {
        boolean maybeExecuted = isPossible && !FaultPoint.isMutant("doubt-told-as-failure");
        if (failure.error().getMaybeExecuted() == maybeExecuted) {
            return failure;
        }
        NodeFailure other = new NodeFailure(
                failure.error().toBuilder().setMaybeExecuted(maybeExecuted).build());
        other.initCause(failure);
        return other;
    }

    /** A future that has failed. */
    public static <T> CompletableFuture<T> failed(NodeFailure failure) {
        return CompletableFuture.failedFuture(failure);
    }
}
