package io.weir.consensus.ratis;

import io.weir.client.spi.NodeFailure;
import io.weir.consensus.partition.Failures;
import io.weir.protocol.Error;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.exceptions.AlreadyClosedException;
import org.apache.ratis.protocol.exceptions.GroupMismatchException;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.LeaderSteppingDownException;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.protocol.exceptions.ReadException;
import org.apache.ratis.protocol.exceptions.ReadIndexException;
import org.apache.ratis.protocol.exceptions.ResourceUnavailableException;
import org.apache.ratis.protocol.exceptions.ServerNotReadyException;
import org.apache.ratis.thirdparty.io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * What Ratis' failures mean to a caller. Whether a proposal may have been executed is not decided here: only who saw the
 * entry enter the log knows.
 */
final class RatisFailures {
    private RatisFailures() {}

    /** The failure in a reply, or null if it is a success. */
    static @Nullable NodeFailure of(RaftClientReply reply) {
        if (reply.isSuccess()) {
            return null;
        }
        Throwable cause = reply.getException();
        return of(cause == null ? new IllegalStateException("a reply without success and without exception") : cause);
    }

    static NodeFailure of(Throwable thrown) {
        Throwable cause = thrown;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof NotLeaderException e) {
            RaftPeer leader = e.getSuggestedLeader();
            return Failures.notLeader(leader == null ? "" : leader.getId().toString());
        }
        if (cause instanceof LeaderNotReadyException) {
            return Failures.notReady("the leader has not committed in its term yet");
        }
        if (cause instanceof LeaderSteppingDownException) {
            return Failures.notReady("the leader is stepping down");
        }
        // Of a read: who was deposed while it came asks the new leader, and may not reach it.
        if (cause instanceof ReadException
                || cause instanceof ReadIndexException
                || cause instanceof StatusRuntimeException) {
            return Failures.notReady("leadership could not be proved: " + cause.getMessage());
        }
        if (cause instanceof ResourceUnavailableException) {
            return new NodeFailure(Error.Code.THROTTLED, "Raft takes no more: " + cause.getMessage(), false);
        }
        if (cause instanceof ServerNotReadyException
                || cause instanceof AlreadyClosedException
                || cause instanceof GroupMismatchException
                || cause instanceof RejectedExecutionException) {
            return Failures.notReady("the partition is not running on this node: " + cause.getMessage());
        }
        return cause instanceof NodeFailure failure ? failure : Failures.internal("Raft failed", cause, true);
    }
}
