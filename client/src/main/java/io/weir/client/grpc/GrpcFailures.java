package io.weir.client.grpc;

import io.grpc.Status;
import io.weir.client.spi.NodeFailure;
import io.weir.protocol.Error;

/** The one place where what gRPC reports becomes a {@link NodeFailure}. */
public final class GrpcFailures {
    private GrpcFailures() {}

    /**
     * @param endpoint for the message
     * @param maybeExecuted whether the request was handed to gRPC and can have an effect; a node of another cluster, which has
     *     refused it, has read nothing of it
     */
    public static NodeFailure of(String endpoint, Throwable failure, boolean maybeExecuted) {
        Status status = Status.fromThrowable(failure);
        Error.Code code = codeOf(status);
        return new NodeFailure(code, describe(endpoint, status), maybeExecuted && code != Error.Code.WRONG_CLUSTER);
    }

    /**
     * A node reports its own failures inside its answers. So a status is about the way there, or about a peer that is no node
     * of Weir; to ask another member is right for all that are not named here.
     */
    private static Error.Code codeOf(Status status) {
        return switch (status.getCode()) {
            case DEADLINE_EXCEEDED -> Error.Code.DEADLINE_EXCEEDED;
            case RESOURCE_EXHAUSTED -> Error.Code.THROTTLED;
            case UNAUTHENTICATED, PERMISSION_DENIED -> Error.Code.UNAUTHORIZED;
            case INVALID_ARGUMENT -> Error.Code.INVALID_ARGUMENT;
            case FAILED_PRECONDITION -> Error.Code.WRONG_CLUSTER; // gRPC itself makes none
            default -> Error.Code.UNREACHABLE;
        };
    }

    private static String describe(String endpoint, Status status) {
        StringBuilder text = new StringBuilder(endpoint).append(": ").append(status.getCode());
        if (status.getDescription() != null) {
            text.append(": ").append(status.getDescription().lines().findFirst().orElse(""));
        }
        if (status.getCause() != null && status.getCause().getMessage() != null) {
            text.append(" (").append(status.getCause().getMessage()).append(')');
        }
        return text.toString();
    }
}
