package io.weir.consensus.frontdoor;

import static io.weir.consensus.frontdoor.TestClient.await;
import static io.weir.consensus.frontdoor.TestClient.timed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.weir.consensus.frontdoor.TestClient.Conversation;
import io.weir.protocol.Append;
import io.weir.protocol.Command;
import io.weir.protocol.DescribeRequest;
import io.weir.protocol.DistributedTransact;
import io.weir.protocol.PreparedTransaction;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.ReadLevel;
import io.weir.protocol.Requirement;
import io.weir.protocol.SubmitRequest;
import io.weir.protocol.WeirGrpc;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What strangers may send: every test ends with a client that was there before and is still served, and a quiet log. */
class FrontDoorAbuseTest {
    private final FakeNode node = new FakeNode();
    private final FrontDoor door = FrontDoor.start("test", node, List.of(), "127.0.0.1:0");
    private final TestClient client = new TestClient(door.port());
    private final Conversation before = client.submit(Integer.MAX_VALUE);
    private final Queue<LogRecord> warnings = new ConcurrentLinkedQueue<>();
    private final Handler listener = new Handler() {
        @Override
        public void publish(LogRecord record) {
            // gRPC's transport reports a message above the limit itself; the server program turns that logger down.
            boolean ofTransport = record.getLoggerName().endsWith(".NettyServerStream");
            if (record.getLevel().intValue() >= Level.WARNING.intValue() && !ofTransport) {
                warnings.add(record);
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void beServed() {
        before.send(timed(1));
        await("the first answer", () -> before.answers.size() == 1);
        Logger.getLogger("io.grpc").addHandler(listener);
    }

    @AfterEach
    void stillServedAndQuiet() {
        before.send(timed(2));
        await("the second answer", () -> before.answers.size() == 2);
        Logger.getLogger("io.grpc").removeHandler(listener);
        client.close();
        door.close();
        assertThat(warnings).extracting(LogRecord::getMessage).isEmpty();
    }

    @Test
    void garbageEndsItsOwnConnection() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 20; i++) {
            byte[] garbage = new byte[1 + random.nextInt(4_096)];
            random.nextBytes(garbage);
            assertThat(endOf(garbage)).as("seed %d", seed).isTrue();
        }
    }

    @Test
    void anHttpRequestEndsItsOwnConnection() throws Exception {
        byte[] request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        assertThat(endOf(request)).isTrue();
    }

    @Test
    void aConnectionThatIsResetHarmsNobody() throws Exception {
        for (int i = 0; i < 20; i++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), door.port())) {
                socket.setSoLinger(true, 0);
                socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    @Test
    void aMessageAboveTheLimitIsRefused() {
        try (TestClient stranger = new TestClient(door.port())) {
            Conversation talk = stranger.submit(Integer.MAX_VALUE);
            Command huge = Command.newBuilder()
                    .setAppend(Append.newBuilder()
                            .addEvents(com.google.protobuf.ByteString.copyFrom(
                                    new byte[FrontDoor.MAX_INBOUND_MESSAGE_BYTES])))
                    .build();
            talk.send(timed(9).toBuilder().setCommand(huge).build());
            assertThatThrownBy(() -> talk.end.get(10, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOf(StatusRuntimeException.class)
                    .hasMessageContaining("8388608");
        }
        assertThat(node.sequences()).containsExactly(1L);
    }

    @Test
    void bytesThatAreNoProtobufAreRefused() {
        for (MethodDescriptor<?, ?> method : List.of(WeirGrpc.getQueryMethod(), WeirGrpc.getSubmitMethod())) {
            byte[] noProtobuf = {(byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f};
            assertThatThrownBy(() ->
                            ClientCalls.blockingUnaryCall(client.channel, raw(method), CallOptions.DEFAULT, noProtobuf))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT));
        }
    }

    private static MethodDescriptor<byte[], byte[]> raw(MethodDescriptor<?, ?> method) {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setFullMethodName(method.getFullMethodName())
                .setType(MethodDescriptor.MethodType.UNARY)
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(new Bytes())
                .build();
    }

    /** Each part is two bytes on the wire, and an object with a list or two in memory. */
    @Test
    void messagesThatWouldBeHugeInMemoryAreRefused() {
        DistributedTransact.Builder appends = DistributedTransact.newBuilder();
        DistributedTransact.Builder requirements = DistributedTransact.newBuilder();
        ReadLevel.Builder level = ReadLevel.newBuilder().setKind(ReadLevel.Kind.AT_LEAST);
        for (int i = 0; i <= MessageParts.MAX_PARTS; i++) {
            appends.addAppends(Append.getDefaultInstance());
            requirements.addRequirements(Requirement.getDefaultInstance());
            level.addPrepared(PreparedTransaction.getDefaultInstance());
        }
        assertTooManyParts(WeirGrpc.getSubmitMethod(), submit(appends).toByteArray());
        assertTooManyParts(WeirGrpc.getSubmitMethod(), submit(requirements).toByteArray());
        assertTooManyParts(
                WeirGrpc.getQueryMethod(),
                QueryRequest.newBuilder().setLevel(level).build().toByteArray());
        assertThat(node.sequences()).containsExactly(1L);
    }

    private static SubmitRequest submit(DistributedTransact.Builder transaction) {
        return SubmitRequest.newBuilder()
                .addCommands(
                        timed(9).toBuilder().setCommand(Command.newBuilder().setDistributed(transaction)))
                .build();
    }

    private void assertTooManyParts(MethodDescriptor<?, ?> method, byte[] message) {
        try (TestClient stranger = new TestClient(door.port())) {
            assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(
                            stranger.channel,
                            raw(method),
                            CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS),
                            message))
                    .hasMessageContaining("INVALID_ARGUMENT")
                    .hasMessageContaining("parts");
        }
    }

    @Test
    void aCallThatDoesNotExistIsRefused() {
        MethodDescriptor<DescribeRequest, DescribeRequest> unknown =
                MethodDescriptor.<DescribeRequest, DescribeRequest>newBuilder()
                        .setFullMethodName("weir.v1.Weir/Nonsense")
                        .setType(MethodDescriptor.MethodType.UNARY)
                        .setRequestMarshaller(WeirGrpc.getDescribeMethod().getRequestMarshaller())
                        .setResponseMarshaller(WeirGrpc.getDescribeMethod().getRequestMarshaller())
                        .build();
        assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(
                        client.channel, unknown, CallOptions.DEFAULT, DescribeRequest.getDefaultInstance()))
                .hasMessageContaining("UNIMPLEMENTED");
    }

    /** Whether the door closes a connection on which these bytes came. */
    private boolean endOf(byte[] bytes) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), door.port())) {
            socket.setSoTimeout(15_000);
            socket.getOutputStream().write(bytes);
            socket.shutdownOutput();
            while (socket.getInputStream().read() >= 0) {
                // What it says before it closes is its own business.
            }
            return true;
        } catch (java.net.SocketException e) {
            return true;
        }
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
