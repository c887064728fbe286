package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.StatusException;
import io.weir.client.AppendResult;
import io.weir.client.ClientConfig;
import io.weir.client.EventStore;
import io.weir.client.EventStoreException;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.ReadRequest;
import io.weir.client.Weir;
import io.weir.jepsen.rig.WireNode;
import io.weir.protocol.Answer;
import io.weir.protocol.Append;
import io.weir.protocol.Command;
import io.weir.protocol.Error;
import io.weir.protocol.Event;
import io.weir.protocol.Limits;
import io.weir.protocol.Refusal;
import io.weir.protocol.RequestId;
import io.weir.protocol.Session;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What must not be accepted is refused by name, costs nobody else anything, and leaves the servers as they were: after every
 * test the same processes serve the same client, and its stream holds exactly what it appended.
 */
@Timeout(120)
class BadInputIT {
    private static final String BYSTANDER = "bystander";

    @TempDir
    static Path directory;

    private static Rig rig;
    private static long revision = -1;
    private List<Long> pids = List.of();

    @BeforeAll
    static void start() {
        rig = Rig.start(directory);
    }

    @AfterAll
    static void end() {
        if (rig != null) {
            rig.close();
        }
    }

    @BeforeEach
    void notePids() {
        pids = pids();
    }

    @AfterEach
    void nothingElseHappened() {
        AppendResult.Appended appended = rig.client()
                .append(BYSTANDER, Expected.any(), List.of(NewEvent.json("Seen", "{}")))
                .join()
                .orThrow();
        assertThat(appended.firstRevision()).isEqualTo(++revision);
        long count = 0;
        for (var event : rig.client().read(ReadRequest.stream(BYSTANDER))) {
            assertThat(event.revision()).isEqualTo(count++);
        }
        assertThat(count).isEqualTo(revision + 1);
        assertThat(pids()).as("processes").isEqualTo(pids);
        rig.cluster().awaitReady(Rig.PATIENCE);
    }

    private static List<Long> pids() {
        return rig.cluster().nodeIds().stream().map(rig.cluster()::pid).toList();
    }

    @Test
    void anEmptyName() {
        assertThatThrownBy(() -> append(rig.client(), "", 1))
                .isInstanceOf(EventStoreException.InvalidRequest.class)
                .hasMessageContaining("empty")
                .hasMessageContaining("256");
        assertThat(onTheWire(appendOf(ByteString.EMPTY, anyRevision()))).contains("empty");
    }

    @Test
    void aNameOfOneByteTooMany() {
        append(rig.client(), "n".repeat(256), 1);
        assertThatThrownBy(() -> append(rig.client(), "n".repeat(257), 1))
                .isInstanceOf(EventStoreException.InvalidRequest.class)
                .hasMessageContaining("257")
                .hasMessageContaining("256");
        assertThat(onTheWire(appendOf(ByteString.copyFromUtf8("n".repeat(257)), anyRevision())))
                .contains("257");
    }

    @Test
    void aNameThatIsNotUtf8() {
        ByteString name = ByteString.copyFrom(new byte[] {'a', (byte) 0xC3, (byte) 0x28});
        assertThat(onTheWire(appendOf(name, anyRevision()))).contains("UTF-8");
    }

    @Test
    void aConditionOfAnUnknownKind() {
        // In partition 0, where the command goes: elsewhere it would be refused for that alone.
        String stream = IntStream.range(0, 100)
                .mapToObj(n -> "stream-" + n)
                .filter(candidate -> rig.client().partitionOf(candidate) == 0)
                .findFirst()
                .orElseThrow();
        ByteString name = ByteString.copyFromUtf8(stream);
        String refusal = onTheWire(appendOf(
                name, io.weir.protocol.Expected.newBuilder().setKindValue(77).build()));
        assertThat(refusal).contains("without a condition that is known");
        assertThat(onTheWire(appendOf(name, io.weir.protocol.Expected.getDefaultInstance())))
                .as("no condition at all")
                .contains("without a condition that is known");
        assertThat(rig.client().info(stream).join()).isNull();
    }

