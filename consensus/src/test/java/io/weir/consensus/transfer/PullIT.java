package io.weir.consensus.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.weir.client.spi.NodeFailure;
import io.weir.consensus.partition.Cut;
import io.weir.consensus.partition.Failures;
import io.weir.consensus.partition.PurgeHold;
import io.weir.consensus.repair.Greeting;
import io.weir.consensus.repair.Incarnation;
import io.weir.consensus.repair.Origin;
import io.weir.consensus.repair.PeerHandler;
import io.weir.consensus.repair.PeerPort;
import io.weir.logstore.Digest;
import io.weir.logstore.LogStore;
import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.StoreReceiver;
import io.weir.logstore.StreamKey;
import io.weir.logstore.WriteBatch;
import io.weir.logstore.memory.MemoryLogStore;
import io.weir.protocol.CutRequest;
import io.weir.protocol.Done;
import io.weir.protocol.Error;
import io.weir.protocol.Forget;
import io.weir.protocol.Outcome;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionStep;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The peer service over real connections, in front of a store in memory. */
class PullIT {
    private static final StoreIdentity IDENTITY = new StoreIdentity("c", 0);
    private static final int EVENTS = 64;
    private static final int EVENT_BYTES = 100_000;
    private static final TransferLimits FAST =
            new TransferLimits(1L << 30, 2, Duration.ofSeconds(20), Duration.ofSeconds(5));

    private final LogStore store = new MemoryLogStore(IDENTITY);
    private final AtomicInteger held = new AtomicInteger();
    private final List<String> reports = new CopyOnWriteArrayList<>();
    private final List<TransactionStep> proposed = new CopyOnWriteArrayList<>();
    private final ExecutorService pullers = Executors.newCachedThreadPool();
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void fill() {
        for (int i = 0; i < EVENTS; i++) {
            try (WriteBatch batch = store.beginWrite()) {
                StreamKey key = new StreamKey(1, ("s" + i).getBytes(StandardCharsets.US_ASCII));
                batch.createStream(key, i);
                batch.append(key, 0, i, 1, List.of(ByteBuffer.allocate(EVENT_BYTES)));
                batch.setState(new PartitionState(3, i, i + 1, i + 1, 1, Digest.EMPTY));
                batch.commit();
            }
        }
    }

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
        pullers.shutdownNow();
        assertThat(pullers.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        await("the end of all holds", () -> held.get() == 0);
        store.close(); // waits for every view
    }

    /** Starts node n1 and returns n2's way to it. */
    private GrpcPeers serve(TransferLimits limits) throws IOException {
        return client("c", "n2", start(limits));
    }

    private int start(TransferLimits limits) throws IOException {
        PeerService service = new PeerService("c", "n1", Set.of("n1", "n2"), new Handler(), this::replica, limits);
        Server server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                .addService(service)
                .build()
                .start();
        open.add(server::shutdownNow);
        open.add(service);
        return server.getPort();
    }

    private GrpcPeers client(String cluster, String self, int port) {
        GrpcPeers client = new GrpcPeers(cluster, self, Map.of("n1", "127.0.0.1:" + port), Duration.ofSeconds(5));
        open.add(client);
        return client;
    }

    private Replicas.Replica replica(int partition) {
        if (partition != 0) {
            throw Failures.invalid("no partition " + partition);
        }
        return new Replicas.Replica() {
            @Override
            public LogStore store() {
                return store;
            }

            @Override
            public PurgeHold holdPurging(long maxMs) {
                held.incrementAndGet();
                return held::decrementAndGet;
            }

            @Override
            public Cut beginCut() {
                throw Failures.notReady("no cuts here");
            }

            @Override
            public void reported(String member, long markIndex, Digest digest) {
                reports.add(member + " " + markIndex + " " + digest);
            }

            @Override
            public CompletableFuture<Outcome> propose(TransactionStep step, boolean holdsNothing, long timeoutMs) {
                proposed.add(step);
                return CompletableFuture.completedFuture(
                        Outcome.newBuilder().setDone(Done.getDefaultInstance()).build());
            }
        };
    }

    /** Knows one incarnation, and lets everybody leave but nobody join. */
    private static final class Handler implements PeerHandler {
        private static final Incarnation SELF = Incarnation.first();

        @Override
        public Greeting hello(String member, Incarnation incarnation, Origin origin, boolean settled) {
            return new Greeting(SELF, settled ? incarnation : SELF, origin);
        }

        @Override
        public CompletableFuture<Void> leave(String member, int partition, long timeoutMs) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<Void> join(String member, int partition, long timeoutMs) {
            return Failures.failed(Failures.notLeader("n9"));
        }
    }

