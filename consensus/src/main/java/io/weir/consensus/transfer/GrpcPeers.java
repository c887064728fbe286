package io.weir.consensus.transfer;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.weir.client.grpc.ClusterHeader;
import io.weir.client.grpc.GrpcFailures;
import io.weir.client.grpc.UnaryCall;
import io.weir.client.spi.NodeFailure;
import io.weir.consensus.partition.DigestReporter;
import io.weir.consensus.partition.Failures;
import io.weir.consensus.partition.PurgeHold;
import io.weir.consensus.repair.Greeting;
import io.weir.consensus.repair.Incarnation;
import io.weir.consensus.repair.Origin;
import io.weir.consensus.repair.PeerPort;
import io.weir.logstore.Digest;
import io.weir.protocol.CutRequest;
import io.weir.protocol.Error;
import io.weir.protocol.HelloRequest;
import io.weir.protocol.HelloResponse;
import io.weir.protocol.MembershipRequest;
import io.weir.protocol.MembershipResponse;
import io.weir.protocol.Outcome;
import io.weir.protocol.ProposeRequest;
import io.weir.protocol.PullRequest;
import io.weir.protocol.PullResponse;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.QueryResponse;
import io.weir.protocol.ReportDigestRequest;
import io.weir.protocol.ReportDigestResponse;
import io.weir.protocol.StatusRequest;
import io.weir.protocol.StatusResponse;
import io.weir.protocol.TransactionStep;
import io.weir.protocol.WeirGrpc;
import io.weir.protocol.WeirPeersGrpc;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The peer service of other members, over gRPC: one connection to each, opened when it is first needed, and further ones for
 * what may wait there for a lock. Without TLS, as the front door. Any thread.
 */
public final class GrpcPeers implements PeerPort, DigestReporter, AutoCloseable {
    /** More than any answer about a transaction, which may name every stream of it. */
    private static final int MAX_INBOUND_BYTES = 16 << 20;

    /** Steps may wait at a leader for long: for so long, and once more, one does that is gone without a word. */
    private static final long KEEP_ALIVE_SECONDS = 10;

    private static final long REPORT_MS = 5_000;
    /** A member answers by itself when its time is up; this long is waited for that. */
    private static final long GRACE_MS = 250;

    private static final long STATUS_MS = 2_000;
    private static final Logger LOG = LoggerFactory.getLogger(GrpcPeers.class);

    private final String clusterId;
    private final String self;
    private final Map<String, String> addresses;
    private final Duration silence;
    private final Map<String, ManagedChannel> channels = new HashMap<>();
    private final Map<String, WaitingLanes> lanes = new HashMap<>();
    private boolean closed;

    /**
     * Opens nothing yet.
     *
     * @param self this node's id; empty for a caller that is no member, which may only pull
     * @param addresses client addresses, {@code host:port}, by node id; a member without one cannot be reached
     * @param silence how long a pull waits for the next chunk
     */
    public GrpcPeers(String clusterId, String self, Map<String, String> addresses, Duration silence) {
        this.clusterId = clusterId;
        this.self = self;
        this.addresses = Map.copyOf(addresses);
        this.silence = silence;
    }

    @Override
    public Greeting hello(String member, Incarnation incarnation, Origin origin, boolean settled, long timeoutMs) {
        HelloRequest request = HelloRequest.newBuilder()
                .setClusterId(clusterId)
                .setNodeId(self)
                .setIncarnation(incarnation.toString())
                .setOrigin(origin.toString())
                .setSettled(settled)
                .build();
        HelloResponse response = call(member, () -> stub(member, timeoutMs).hello(request));
        if (response.hasError()) {
            throw new NodeFailure(response.getError());
        }
        try {
            return new Greeting(
                    Incarnation.parse(response.getGreeting().getIncarnation()),
                    Incarnation.parse(response.getGreeting().getKnownIncarnation()),
                    Origin.parse(response.getGreeting().getOrigin()));
        } catch (IllegalArgumentException e) {
            throw Failures.internal(member + " answered a greeting with nonsense", e, false);
        }
    }

    @Override
    public void leave(String member, int partition, long timeoutMs) {
        MembershipRequest request = membership(partition, timeoutMs);
        check(call(member, () -> stub(member, timeoutMs).leave(request)));
    }

