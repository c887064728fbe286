package io.weir.consensus.frontdoor;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.weir.client.grpc.ClusterHeader;
import io.weir.protocol.ClusterId;
import io.weir.protocol.Error;
import org.jspecify.annotations.Nullable;

/**
 * Refuses calls that are meant for another cluster ({@link ClusterHeader}) before any of their messages is read, so nothing of
 * them is executed. A call that names no cluster is let through: a client that does not know its cluster yet has to ask somebody.
 */
final class OtherClusters implements ServerInterceptor {
    private final String clusterId;

    OtherClusters(String clusterId) {
        this.clusterId = clusterId;
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        Status refusal = refusal(headers);
        if (refusal == null) {
            return next.startCall(call, headers);
        }
        call.close(refusal, new Metadata());
        return new ServerCall.Listener<>() {};
    }

    /** Of headers that name several, all must name this one. */
    @Nullable
    Status refusal(Metadata headers) {
        Iterable<String> named = headers.getAll(ClusterHeader.KEY);
        if (named == null) {
            return null;
        }
        for (String cluster : named) {
            Error error = ClusterId.refusal(clusterId, cluster);
            if (error != null) {
                Status status = error.getCode() == Error.Code.WRONG_CLUSTER
                        ? Status.FAILED_PRECONDITION
                        : Status.INVALID_ARGUMENT;
                return status.withDescription(error.getMessage());
            }
        }
        return null;
    }
}