    @Test
    void aCopyArrivesWhole() throws Exception {
        GrpcPeers peers = serve(FAST);
        try (LogStore copy = new MemoryLogStore(IDENTITY);
                StoreReceiver receiver = copy.receive()) {
            peers.pull("n1", 0, EVENTS - 1, receiver::accept);
            assertThat(receiver.finish()).isEqualTo(store.state());
            copy.install(receiver);
            assertThat(copy.sizeBytes()).isEqualTo(store.sizeBytes());
        }
    }

    @Test
    void whatCannotBeCopiedIsRefusedByName() throws Exception {
        int port = start(FAST);
        GrpcPeers peers = client("c", "n2", port);
        assertRefused(peers, 1, Error.Code.INVALID_ARGUMENT, "no partition 1");
        assertThatThrownBy(() -> peers.pull("n1", 0, EVENTS, chunk -> {}))
                .isInstanceOf(NodeFailure.class)
                .hasMessageContaining("NOT_READY")
                .hasMessageContaining("applied up to " + (EVENTS - 1));
        assertRefused(client("other", "n2", port), 0, Error.Code.WRONG_CLUSTER, "cluster \"c\", not to \"other\"");
        assertRefused(client("c", "n1", port), 0, Error.Code.INVALID_ARGUMENT, "not another member");
        assertRefused(client("c", "n3", port), 0, Error.Code.INVALID_ARGUMENT, "not another member");
        client("c", "", port).pull("n1", 0, 0, chunk -> {}); // a backup
        assertThatThrownBy(() -> peers.pull("n7", 0, 0, chunk -> {})).hasMessageContaining("n7 has no client address");
    }

    private static void assertRefused(GrpcPeers peers, int partition, Error.Code code, String reason) {
        assertThatThrownBy(() -> peers.pull("n1", partition, 0, chunk -> {}))
                .isInstanceOfSatisfying(
                        NodeFailure.class, e -> assertThat(e.error().getCode()).isEqualTo(code))
                .hasMessageContaining(reason);
    }

