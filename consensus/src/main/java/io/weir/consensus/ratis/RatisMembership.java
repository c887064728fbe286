package io.weir.consensus.ratis;

import io.weir.client.spi.NodeFailure;
import io.weir.consensus.partition.Failures;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.protocol.exceptions.ReconfigurationInProgressException;
import org.apache.ratis.protocol.exceptions.ReconfigurationTimeoutException;
import org.apache.ratis.protocol.exceptions.SetConfigurationException;
import org.apache.ratis.server.RaftServer;

/**
 * Changes who belongs to a group and who leads it, in the process of the leader: no RaftClient, whose deadline is shorter than
 * a copy takes.
 */
final class RatisMembership {
    private final RaftPeerId self;
    private final ClientId client = ClientId.randomId();
    private final AtomicLong calls = new AtomicLong();

    RatisMembership(RaftPeerId self) {
        this.self = self;
    }

    /**
     * See {@link io.weir.consensus.repair.RaftGroups#change}.
     *
     * @param all the group with all members that the node's configuration names, in their order, with their priorities
     */
    CompletableFuture<Void> change(RaftServer server, RaftGroup all, String member, boolean isMember, long timeoutMs) {
        RaftPeerId changed = RaftPeerId.valueOf(member);
        try {
            List<RaftPeer> current = List.copyOf(
                    server.getDivision(all.getGroupId()).getRaftConf().getAllPeers(RaftPeerRole.FOLLOWER));
            SetConfigurationRequest.Arguments arguments = SetConfigurationRequest.Arguments.newBuilder()
                    .setServersInCurrentConf(current)
                    .setServersInNewConf(changed(all.getPeers(), current, changed, isMember))
                    .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET)
                    .build();
            return finished(
                    server.setConfigurationAsync(new SetConfigurationRequest(
                            client, self, all.getGroupId(), calls.incrementAndGet(), arguments)),
                    "the change of members",
                    timeoutMs);
        } catch (IOException e) {
            return Failures.failed(failure(e));
        }
    }

    /** Those of all members that are in the group now, and the changed one if it is to be: with the priorities as configured. */
    private static List<RaftPeer> changed(
            Collection<RaftPeer> all, List<RaftPeer> current, RaftPeerId changed, boolean isMember) {
        List<RaftPeer> peers = new ArrayList<>();
        for (RaftPeer peer : all) {
            boolean isIn = peer.getId().equals(changed)
                    ? isMember
                    : current.stream().anyMatch(other -> other.getId().equals(peer.getId()));
            if (isIn) {
                peers.add(peer);
            }
        }
        return peers;
    }

    /** See {@link io.weir.consensus.repair.RaftGroups#stepDown}. */
    CompletableFuture<Void> stepDown(RaftServer server, RaftGroupId group, long timeoutMs) {
        try {
            return finished(
                    server.transferLeadershipAsync(new TransferLeadershipRequest(
                            client, self, group, calls.incrementAndGet(), null, timeoutMs)),
                    "the leader's stepping down",
                    timeoutMs);
        } catch (IOException e) {
            return Failures.failed(failure(e));
        }
    }

    private static CompletableFuture<Void> finished(
            CompletableFuture<RaftClientReply> reply, String what, long timeoutMs) {
        CompletableFuture<Void> done = reply.handle((answer, failure) -> {
            Throwable cause = failure == null ? answer.getException() : failure;
            if (cause != null || !answer.isSuccess()) {
                throw failure(cause == null ? new IllegalStateException("no success and no reason") : cause);
            }
            return null;
        });
        // A copy, so that the timeout ends the waiting and not Ratis' own future.
        return done.copy()
                .orTimeout(timeoutMs, TimeUnit.MILLISECONDS)
                .exceptionallyCompose(thrown -> Failures.failed(
                        thrown instanceof java.util.concurrent.TimeoutException
                                ? Failures.deadline(what + " has not been committed after " + timeoutMs + " ms")
                                : Failures.of(thrown)));
    }

    private static NodeFailure failure(Throwable thrown) {
        Throwable cause = thrown;
        while (cause instanceof java.util.concurrent.CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        // All of them pass: the other change ends, the new member answers again, the configuration has been read anew.
        boolean isPassing = cause instanceof ReconfigurationInProgressException
                || cause instanceof ReconfigurationTimeoutException
                || cause instanceof SetConfigurationException;
        return isPassing ? Failures.notReady(String.valueOf(cause.getMessage())) : RatisFailures.of(cause);
    }
}
