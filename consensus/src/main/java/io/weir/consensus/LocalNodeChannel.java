package io.weir.consensus;

import io.weir.client.spi.NodeChannel;
import io.weir.client.spi.NodeFailure;
import io.weir.consensus.partition.Failures;
import io.weir.consensus.repair.Quarantine;
import io.weir.consensus.repair.Replica;
import io.weir.logstore.SessionId;
import io.weir.protocol.ClusterDescription;
import io.weir.protocol.Command;
import io.weir.protocol.Limits;
import io.weir.protocol.Member;
import io.weir.protocol.NodeStatus;
import io.weir.protocol.Outcome;
import io.weir.protocol.PartitionStatus;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.QueryResponse;
import io.weir.protocol.Refusal;
import io.weir.protocol.Session;
import io.weir.statemachine.CommandCheck;
import io.weir.statemachine.SessionIds;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/** A direct call into a node of this process: what the front door serves, and what the node's own store uses. */
final class LocalNodeChannel implements NodeChannel {
    private final NodeConfig config;
    private final Placement placement;
    private final List<Replica> partitions;
    private final NodeTransactions transactions;
    private final Quarantine quarantine;
    private final LongSupplier clockMs;
    private final long startedNanos = System.nanoTime();
    private final SecureRandom random = new SecureRandom();
    private volatile boolean closed;

    LocalNodeChannel(
            NodeConfig config,
            List<Replica> partitions,
            NodeTransactions transactions,
            Quarantine quarantine,
            LongSupplier clockMs) {
        this.config = config;
        this.placement = new Placement(partitions.size());
        this.partitions = partitions;
        this.transactions = transactions;
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
            cluster.addPartitionOfSlot(placement.partitionOf(slot));
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
        if (command.hasDistributed()) {
            return commit(partition, command, timeoutMs);
        }
        Refusal refusal = CommandCheck.check(command);
        if (refusal != null) {
            return CompletableFuture.completedFuture(
                    Outcome.newBuilder().setRefusal(refusal).build());
        }
        try {
            Replica target = partition(partition);
            placement.requireHere(partition, command);
            return target.submit(command, timeoutMs);
        } catch (NodeFailure e) {
            return Failures.failed(e);
        }
    }

    private CompletableFuture<Outcome> commit(int home, Command command, long timeoutMs) {
        try {
            return transactions.commit(partition(home).number(), command, timeoutMs);
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
                placement.requireHere(
                        partition, Placement.name(request.getReadPage().getStream()));
            } else if (request.hasGetStream()) {
                placement.requireHere(
                        partition, Placement.name(request.getGetStream().getStream()));
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
            PartitionStatus.Builder one = partition.status().toBuilder();
            if (one.hasTransactions()) {
                one.getTransactionsBuilder().setRecoveries(transactions.recoveries(partition.number()));
            }
            status.addPartitions(one);
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

    private static String version() {
        String version = LocalNodeChannel.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    private static <T> CompletableFuture<T> unreachable() {
        return Failures.failed(
                new NodeFailure(io.weir.protocol.Error.Code.UNREACHABLE, "the node of this process is closed", false));
    }
}