    @Test
    void anEventOfOneByteTooMany() {
        NewEvent frame = NewEvent.of("Big", "application/octet-stream", new byte[0]);
        int overhead = encodedSize(frame, Limits.MAX_EVENT_BYTES);
        NewEvent largest = withPayload(frame, Limits.MAX_EVENT_BYTES - overhead);
        rig.client().append("big", Expected.any(), List.of(largest)).join().orThrow();
        NewEvent tooLarge = withPayload(frame, Limits.MAX_EVENT_BYTES - overhead + 1);
        assertThatThrownBy(() -> rig.client()
                        .append("big", Expected.any(), List.of(tooLarge))
                        .join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOf(EventStoreException.TooLarge.class)
                .hasMessageContaining(Integer.toString(Limits.MAX_EVENT_BYTES + 1))
                .hasMessageContaining(Integer.toString(Limits.MAX_EVENT_BYTES));
        Command command = Command.newBuilder()
                .setAppend(Append.newBuilder()
                        .setStream(ByteString.copyFromUtf8("big"))
                        .setExpected(anyRevision())
                        .addEvents(ByteString.copyFrom(new byte[Limits.MAX_EVENT_BYTES + 1])))
                .build();
        assertThat(onTheWire(command)).contains("TOO_LARGE");
        assertThat(rig.client().info("big").join().lastRevision()).isZero();
    }

    @Test
    void aMessageLargerThanAnyRequest() {
        Command command = Command.newBuilder()
                .setAppend(Append.newBuilder()
                        .setStream(ByteString.copyFromUtf8("huge"))
                        .setExpected(anyRevision())
                        .addEvents(ByteString.copyFrom(new byte[40 << 20])))
                .build();
        assertThat(onTheWire(command)).containsAnyOf("RESOURCE_EXHAUSTED", "TOO_LARGE", "CANCELLED");
        assertThat(rig.client().info("huge").join()).isNull();
    }

    @Test
    void aRequestIdThatComesAgainWithOtherContent() throws Exception {
        int partition = rig.client().partitionOf("reused");
        WireNode leader = rig.node(rig.awaitLeader(partition));
        Session session = leader.openSession();
        Command first = numbered(session, "reused", "first");
        Answer answer = leader.submit(partition, first).get();
        assertThat(answer.getOutcome().hasAppended()).as("%s", answer).isTrue();
        Answer other =
                leader.submit(partition, numbered(session, "reused", "other")).get();
        assertThat(other.getOutcome().getRefusal().getReason())
                .as("%s", other)
                .isEqualTo(Refusal.Reason.REQUEST_ID_REUSED);
        assertThat(leader.submit(partition, first).get().getOutcome())
                .as("the same request again")
                .isEqualTo(answer.getOutcome());
        assertThat(rig.client().info("reused").join().lastRevision()).isZero();
    }

    @Test
    void aServerThatIsNotThere() throws IOException {
        String address = "127.0.0.1:" + Rig.unusedPort();
        ClientConfig impatient = ClientConfig.DEFAULT.withTimeout(Duration.ofSeconds(2));
        assertThatThrownBy(() -> Weir.connect("weir://" + address, impatient).close())
                .isInstanceOf(EventStoreException.Unavailable.class)
                .hasMessageContaining(address)
                .hasMessageContaining("refused");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void garbageOnAPort(boolean isPeerPort) throws IOException {
        for (String id : rig.cluster().nodeIds()) {
            Random random = new Random(7);
            byte[] garbage = new byte[64 << 10];
            random.nextBytes(garbage);
            talk(addressOf(id, isPeerPort), garbage);
            talk(addressOf(id, isPeerPort), "GET / HTTP/1.1\r\nHost: weir\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            talk(
                    addressOf(id, isPeerPort),
                    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nnot a frame, not a frame at all"
                            .getBytes(StandardCharsets.US_ASCII));
            talk(addressOf(id, isPeerPort), new byte[0]);
        }
    }

    private static String addressOf(String id, boolean isPeerPort) {
        return isPeerPort
                ? rig.cluster().member(id).peerAddress()
                : String.valueOf(rig.cluster().member(id).clientAddress());
    }

    /** Sends bytes, ends the output, and reads what comes until the other side has enough. */
    private static void talk(String address, byte[] bytes) throws IOException {
        int colon = address.lastIndexOf(':');
        try (Socket socket = new Socket(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)))) {
            socket.setSoTimeout(5_000);
            OutputStream output = socket.getOutputStream();
            output.write(bytes);
            output.flush();
            socket.shutdownOutput();
            socket.getInputStream().readAllBytes();
        } catch (java.net.SocketException e) {
            // A reset in the middle of garbage is as good an answer as any.
            assertThat(e).hasMessageMatching("(?i).*(reset|broken pipe|closed).*");
        }
    }