    @Override
    public void join(String member, int partition, long timeoutMs) {
        MembershipRequest request = membership(partition, timeoutMs);
        check(call(member, () -> stub(member, timeoutMs).join(request)));
    }

    private MembershipRequest membership(int partition, long timeoutMs) {
        return MembershipRequest.newBuilder()
                .setClusterId(clusterId)
                .setNodeId(self)
                .setPartition(partition)
                .setTimeoutMs(Math.toIntExact(timeoutMs))
                .build();
    }

    private static void check(MembershipResponse response) {
        if (response.hasError()) {
            throw new NodeFailure(response.getError());
        }
    }

    @Override
    public void pull(String member, int partition, long leastIndex, ChunkConsumer chunks) {
        PullRequest request =
                pullRequest(partition).setLeastIndex(Math.max(leastIndex, 0)).build();
        pull(member, request, chunks);
    }

    /** As {@link #pull}, of the view that a cut has opened on this member. */
    public void pullCut(String member, int partition, long cut, ChunkConsumer chunks) {
        pull(member, pullRequest(partition).setCut(cut).build(), chunks);
    }

    /** Begins a cut through all partitions at the leader of one; nothing is held yet. */
    public RemoteCut cut(String member, int partition) {
        CutRequest about = CutRequest.newBuilder()
                .setClusterId(clusterId)
                .setPartition(partition)
                .build();
        RemoteCut cut = new RemoteCut(
                member, about, channel(member).newCall(WeirPeersGrpc.getCutMethod(), CallOptions.DEFAULT));
        cut.begin();
        return cut;
    }

    /** Keeps a member's log from being purged, from soon on until the hold is closed or the member is gone. */
    public PurgeHold hold(String member, int partition) {
        PullRequest request = pullRequest(partition).setHoldOnly(true).build();
        ClientCall<PullRequest, PullResponse> call =
                channel(member).newCall(WeirPeersGrpc.getPullMethod(), CallOptions.DEFAULT);
        PulledChunks held = new PulledChunks(member, call, silence);
        held.begin(request);
        return held::close;
    }

    /** How far a member's replica has applied Raft's log, as its status says. */
    public long appliedIndex(String member, int partition) {
        StatusResponse response = call(
                member,
                () -> WeirGrpc.newBlockingStub(channel(member))
                        .withDeadlineAfter(STATUS_MS, TimeUnit.MILLISECONDS)
                        .status(StatusRequest.getDefaultInstance()));
        if (response.hasError()) {
            throw new NodeFailure(response.getError());
        }
        if (partition >= response.getStatus().getPartitionsCount()) {
            throw Failures.notReady(member + " has no partition " + partition);
        }
        return response.getStatus().getPartitions(partition).getAppliedIndex();
    }

    private PullRequest.Builder pullRequest(int partition) {
        return PullRequest.newBuilder().setClusterId(clusterId).setNodeId(self).setPartition(partition);
    }

    private void pull(String member, PullRequest request, ChunkConsumer chunks) {
        ClientCall<PullRequest, PullResponse> call =
                channel(member).newCall(WeirPeersGrpc.getPullMethod(), CallOptions.DEFAULT);
        try (PulledChunks pulled = new PulledChunks(member, call, silence)) {
            pulled.begin(request);
            for (PullResponse next = pulled.next(); next != null; next = pulled.next()) {
                if (next.hasError()) {
                    throw new NodeFailure(next.getError());
                }
                chunks.chunk(next.getChunk().asReadOnlyByteBuffer());
            }
        }
    }

    @Override
    public void report(String leader, int partition, long index, Digest digest) {
        ReportDigestRequest request = ReportDigestRequest.newBuilder()
                .setClusterId(clusterId)
                .setNodeId(self)
                .setPartition(partition)
                .setMarkIndex(index)
                .setDigest(DigestBytes.of(digest))
                .build();
        try {
            ClientCall<ReportDigestRequest, ReportDigestResponse> call = channel(leader)
                    .newCall(
                            WeirPeersGrpc.getReportDigestMethod(),
                            CallOptions.DEFAULT.withDeadlineAfter(REPORT_MS, TimeUnit.MILLISECONDS));
            ClientCalls.asyncUnaryCall(call, request, new Unheeded(leader, partition));
        } catch (NodeFailure e) {
            LOG.debug("the digest of partition {} is not reported to {}", partition, leader, e);
        }
    }

