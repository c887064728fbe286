package io.weir.consensus;

import io.weir.client.spi.NodeChannel;
import io.weir.client.spi.NodeFailure;
import io.weir.consensus.partition.Failures;
import io.weir.consensus.repair.Quarantine;
import io.weir.consensus.repair.Replica;
import io.weir.logstore.SessionId;
import io.weir.protocol.Append;
import io.weir.protocol.ClusterDescription;
import io.weir.protocol.Command;
import io.weir.protocol.InvalidNameException;
import io.weir.protocol.Limits;
import io.weir.protocol.Member;
import io.weir.protocol.NodeStatus;
import io.weir.protocol.Outcome;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.QueryResponse;
import io.weir.protocol.Refusal;
import io.weir.protocol.Requirement;
import io.weir.protocol.Session;
import io.weir.protocol.StreamName;
import io.weir.statemachine.CommandCheck;
import io.weir.statemachine.SessionIds;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/** A direct call into a node of this process: what the front door serves, and what the node's own store uses. */
final class LocalNodeChannel implements NodeChannel {
    private final NodeConfig config;
    private final List<Replica> partitions;
    private final Quarantine quarantine;
    private final LongSupplier clockMs;
    private final long startedNanos = System.nanoTime();
    private final SecureRandom random = new SecureRandom();
    private volatile boolean closed;

    LocalNodeChannel(NodeConfig config, List<Replica> partitions, Quarantine quarantine, LongSupplier clockMs) {
        this.config = config;
        this.partitions = partitions;
        this.quarantine = quarantine;
        this.clockMs = clockMs;
    }

    @Override
    public String endpoint() {
        return "in-process";
    }

    @Override
    public CompletableFuture<ClusterDescription> describe(long timeoutMs) {
        if (closed) {
            return unreachable();
        }
        ClusterDescription.Builder cluster = ClusterDescription.newBuilder()
                .setClusterId(config.clusterId())
                .setNodeId(config.nodeId())
                .setMaxEventBytes(Limits.MAX_EVENT_BYTES)
                .setMaxTransactionBytes(Limits.MAX_TRANSACTION_BYTES)
                .setMaxStreamsPerTransaction(Limits.MAX_STREAMS_PER_TRANSACTION);
        for (MemberConfig member : config.members()) {
            String clientAddress = member.clientAddress();
            cluster.addMembers(Member.newBuilder()
                    .setId(member.id())
                    .setPeerAddress(member.peerAddress())
                    .setClientAddress(clientAddress == null ? "" : clientAddress));
        }
        for (int slot = 0; slot < Limits.SLOTS; slot++) {
            cluster.addPartitionOfSlot(partitionOf(slot));
        }
        partitions.forEach(partition -> cluster.addLeaders(partition.leader()));
        return CompletableFuture.completedFuture(cluster.build());
    }

    @Override
    public CompletableFuture<Session> openSession(int lifeMinutes, long timeoutMs) {
        if (closed) {
            return unreachable();
        }
        if (lifeMinutes < 1 || lifeMinutes > Limits.MAX_SESSION_LIFE_MINUTES) {
            return Failures.failed(Failures.invalid("session life of " + Integer.toUnsignedString(lifeMinutes)
                    + " minutes; it must be 1 to " + Limits.MAX_SESSION_LIFE_MINUTES));
        }
        long stampMs = clockMs.getAsLong();
        for (Replica partition : partitions) {
            stampMs = Math.max(stampMs, partition.logTimeMs());
        }
        SessionId id = SessionIds.issue(stampMs, lifeMinutes, random.nextLong());
        return CompletableFuture.completedFuture(Session.newBuilder()
                .setSessionHigh(id.high())
                .setSessionLow(id.low())
                .build());
    }

    @Override
    public CompletableFuture<Outcome> submit(int partition, Command command, long timeoutMs) {
        if (closed) {
            return unreachable();
        }
        Refusal refusal = CommandCheck.check(command);
        if (refusal != null) {
            return CompletableFuture.completedFuture(
                    Outcome.newBuilder().setRefusal(refusal).build());
        }
        try {
            Replica target = partition(partition);
            requireHere(partition, command);
            return target.submit(command, timeoutMs);
        } catch (NodeFailure e) {
            return Failures.failed(e);
        }
    }

    @Override
    public CompletableFuture<QueryResponse> query(QueryRequest request) {
        if (closed) {
            return unreachable();
        }
        try {
            int partition = request.getPartition();
            Replica target = partition(partition);
            if (request.hasReadPage() && request.getReadPage().hasStream()) {
                requireHere(partition, name(request.getReadPage().getStream()));
            } else if (request.hasGetStream()) {
                requireHere(partition, name(request.getGetStream().getStream()));
            }
            return target.query(request);
        } catch (NodeFailure e) {
            return Failures.failed(e);
        }
    }

    @Override
    public CompletableFuture<NodeStatus> status(long timeoutMs) {
        return closed ? unreachable() : CompletableFuture.completedFuture(status());
    }

    NodeStatus status() {
        NodeStatus.Builder status = NodeStatus.newBuilder()
                .setClusterId(config.clusterId())
                .setNodeId(config.nodeId())
                .setVersion(version())
                .setUptimeMs((System.nanoTime() - startedNanos) / 1_000_000)
                .setReady(true);
        for (Replica partition : partitions) {
            status.addPartitions(partition.status());
        }
        status.addAllQuarantined(quarantine.list());
        return status.setReady(status.getPartitionsList().stream().allMatch(partition -> partition.getReady()))
                .build();
    }

    /** The node closes its channel; whoever else holds it may call this and changes nothing. */
    @Override
    public void close() {}

    void end() {
        closed = true;
    }

    private Replica partition(int number) {
        if (number < 0 || number >= partitions.size()) {
            throw Failures.invalid("partition " + Integer.toUnsignedString(number) + " does not exist; there are "
                    + partitions.size() + ", from 0");
        }
        return partitions.get(number);
    }

    /** A stream that was written where nobody looks for it would be lost to its readers. */
    private void requireHere(int partition, Command command) {
        if (command.hasAppend()) {
            requireHere(partition, name(command.getAppend().getStream()));
        }
        for (Append append : command.getTransact().getAppendsList()) {
            requireHere(partition, name(append.getStream()));
        }
        for (Requirement requirement : command.getTransact().getRequirementsList()) {
            requireHere(partition, name(requirement.getStream()));
        }
    }

    private void requireHere(int partition, StreamName stream) {
        int home = partitionOf(stream.slot());
        if (home != partition) {
            throw Failures.invalid("stream \"" + stream + "\" (slot " + stream.slot() + ") lies in partition " + home
                    + ", not in partition " + partition);
        }
    }

    private int partitionOf(int slot) {
        return slot % partitions.size();
    }

    private static StreamName name(com.google.protobuf.ByteString utf8) {
        try {
            return StreamName.of(utf8);
        } catch (InvalidNameException e) {
            throw Failures.invalid(String.valueOf(e.getMessage()));
        }
    }

    private static String version() {
        String version = LocalNodeChannel.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    private static <T> CompletableFuture<T> unreachable() {
        return Failures.failed(
                new NodeFailure(io.weir.protocol.Error.Code.UNREACHABLE, "the node of this process is closed", false));
    }
}