    private static void append(EventStore store, String stream, int events) {
        try {
            store.append(stream, Expected.any(), java.util.Collections.nCopies(events, NewEvent.json("Tried", "{}")))
                    .get(30, TimeUnit.SECONDS)
                    .orThrow();
        } catch (ExecutionException e) {
            throw (EventStoreException) e.getCause();
        } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    private static io.weir.protocol.Expected anyRevision() {
        return io.weir.protocol.Expected.newBuilder()
                .setKind(io.weir.protocol.Expected.Kind.ANY)
                .build();
    }

    private static Command appendOf(ByteString stream, io.weir.protocol.Expected expected) {
        return Command.newBuilder()
                .setAppend(Append.newBuilder()
                        .setStream(stream)
                        .setExpected(expected)
                        .addEvents(event("Wire")))
                .build();
    }

    private static ByteString event(String type) {
        return Event.newBuilder()
                .setId(ByteString.copyFrom(new byte[16]))
                .setType(type)
                .build()
                .toByteString();
    }

    private static Command numbered(Session session, String stream, String type) {
        return appendOf(ByteString.copyFromUtf8(stream), anyRevision()).toBuilder()
                .setRequestId(RequestId.newBuilder()
                        .setSessionHigh(session.getSessionHigh())
                        .setSessionLow(session.getSessionLow())
                        .setSequence(1))
                .setAppend(Append.newBuilder()
                        .setStream(ByteString.copyFromUtf8(stream))
                        .setExpected(anyRevision())
                        .addEvents(event(type)))
                .build();
    }

    /** Sends a command past the client to the leader of partition 0, and gives the refusal as text, whatever its form. */
    private static String onTheWire(Command command) {
        try {
            WireNode leader = rig.node(rig.awaitLeader(0));
            Session session = leader.openSession();
            Command complete = command.toBuilder()
                    .setRequestId(RequestId.newBuilder()
                            .setSessionHigh(session.getSessionHigh())
                            .setSessionLow(session.getSessionLow())
                            .setSequence(1))
                    .build();
            Answer answer = leader.submit(0, complete).get();
            boolean isRefused = answer.getOutcome().hasRefusal()
                    || answer.getError().getCode() == Error.Code.INVALID_ARGUMENT
                    || answer.getError().getCode() == Error.Code.TOO_LARGE;
            assertThat(isRefused).as("refused: %s", answer).isTrue();
            return answer.toString();
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOfAny(StatusException.class, io.grpc.StatusRuntimeException.class);
            return String.valueOf(e.getCause());
        } catch (StatusException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static NewEvent withPayload(NewEvent event, int bytes) {
        return new NewEvent(
                event.id(), event.type(), event.contentType(), event.properties(), event.tags(), new byte[bytes]);
    }

    /** Bytes of everything but the payload, whose length prefix is as long as that of {@code nearBytes}. */
    private static int encodedSize(NewEvent event, int nearBytes) {
        Event encoded = Event.newBuilder()
                .setId(ByteString.copyFrom(new byte[16]))
                .setType(event.type())
                .setContentType(event.contentType())
                .setPayload(ByteString.copyFrom(new byte[nearBytes]))
                .build();
        return encoded.getSerializedSize() - nearBytes;
    }
}