    /**
     * Proposes a step of a transaction to a member, as the leader of a partition; fails with a {@link NodeFailure}. If the future
     * is cancelled, a step that waits for a lock there waits no longer.
     */
    public CompletableFuture<Outcome> propose(
            String member, int partition, TransactionStep step, boolean holdsNothing, long timeoutMs) {
        ProposeRequest request = ProposeRequest.newBuilder()
                .setClusterId(clusterId)
                .setNodeId(self)
                .setPartition(partition)
                .setTimeoutMs(Math.toIntExact(timeoutMs))
                .setStep(step)
                .setHoldsNothing(holdsNothing)
                .build();
        if (!step.hasPrepare()) {
            return propose(member, channel(member), request, timeoutMs);
        }
        WaitingLanes.Lane lane = lane(member);
        CompletableFuture<Outcome> prepared = propose(member, ready(lane.channel()), request, timeoutMs);
        var unused = prepared.whenComplete((outcome, failure) -> lane.leave());
        return prepared;
    }

    private static CompletableFuture<Outcome> propose(
            String member, ManagedChannel channel, ProposeRequest request, long timeoutMs) {
        return UnaryCall.ask(
                channel, WeirPeersGrpc.getProposeMethod(), request, timeoutMs + GRACE_MS, member, true, response -> {
                    if (response.hasError()) {
                        throw new NodeFailure(response.getError());
                    }
                    return response.getOutcome();
                });
    }

    /** Asks a member's front door; fails with a {@link NodeFailure}. */
    public CompletableFuture<QueryResponse> query(String member, QueryRequest request, long timeoutMs) {
        return UnaryCall.ask(
                channel(member), WeirGrpc.getQueryMethod(), request, timeoutMs + GRACE_MS, member, false, response -> {
                    if (response.hasError()) {
                        throw new NodeFailure(response.getError());
                    }
                    return response;
                });
    }

    /** The next mark brings the next report: nobody waits for what becomes of one. */
    private record Unheeded(String leader, int partition) implements StreamObserver<ReportDigestResponse> {
        @Override
        public void onNext(ReportDigestResponse response) {
            if (response.hasError()) {
                onError(new NodeFailure(response.getError()));
            }
        }

        @Override
        public void onError(Throwable failure) {
            LOG.debug("the digest of partition {} was not heard by {}", partition, leader, failure);
        }

        @Override
        public void onCompleted() {}
    }

    private WeirPeersGrpc.WeirPeersBlockingStub stub(String member, long timeoutMs) {
        return WeirPeersGrpc.newBlockingStub(channel(member))
                .withDeadlineAfter(Math.max(timeoutMs, 1), TimeUnit.MILLISECONDS);
    }

    private <R> R call(String member, java.util.function.Supplier<R> call) {
        try {
            return call.get();
        } catch (StatusRuntimeException e) {
            throw GrpcFailures.of(member, e, true);
        }
    }

    private synchronized ManagedChannel channel(String member) {
        String address = address(member);
        return ready(channels.computeIfAbsent(member, id -> open(address)));
    }

    private synchronized WaitingLanes.Lane lane(String member) {
        String address = address(member);
        return lanes.computeIfAbsent(member, id -> new WaitingLanes(() -> open(address)))
                .enter();
    }

    private String address(String member) {
        if (closed) {
            throw Failures.notReady("the node is closing");
        }
        String address = addresses.get(member);
        if (address == null) {
            throw new NodeFailure(Error.Code.UNREACHABLE, "node " + member + " has no client address", false);
        }
        return address;
    }

    private static ManagedChannel ready(ManagedChannel channel) {
        if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
            channel.resetConnectBackoff(); // who calls has done its own waiting
        }
        return channel;
    }

    private ManagedChannel open(String address) {
        return Grpc.newChannelBuilder("dns:///" + address, InsecureChannelCredentials.create())
                .maxInboundMessageSize(MAX_INBOUND_BYTES)
                .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .disableRetry()
                .directExecutor()
                .intercept(ClusterHeader.naming(() -> clusterId))
                .build();
    }

    /** Ends all calls. Idempotent. */
    @Override
    public synchronized void close() {
        closed = true;
        channels.values().forEach(ManagedChannel::shutdownNow);
        channels.clear();
        lanes.values().forEach(WaitingLanes::shutdownNow);
        lanes.clear();
    }
}
