package io.weir.consensus.transfer;

import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.weir.client.spi.NodeFailure;
import io.weir.consensus.partition.Cut;
import io.weir.consensus.partition.Failures;
import io.weir.consensus.partition.PurgeHold;
import io.weir.consensus.repair.Incarnation;
import io.weir.consensus.repair.Origin;
import io.weir.consensus.repair.PeerHandler;
import io.weir.logstore.Digest;
import io.weir.protocol.ClusterId;
import io.weir.protocol.CutRequest;
import io.weir.protocol.CutResponse;
import io.weir.protocol.DigestHeard;
import io.weir.protocol.Error;
import io.weir.protocol.Greeting;
import io.weir.protocol.HelloRequest;
import io.weir.protocol.HelloResponse;
import io.weir.protocol.MembershipChanged;
import io.weir.protocol.MembershipRequest;
import io.weir.protocol.MembershipResponse;
import io.weir.protocol.Outcome;
import io.weir.protocol.ProposeRequest;
import io.weir.protocol.ProposeResponse;
import io.weir.protocol.PullRequest;
import io.weir.protocol.PullResponse;
import io.weir.protocol.ReportDigestRequest;
import io.weir.protocol.ReportDigestResponse;
import io.weir.protocol.WeirPeersGrpc;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls of {@code peer.proto}: each checks who asks, and passes on. A failure is an answer, not a gRPC status. It is
 * registered beside the front door, on the same port.
 */
public final class PeerService implements BindableService, AutoCloseable {
    private static final long GIVE_WAY_MS = 20;

    private static final Logger LOG = LoggerFactory.getLogger(PeerService.class);

    private final String clusterId;
    private final String self;
    private final Set<String> members;
    private final PeerHandler handler;
    private final Replicas replicas;
    private final TransferLimits limits;
    private final Pacer pacer;
    private final ThreadPoolExecutor senders;
    private final Set<CopySender> sending = ConcurrentHashMap.newKeySet();
    private final ScheduledThreadPoolExecutor watch;
    private final Map<Long, CutCall> cuts = new ConcurrentHashMap<>();
    private boolean isWatching;

