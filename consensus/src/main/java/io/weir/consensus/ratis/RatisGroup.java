package io.weir.consensus.ratis;

import io.weir.client.spi.NodeFailure;
import io.weir.consensus.partition.Failures;
import io.weir.consensus.partition.RaftPort;
import io.weir.consensus.partition.RaftView;
import io.weir.logstore.support.FaultPoint;
import io.weir.protocol.Error;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.proto.RaftProtos.ReplicationLevel;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.raftlog.RaftLog;
import org.jspecify.annotations.Nullable;

/**
 * The port to one group of the Ratis server of this process: requests are handed over in memory, without a RaftClient.
 * Outcomes do not travel in replies, which Ratis keeps for a while on every replica: a reply says only that Ratis has
 * finished.
 */
final class RatisGroup implements RaftPort {
    /** Leaves room for Ratis' own fields of an entry. */
    private static final int MAX_DATA_BYTES = RatisSettings.MAX_ENTRY_BYTES - 4_096;

    /** Ratis gives up a request for a snapshot after this; it waits for all that is being applied. */
    private static final long SNAPSHOT_TIMEOUT_MS = 60_000;

    private final RaftPeerId node;
    private final RaftGroupId group;
    private final ClientId self;
    /** Reads have a client id of their own: their call ids must not meet those of entries. */
    private final ClientId reader = ClientId.randomId();

    /** So have entries that no command waits for. */
    private final ClientId announcer = ClientId.randomId();

    private final AtomicLong reads = new AtomicLong();
    private final AtomicLong announcements = new AtomicLong();
    private final AtomicLong snapshots = new AtomicLong();
    private volatile @Nullable RaftServer server;
    private volatile RaftServer.@Nullable Division division;

    RatisGroup(RaftPeerId node, RaftGroupId group, ClientId self) {
        this.node = node;
        this.group = group;
        this.self = self;
    }

    RaftGroupId group() {
        return group;
    }

    /** From here on requests are served; by this division only, even if another one of the group is started later. */
    void open(RaftServer started, RaftServer.Division running) {
        division = running;
        server = started;
    }

    /** From here on they are not. */
    void end() {
        server = null;
        division = null;
    }

    @Override
    public CompletableFuture<Void> propose(long entryId, byte[] data) {
        return write(self, entryId, data);
    }

    @Override
    public CompletableFuture<Void> announce(byte[] data) {
        return write(announcer, announcements.incrementAndGet(), data);
    }

    private CompletableFuture<Void> write(ClientId client, long callId, byte[] data) {
        if (data.length > MAX_DATA_BYTES) { // Ratis would make the leader step down
            return Failures.failed(new NodeFailure(
                    Error.Code.TOO_LARGE, "entry of " + data.length + " bytes; the limit is " + MAX_DATA_BYTES, false));
        }
        return submit(RaftClientRequest.newBuilder()
                        .setClientId(client)
                        .setServerId(node)
                        .setGroupId(group)
                        .setCallId(callId)
                        .setMessage(Message.valueOf(RatisBytes.toRatis(data)))
                        .setType(RaftClientRequest.writeRequestType(ReplicationLevel.MAJORITY))
                        .build())
                .thenAccept(reply -> {});
    }

    @Override
    public CompletableFuture<Long> barrier() {
        RaftServer.Division running = division;
        if (running == null) {
            return Failures.failed(Failures.notReady("the partition is not running on this node"));
        }
        DivisionInfo info = running.getInfo();
        long term = info.getCurrentTerm();
        if (!info.isLeader() && !FaultPoint.isMutant("follower-reads")) {
            return Failures.failed(Failures.notLeader(id(info.getLeaderId())));
        }
        // A group of one answers at once with whatever it knows to be committed, which is little before
        // it has committed an entry of its own term.
        if (!info.isLeaderReady() && !FaultPoint.isMutant("follower-reads")) {
            return Failures.failed(Failures.notReady("the leader has not committed in its term yet"));
        }
        long committed = running.getRaftLog().getLastCommittedIndex();
        if (FaultPoint.isMutant("read-unproven") || (FaultPoint.isMutant("follower-reads") && !info.isLeader())) {
            return CompletableFuture.completedFuture(committed);
        }
        return submit(RaftClientRequest.newBuilder()
                        .setClientId(reader)
                        .setServerId(node)
                        .setGroupId(group)
                        .setCallId(reads.incrementAndGet())
                        .setMessage(Message.EMPTY)
                        .setType(RaftClientRequest.readRequestType(false, false, true))
                        .build())
                .thenApply(reply -> {
                    // One that was deposed meanwhile has asked the new leader instead, who knows of more than was
                    // committed here.
                    if (!info.isLeader() || info.getCurrentTerm() != term) {
                        throw Failures.notLeader(id(info.getLeaderId()));
                    }
                    return committed;
                });
    }