    @Test
    void aPullerThatGivesUpFreesTheSender() throws Exception {
        GrpcPeers peers = serve(new TransferLimits(1L << 20, 1, Duration.ofSeconds(20), Duration.ofSeconds(5)));
        for (int i = 0; i < 3; i++) {
            await("a free sender", () -> held.get() == 0);
            assertThatThrownBy(() -> pullWhenFree(peers, chunk -> {
                        throw new IllegalStateException("enough");
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("enough");
        }
    }

    private static void pullWhenFree(GrpcPeers peers, PeerPort.ChunkConsumer chunks) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (true) {
            try {
                peers.pull("n1", 0, 0, chunks);
                return;
            } catch (NodeFailure e) {
                if (!String.valueOf(e.getMessage()).contains("copies already") || System.nanoTime() > deadline) {
                    throw e;
                }
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    @Test
    void noMoreThanTheAgreedNumberOfCopiesIsSent() throws Exception {
        GrpcPeers peers = serve(FAST);
        CountDownLatch begun = new CountDownLatch(2);
        CountDownLatch goOn = new CountDownLatch(1);
        List<Future<?>> pulls = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            pulls.add(pullers.submit(() -> peers.pull("n1", 0, 0, chunk -> {
                begun.countDown();
                awaitQuietly(goOn);
            })));
        }
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
        assertRefused(peers, 0, Error.Code.NOT_READY, "2 copies already");
        assertThat(held.get()).isEqualTo(2);
        goOn.countDown();
        for (Future<?> pull : pulls) {
            pull.get(20, TimeUnit.SECONDS);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aCopyTakesItsTime() throws Exception {
        GrpcPeers peers = serve(new TransferLimits(4L << 20, 2, Duration.ofSeconds(20), Duration.ofSeconds(5)));
        long startNanos = System.nanoTime();
        peers.pull("n1", 0, 0, chunk -> {});
        long leastMs = 1_000L * (EVENTS * EVENT_BYTES - (256 << 10)) / (4 << 20);
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos))
                .isGreaterThanOrEqualTo(leastMs);
    }

    @Test
    void aCopyThatTakesTooLongEnds() throws Exception {
        GrpcPeers peers = serve(new TransferLimits(256 << 10, 2, Duration.ofMillis(300), Duration.ofSeconds(5)));
        assertRefused(peers, 0, Error.Code.DEADLINE_EXCEEDED, "longer than");
    }

    @Test
    void aReceiverThatTakesNothingIsGivenUp() throws Exception {
        GrpcPeers peers = serve(new TransferLimits(1L << 30, 2, Duration.ofSeconds(20), Duration.ofMillis(300)));
        CountDownLatch released = new CountDownLatch(1);
        Future<?> pull = pullers.submit(() -> peers.pull("n1", 0, 0, chunk -> awaitQuietly(released)));
        await("a hold", () -> held.get() == 1);
        await("the end of the hold", () -> held.get() == 0);
        released.countDown();
        assertThatThrownBy(() -> pull.get(10, TimeUnit.SECONDS)).hasMessageContaining("has taken nothing");
    }

    @Test
    void greetingsAndChangesOfMembershipArePassedOn() throws Exception {
        GrpcPeers peers = serve(FAST);
        Incarnation self = Incarnation.first();
        Origin origin = new Origin(new UUID(1, 2));
        assertThat(peers.hello("n1", self, origin, true, 5_000)).isEqualTo(new Greeting(Handler.SELF, self, origin));
        assertThat(peers.hello("n1", self, Origin.NONE, false, 5_000))
                .isEqualTo(new Greeting(Handler.SELF, Handler.SELF, Origin.NONE));
        peers.leave("n1", 0, 5_000);
        assertThatThrownBy(() -> peers.join("n1", 0, 5_000))
                .isInstanceOfSatisfying(
                        NodeFailure.class,
                        e -> assertThat(e.error().getLeader()).isEqualTo("n9"));
    }

    @Test
    void aHoldLastsAsLongAsItsCall() throws Exception {
        GrpcPeers peers = serve(FAST);
        PurgeHold first = peers.hold("n1", 0);
        PurgeHold second = peers.hold("n1", 0);
        await("two holds", () -> held.get() == 2);
        first.close();
        await("one hold", () -> held.get() == 1);
        peers.close(); // as if the node died
        await("no hold", () -> held.get() == 0);
        second.close();
    }

    @Test
    void aCutThatCannotBeBegunIsRefusedByName() throws Exception {
        int port = start(FAST);
        try (RemoteCut cut = client("c", "", port).cut("n1", 0)) {
            assertThatThrownBy(() -> cut.step(CutRequest.Step.PROVE).get(10, TimeUnit.SECONDS))
                    .hasMessageContaining("no cuts here");
            assertThat(cut.failure()).isNotNull();
        }
        try (RemoteCut cut = client("other", "", port).cut("n1", 0)) {
            assertThatThrownBy(() -> cut.step(CutRequest.Step.PROVE).get(10, TimeUnit.SECONDS))
                    .hasMessageContaining("cluster \"c\", not to \"other\"");
        }
        assertThatThrownBy(() -> client("c", "", port).pullCut("n1", 0, 77, chunk -> {}))
                .isInstanceOf(NodeFailure.class)
                .hasMessageContaining("no such cut");
    }

    @Test
    void aStepIsProposedAndAnswered() throws Exception {
        GrpcPeers peers = serve(FAST);
        TransactionStep step = TransactionStep.newBuilder()
                .setId(TransactionId.newBuilder().setSequence(3))
                .setForget(Forget.getDefaultInstance())
                .build();
        assertThat(peers.propose("n1", 0, step, false, 5_000).get().hasDone()).isTrue();
        assertThat(proposed).containsExactly(step);
        assertThatThrownBy(() -> peers.propose("n1", 1, step, false, 5_000).get())
                .cause()
                .isInstanceOfSatisfying(
                        NodeFailure.class, e -> assertThat(e.error().getCode()).isEqualTo(Error.Code.INVALID_ARGUMENT));
    }

    @Test
    void aDigestIsReportedAndNobodyWaitsForIt() throws Exception {
        GrpcPeers peers = serve(FAST);
        peers.report("n1", 0, 17, new Digest(-1, 2));
        await("the report", () -> reports.equals(List.of("n2 17 " + new Digest(-1, 2))));
        peers.report("n1", 1, 18, Digest.EMPTY); // no such partition
        peers.report("n7", 0, 18, Digest.EMPTY); // no such node
        peers.report("n1", 0, 19, Digest.EMPTY);
        await("the next report", () -> reports.size() == 2);
    }

    @Test
    void aNodeThatIsNotThereIsUnreachable() {
        GrpcPeers peers = client("c", "n2", 1);
        assertThatThrownBy(() -> peers.hello("n1", Incarnation.first(), Origin.NONE, true, 2_000))
                .isInstanceOfSatisfying(
                        NodeFailure.class, e -> assertThat(e.error().getCode()).isEqualTo(Error.Code.UNREACHABLE));
        assertRefused(peers, 0, Error.Code.UNREACHABLE, "n1");
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited in vain for " + what);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }
}