    /**
     * A service that is not bound yet.
     *
     * @param self this node's id
     * @param members ids of all members
     */
    public PeerService(
            String clusterId,
            String self,
            Set<String> members,
            PeerHandler handler,
            Replicas replicas,
            TransferLimits limits) {
        this.clusterId = clusterId;
        this.self = self;
        this.members = Set.copyOf(members);
        this.handler = handler;
        this.replicas = replicas;
        this.limits = limits;
        this.pacer = new Pacer(limits.bytesPerSecond(), System::nanoTime);
        AtomicInteger next = new AtomicInteger();
        // No queue: a copy begins now, or its caller asks another member.
        this.senders =
                new ThreadPoolExecutor(0, limits.senders(), 10, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                    Thread thread = new Thread(task, "weir-" + self + "-copy-" + next.getAndIncrement());
                    thread.setDaemon(true);
                    return thread;
                });
        this.watch = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "weir-" + self + "-cuts");
            thread.setDaemon(true);
            return thread;
        });
        watch.setRemoveOnCancelPolicy(true);
    }

    /** Ends the cuts that are open and the copies that are being sent; later ones are refused. Idempotent. */
    @Override
    public void close() {
        senders.shutdown();
        synchronized (this) {
            watch.shutdownNow();
        }
        cuts.values().forEach(call -> call.end(Failures.notReady("the node is closing")));
        sending.forEach(CopySender::cancel);
    }

    /** Has it looked often from now on whether somebody waits for the views of cuts; false if the service is closed. */
    private synchronized boolean isWatched() {
        if (!isWatching && !watch.isShutdown()) {
            isWatching = true;
            var unused = watch.scheduleWithFixedDelay(this::giveWay, GIVE_WAY_MS, GIVE_WAY_MS, TimeUnit.MILLISECONDS);
        }
        return !watch.isShutdown();
    }

    private void giveWay() {
        for (CutCall call : cuts.values()) {
            try {
                call.giveWay();
            } catch (RuntimeException e) { // or none would ever give way again
                LOG.error("the view of a cut cannot be closed", e);
            }
        }
    }

    @Override
    public ServerServiceDefinition bindService() {
        return new Calls().bindService();
    }

    private void check(String cluster, String node, boolean strangersToo) {
        Error refusal = ClusterId.refusal(clusterId, cluster);
        if (refusal != null) {
            throw new NodeFailure(refusal);
        }
        if (!(strangersToo && node.isEmpty()) && (node.equals(self) || !members.contains(node))) {
            throw Failures.invalid("\"" + node + "\" is not another member of cluster " + clusterId);
        }
    }

    private static Error errorOf(Throwable thrown) {
        NodeFailure failure = Failures.of(thrown);
        if (failure.error().getCode() == Error.Code.INTERNAL) {
            LOG.error("a peer's call failed in a way that has no code", thrown);
        }
        return failure.error();
    }

    private final class Calls extends WeirPeersGrpc.WeirPeersImplBase {
        @Override
        public void hello(HelloRequest request, StreamObserver<HelloResponse> responses) {
            HelloResponse.Builder response = HelloResponse.newBuilder();
            try {
                check(request.getClusterId(), request.getNodeId(), false);
                var greeting = handler.hello(
                        request.getNodeId(),
                        parsed(Incarnation::parse, request.getIncarnation()),
                        parsed(Origin::parse, request.getOrigin()),
                        request.getSettled());
                response.setGreeting(Greeting.newBuilder()
                        .setIncarnation(greeting.self().toString())
                        .setKnownIncarnation(greeting.known().toString())
                        .setOrigin(greeting.origin().toString()));
            } catch (RuntimeException e) {
                response.setError(errorOf(e));
            }
            responses.onNext(response.build());
            responses.onCompleted();
        }

        private <T> T parsed(Function<String, T> parser, String text) {
            try {
                return parser.apply(text);
            } catch (IllegalArgumentException e) {
                throw Failures.invalid(String.valueOf(e.getMessage()));
            }
        }

        @Override
        public void leave(MembershipRequest request, StreamObserver<MembershipResponse> responses) {
            change(request, responses, handler::leave);
        }

        @Override
        public void join(MembershipRequest request, StreamObserver<MembershipResponse> responses) {
            change(request, responses, handler::join);
        }

        private void change(MembershipRequest request, StreamObserver<MembershipResponse> responses, Change change) {
            var unused = answer(
                    () -> {
                        check(request.getClusterId(), request.getNodeId(), false);
                        return change.make(
                                request.getNodeId(),
                                request.getPartition(),
                                Integer.toUnsignedLong(request.getTimeoutMs()));
                    },
                    done -> MembershipResponse.newBuilder()
                            .setChanged(MembershipChanged.getDefaultInstance())
                            .build(),
                    error -> MembershipResponse.newBuilder().setError(error).build(),
                    responses);
        }

        @Override
        public void propose(ProposeRequest request, StreamObserver<ProposeResponse> responses) {
            CompletableFuture<Outcome> proposed = answer(
                    () -> {
                        check(request.getClusterId(), request.getNodeId(), false);
                        return replicas.replica(request.getPartition())
                                .propose(
                                        request.getStep(),
                                        request.getHoldsNothing(),
                                        Integer.toUnsignedLong(request.getTimeoutMs()));
                    },
                    outcome -> ProposeResponse.newBuilder().setOutcome(outcome).build(),
                    error -> ProposeResponse.newBuilder().setError(error).build(),
                    responses);
            if (request.getStep().hasPrepare()) {
                // Else one that waits for a lock would get it in its turn, and nobody would be there to release it.
                ((ServerCallStreamObserver<ProposeResponse>) responses)
                        .setOnCancelHandler(() ->
                                proposed.completeExceptionally(Failures.notReady("whoever proposed it has gone")));
            }
        }

        private <T, R> CompletableFuture<T> answer(
                Supplier<CompletableFuture<T>> ask,
                Function<T, R> success,
                Function<Error, R> failure,
                StreamObserver<R> responses) {
            // Without a handler, a call that its caller has given up throws on the thread that answers it.
            ((ServerCallStreamObserver<R>) responses).setOnCancelHandler(() -> {});
            CompletableFuture<T> asked;
            try {
                asked = ask.get();
            } catch (RuntimeException e) {
                asked = CompletableFuture.failedFuture(e);
            }
            var unused = asked.handle((value, thrown) -> {
                responses.onNext(thrown == null ? success.apply(value) : failure.apply(errorOf(thrown)));
                responses.onCompleted();
                return null;
            });
            return asked;
        }

        @Override
        public void reportDigest(ReportDigestRequest request, StreamObserver<ReportDigestResponse> responses) {
            ReportDigestResponse.Builder response = ReportDigestResponse.newBuilder();
            try {
                check(request.getClusterId(), request.getNodeId(), false);
                Digest digest = DigestBytes.parse(request.getDigest());
                replicas.replica(request.getPartition()).reported(request.getNodeId(), request.getMarkIndex(), digest);
                response.setHeard(DigestHeard.getDefaultInstance());
            } catch (RuntimeException e) {
                response.setError(errorOf(e));
            }
            responses.onNext(response.build());
            responses.onCompleted();
        }

        @Override
        public void pull(PullRequest request, StreamObserver<PullResponse> responses) {
            ServerCallStreamObserver<PullResponse> call = (ServerCallStreamObserver<PullResponse>) responses;
            if (request.getHoldOnly()) {
                hold(request, call);
                return;
            }
            CopySender sender = new CopySender(replicas, this::lend, request, call, limits, pacer);
            sender.begin();
            try {
                check(request.getClusterId(), request.getNodeId(), true);
                sending.add(sender);
                senders.execute(() -> {
                    try {
                        sender.run();
                    } finally {
                        sending.remove(sender);
                    }
                });
                if (senders.isShutdown()) {
                    sender.cancel();
                }
            } catch (RejectedExecutionException e) {
                sending.remove(sender);
                refuse(
                        call,
                        Failures.notReady("this node sends " + limits.senders() + " copies already, or is closing"));
            } catch (NodeFailure e) {
                refuse(call, e);
            }
        }

        private Cut.Loan lend(PullRequest request) {
            CutCall call = cuts.get(request.getCut());
            if (call == null) {
                throw CutCall.gone();
            }
            return call.lend(request.getPartition());
        }

        @Override
        public StreamObserver<CutRequest> cut(StreamObserver<CutResponse> responses) {
            CutCall call = new CutCall(
                    ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE),
                    this::begin,
                    (ServerCallStreamObserver<CutResponse>) responses,
                    ended -> cuts.remove(ended.id()));
            cuts.put(call.id(), call);
            if (!isWatched()) {
                call.end(Failures.notReady("the node is closing"));
            }
            return call;
        }

        private Cut begin(CutRequest request) {
            check(request.getClusterId(), "", true);
            return replicas.replica(request.getPartition()).beginCut();
        }

        /** The call is never answered: the hold ends with it, or after its own time. */
        private void hold(PullRequest request, ServerCallStreamObserver<PullResponse> call) {
            try {
                check(request.getClusterId(), request.getNodeId(), false);
                PurgeHold hold = replicas.replica(request.getPartition())
                        .holdPurging(limits.longest().toMillis());
                call.setOnCancelHandler(hold::close);
            } catch (NodeFailure e) {
                refuse(call, e);
            }
        }

        private void refuse(StreamObserver<PullResponse> responses, NodeFailure failure) {
            responses.onNext(PullResponse.newBuilder().setError(failure.error()).build());
            responses.onCompleted();
        }
    }

    /** One of the two changes of membership. */
    @FunctionalInterface
    private interface Change {
        CompletableFuture<Void> make(String member, int partition, long timeoutMs);
    }
}
