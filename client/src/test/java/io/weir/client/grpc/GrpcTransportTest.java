package io.weir.client.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.client.spi.NodeChannel;
import io.weir.client.spi.NodeFailure;
import io.weir.protocol.Command;
import io.weir.protocol.Error;
import io.weir.protocol.Member;
import io.weir.protocol.Outcome;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.RequestId;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The transport over real sockets: order, batches, timeouts, and peers that die or are no nodes at all. */
@Timeout(60)
class GrpcTransportTest {
    private final GrpcTransport transport = new GrpcTransport();
    private final List<NodeChannel> channels = new ArrayList<>();

    @AfterEach
    void close() {
        channels.forEach(NodeChannel::close);
        transport.close();
    }

    private NodeChannel channel(int port) {
        NodeChannel channel = transport.open(
                Member.newBuilder().setClientAddress("127.0.0.1:" + port).build());
        channels.add(channel);
        return channel;
    }

    private static Command command(long sequence) {
        return Command.newBuilder()
                .setRequestId(RequestId.newBuilder().setSequence(sequence))
                .build();
    }

    private static NodeFailure failureOf(CompletableFuture<?> future) throws InterruptedException {
        try {
            Object value = future.get(20, TimeUnit.SECONDS);
            throw new AssertionError("no failure but " + value);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof NodeFailure failure) {
                return failure;
            }
            throw new AssertionError("not a NodeFailure", e);
        } catch (java.util.concurrent.TimeoutException e) {
            throw new AssertionError("the call hangs", e);
        }
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void carriesEveryCall() throws Exception {
        try (TestServer server = new TestServer(0)) {
            NodeChannel channel = channel(server.port());
            assertThat(channel.describe(5_000).get().getClusterId()).isEqualTo("real");
            assertThat(channel.openSession(7, 5_000).get().getSessionHigh()).isEqualTo(7);
            assertThat(channel.query(QueryRequest.newBuilder()
                                    .setTimeoutMs(5_000)
                                    .build())
                            .get()
                            .getPage()
                            .getAtEnd())
                    .isTrue();
            assertThat(channel.submit(0, command(9), 5_000).get().getAppended().getFirstRevision())
                    .isEqualTo(9);
            assertThat(channel.endpoint()).isEqualTo("127.0.0.1:" + server.port());
        }
    }

    @Test
    void everyCallNamesItsClusterOnceItIsKnown() throws Exception {
        try (TestServer server = new TestServer(0)) {
            NodeChannel channel = channel(server.port());
            channel.describe(5_000).get();
            assertThat(server.named).containsExactly("null");
            server.named.clear();
            transport.bind("ours");
            channel.describe(5_000).get();
            channel.openSession(7, 5_000).get();
            channel.query(QueryRequest.newBuilder().setTimeoutMs(5_000).build()).get();
            channel.submit(0, command(9), 5_000).get();
            failureOf(channel.status(5_000)); // it has none
            assertThat(server.named).containsExactly("ours", "ours", "ours", "ours", "ours");
        }
    }

    /** Nor may a command count as perhaps executed: the caller would be told that its outcome is unknown. */
    @Test
    void aNodeOfAnotherClusterExecutesNothing() throws Exception {
        try (TestServer server = new TestServer(0)) {
            server.isOfAnotherCluster = true;
            NodeChannel channel = channel(server.port());
            transport.bind("ours");
            for (CompletableFuture<?> call : List.of(
                    channel.describe(5_000),
                    channel.openSession(7, 5_000),
                    channel.query(QueryRequest.newBuilder().setTimeoutMs(5_000).build()),
                    channel.status(5_000),
                    channel.submit(0, command(1), 5_000),
                    channel.submit(0, command(2), 5_000))) {
                Error error = failureOf(call).error();
                assertThat(error.getCode()).isEqualTo(Error.Code.WRONG_CLUSTER);
                assertThat(error.getMaybeExecuted()).isFalse();
                assertThat(error.getMessage()).contains(channel.endpoint(), "not of ours");
            }
            assertThat(server.sequences).isEmpty();
            server.isOfAnotherCluster = false;
            assertThat(channel.submit(0, command(3), 5_000).get().hasAppended()).isTrue();
        }
    }