    @Override
    public CompletableFuture<Void> checkpointed() {
        RaftServer running = server;
        if (running == null) {
            return Failures.failed(Failures.notReady("the partition is not running on this node"));
        }
        return reply(running.snapshotManagementAsync(SnapshotManagementRequest.newCreate(
                        self, node, group, snapshots.incrementAndGet(), SNAPSHOT_TIMEOUT_MS, 1)))
                .thenAccept(reply -> {});
    }

    /** Ratis hands over to none of a lower priority; then whoever is elected takes over. */
    @Override
    public CompletableFuture<Void> handOver(String to, long timeoutMs) {
        return transfer(RaftPeerId.valueOf(to), timeoutMs)
                .exceptionallyCompose(refused -> transfer(null, timeoutMs).whenComplete((done, failure) -> {
                    if (failure != null) {
                        failure.addSuppressed(refused);
                    }
                }));
    }

    /** Null: to nobody in particular. */
    private CompletableFuture<Void> transfer(@Nullable RaftPeerId to, long timeoutMs) {
        RaftServer running = server;
        if (running == null) {
            return Failures.failed(Failures.notReady("the partition is not running on this node"));
        }
        try {
            return reply(running.transferLeadershipAsync(new TransferLeadershipRequest(
                            announcer, node, group, announcements.incrementAndGet(), to, timeoutMs)))
                    .thenAccept(reply -> {});
        } catch (IOException | RuntimeException e) {
            return Failures.failed(RatisFailures.of(e));
        }
    }

    @Override
    public RaftView view() {
        RaftServer.Division running = division;
        if (running == null) {
            return RaftView.CLOSED;
        }
        DivisionInfo info = running.getInfo();
        if (!info.getLifeCycleState().isRunning()) {
            return RaftView.CLOSED;
        }
        RaftView.Role role = switch (info.getCurrentRole()) {
            case LEADER -> RaftView.Role.LEADER;
            case CANDIDATE -> RaftView.Role.CANDIDATE;
            default -> RaftView.Role.FOLLOWER;
        };
        return new RaftView(
                role,
                id(info.getLeaderId()),
                info.getCurrentTerm(),
                running.getRaftLog().getLastCommittedIndex(),
                role == RaftView.Role.LEADER && info.isLeaderReady());
    }

    @Override
    public void halt() {
        RaftServer.Division running = division;
        if (running != null) {
            running.close();
        }
    }

    boolean isStranded() {
        RaftServer.Division running = division;
        return running != null && Candidacy.isStranded(running);
    }

    /** Null if the group is not running. */
    @Nullable
    RaftLog log() {
        RaftServer.Division running = division;
        return running == null ? null : running.getRaftLog();
    }

    private CompletableFuture<RaftClientReply> submit(RaftClientRequest request) {
        RaftServer running = server;
        if (running == null) {
            return Failures.failed(Failures.notReady("the partition is not running on this node"));
        }
        CompletableFuture<RaftClientReply> reply;
        try {
            reply = running.submitClientRequestAsync(request);
        } catch (IOException | RuntimeException e) {
            return Failures.failed(RatisFailures.of(e));
        }
        return reply(reply);
    }

    private static CompletableFuture<RaftClientReply> reply(CompletableFuture<RaftClientReply> reply) {
        return reply.handle((answer, failure) -> {
            if (failure != null) {
                throw RatisFailures.of(failure);
            }
            NodeFailure refusal = RatisFailures.of(answer);
            if (refusal != null) {
                throw refusal;
            }
            return answer;
        });
    }

    private static String id(@Nullable RaftPeerId peer) {
        return peer == null ? "" : peer.toString();
    }
}