    @Test
    void keepsTheOrderAndPacksWhatHasQueued() throws Exception {
        try (TestServer server = new TestServer(0)) {
            NodeChannel channel = channel(server.port());
            int count = 20_000;
            List<CompletableFuture<Outcome>> answers = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                answers.add(channel.submit(0, command(i), 30_000));
            }
            for (int i = 0; i < count; i++) {
                assertThat(answers.get(i)
                                .get(30, TimeUnit.SECONDS)
                                .getAppended()
                                .getFirstRevision())
                        .isEqualTo(i);
            }
            assertThat(server.sequences)
                    .isEqualTo(LongStream.range(0, count).boxed().toList());
            assertThat(server.streamsOpened).hasValue(1);
            assertThat(server.batchSizes).hasSizeLessThan(count / 2).allMatch(size -> size <= 512);
        }
    }

    @Test
    void errorsInsideAnswersComeAsTheyAre() throws Exception {
        try (TestServer server = new TestServer(0)) {
            server.failWith = Error.newBuilder()
                    .setCode(Error.Code.NOT_LEADER)
                    .setLeader("n2")
                    .build();
            NodeChannel channel = channel(server.port());
            assertThat(failureOf(channel.submit(0, command(1), 5_000)).error()).isEqualTo(server.failWith);
            assertThat(failureOf(channel.query(QueryRequest.newBuilder()
                                    .setTimeoutMs(5_000)
                                    .build()))
                            .error())
                    .isEqualTo(server.failWith);
        }
    }

    @Test
    void aKilledServerFailsWhatIsUnderWayAndIsFoundAgain() throws Exception {
        int port;
        NodeChannel channel;
        List<CompletableFuture<Outcome>> open = new ArrayList<>();
        try (TestServer server = new TestServer(0)) {
            port = server.port();
            server.isSilent = true;
            channel = channel(port);
            for (int i = 0; i < 100; i++) {
                open.add(channel.submit(0, command(i), 30_000));
            }
            await("all arrive", () -> server.sequences.size() == 100);
        }
        for (CompletableFuture<Outcome> future : open) {
            NodeFailure failure = failureOf(future);
            assertThat(failure.error().getCode()).isEqualTo(Error.Code.UNREACHABLE);
            assertThat(failure.error().getMaybeExecuted()).isTrue();
        }
        try (TestServer again = new TestServer(port)) {
            await("connects again", () -> {
                try {
                    return channel.submit(0, command(7), 2_000).get().hasAppended();
                } catch (ExecutionException e) {
                    return false; // not yet
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            assertThat(again.sequences).contains(7L);
        }
    }

    @Test
    void nobodyThereMeansNotExecuted() throws Exception {
        int port;
        try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = unused.getLocalPort();
        }
        NodeChannel channel = channel(port);
        NodeFailure failure = failureOf(channel.submit(0, command(1), 5_000));
        assertThat(failure.error().getCode()).isEqualTo(Error.Code.UNREACHABLE);
        assertThat(failure.error().getMaybeExecuted()).isFalse();
        assertThat(failure).hasMessageContaining("127.0.0.1:" + port);
        assertThat(failureOf(channel.describe(5_000)).error().getCode()).isEqualTo(Error.Code.UNREACHABLE);
    }

    @Test
    void aSilentServerEndsCallsByTheirTimeouts() throws Exception {
        try (TestServer server = new TestServer(0)) {
            server.isSilent = true;
            NodeChannel channel = channel(server.port());
            long start = System.nanoTime();
            NodeFailure command = failureOf(channel.submit(0, command(1), 300));
            assertThat(command.error().getCode()).isEqualTo(Error.Code.DEADLINE_EXCEEDED);
            assertThat(command.error().getMaybeExecuted()).isTrue();
            NodeFailure describe = failureOf(channel.describe(300));
            assertThat(describe.error().getCode()).isEqualTo(Error.Code.DEADLINE_EXCEEDED);
            assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).isBetween(600L, 5_000L);
        }
    }

    @Test
    void aPeerThatSpeaksHttpOrGarbageIsUnreachable() throws Exception {
        byte[] http = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        byte[] garbage = new byte[256];
        for (int i = 0; i < garbage.length; i++) {
            garbage[i] = (byte) (i * 31);
        }
        for (byte[] greeting : List.of(http, garbage, new byte[0])) {
            Thread greeter;
            try (ServerSocket peer = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
                greeter = new Thread(() -> greet(peer, greeting), "greeter");
                greeter.start();
                NodeChannel channel = channel(peer.getLocalPort());
                NodeFailure failure = failureOf(channel.submit(0, command(1), 3_000));
                assertThat(failure.error().getCode()).isEqualTo(Error.Code.UNREACHABLE);
                assertThat(failure.error().getMaybeExecuted()).isFalse();
                assertThat(failureOf(channel.describe(3_000)).error().getCode()).isEqualTo(Error.Code.UNREACHABLE);
            }
            greeter.join(10_000);
            assertThat(greeter.isAlive()).isFalse();
        }
    }

    private static void greet(ServerSocket peer, byte[] greeting) {
        while (!peer.isClosed()) {
            try (Socket socket = peer.accept();
                    OutputStream out = socket.getOutputStream()) {
                out.write(greeting);
            } catch (IOException e) {
                assertThat(e).isInstanceOf(SocketException.class); // closed by the test, or by the client
            }
        }
    }

    @Test
    void closeFailsWhatIsUnderWay() throws Exception {
        try (TestServer server = new TestServer(0)) {
            server.isSilent = true;
            NodeChannel channel = channel(server.port());
            CompletableFuture<Outcome> command = channel.submit(0, command(1), 30_000);
            CompletableFuture<?> describe = channel.describe(30_000);
            await("arrives", () -> !server.sequences.isEmpty());
            channel.close();
            channel.close();
            assertThat(failureOf(command).error().getCode()).isEqualTo(Error.Code.UNREACHABLE);
            assertThat(failureOf(describe).error().getCode()).isEqualTo(Error.Code.UNREACHABLE);
            assertThat(failureOf(channel.submit(0, command(2), 1_000)).error().getCode())
                    .isEqualTo(Error.Code.UNREACHABLE);
        }
    }

    @Test
    void aMemberWithoutAnAddressIsUnreachable() throws Exception {
        NodeChannel channel = transport.open(Member.newBuilder().setId("n3").build());
        channels.add(channel);
        assertThat(failureOf(channel.describe(5_000))).hasMessageContaining("n3 (no client address)");
    }
}
