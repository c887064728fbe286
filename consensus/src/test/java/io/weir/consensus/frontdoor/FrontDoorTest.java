package io.weir.consensus.frontdoor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.weir.client.EventStoreException.CannotOpen;
import io.weir.client.grpc.ClusterHeader;
import io.weir.client.spi.NodeFailure;
import io.weir.consensus.transfer.GrpcPeers;
import io.weir.protocol.DescribeRequest;
import io.weir.protocol.Error;
import io.weir.protocol.OpenSessionRequest;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.ReadPage;
import io.weir.protocol.StatusRequest;
import io.weir.protocol.WeirGrpc;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The unary calls, and where a front door may stand. */
class FrontDoorTest {
    private final FakeNode node = new FakeNode();
    private final FrontDoor door = FrontDoor.start("test", node, List.of(), "127.0.0.1:0");
    private final TestClient client = new TestClient(door.port());

    @AfterEach
    void close() {
        client.close();
        door.close();
    }

    @Test
    void unaryCallsAnswerWhatTheNodeAnswers() {
        var stub = client.blocking();
        assertThat(stub.describe(DescribeRequest.getDefaultInstance())
                        .getCluster()
                        .getClusterId())
                .isEqualTo("test");
        assertThat(stub.openSession(OpenSessionRequest.newBuilder()
                                .setLifeMinutes(9)
                                .build())
                        .getSession()
                        .getSessionLow())
                .isEqualTo(9);
        QueryRequest page = QueryRequest.newBuilder()
                .setReadPage(ReadPage.getDefaultInstance())
                .build();
        assertThat(stub.query(page).getPage().getNextPosition()).isEqualTo(7);
    }

    @Test
    void failuresAreAnswers() {
        var stub = client.blocking();
        assertThat(stub.openSession(OpenSessionRequest.getDefaultInstance())
                        .getError()
                        .getMessage())
                .isEqualTo("a life of 0 minutes");
        Error defect = stub.status(StatusRequest.getDefaultInstance()).getError();
        assertThat(defect.getCode()).isEqualTo(Error.Code.INTERNAL);
        assertThat(stub.query(QueryRequest.getDefaultInstance()).getError().getCode())
                .isEqualTo(Error.Code.INVALID_ARGUMENT);
    }

    @Test
    void onlyCallsForAnotherClusterAreRefused() {
        assertThat(naming("test").describe(DescribeRequest.getDefaultInstance()).hasCluster())
                .isTrue();
        for (String[] named : new String[][] {{"shop"}, {"test", "shop"}, {"shop", "test"}}) {
            assertRefused(named, Status.Code.FAILED_PRECONDITION, "cluster \"test\", not to \"shop\"");
        }
        assertRefused(
                new String[] {"x".repeat(65)}, Status.Code.INVALID_ARGUMENT, "has 65 characters; it must have 1 to 64");
        assertRefused(new String[] {"y".repeat(4_000)}, Status.Code.INVALID_ARGUMENT, "has 4000 characters");
        assertRefused(new String[] {"test test"}, Status.Code.INVALID_ARGUMENT, "\"test test\" has 9");
        assertRefused(new String[] {""}, Status.Code.INVALID_ARGUMENT, "has 0 characters");
    }

    private WeirGrpc.WeirBlockingStub naming(String... clusters) {
        Metadata headers = new Metadata();
        for (String cluster : clusters) {
            headers.put(ClusterHeader.KEY, cluster);
        }
        return client.blocking().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    private void assertRefused(String[] named, Status.Code code, String reason) {
        List<ThrowingCallable> calls = List.of(
                () -> naming(named).describe(DescribeRequest.getDefaultInstance()),
                () -> naming(named)
                        .openSession(OpenSessionRequest.newBuilder()
                                .setLifeMinutes(9)
                                .build()),
                () -> naming(named).status(StatusRequest.getDefaultInstance()));
        for (ThrowingCallable call : calls) {
            assertThatThrownBy(call).isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
                assertThat(e.getStatus().getCode()).isEqualTo(code);
                assertThat(e.getStatus().getDescription()).contains(reason);
            });
        }
    }

    /** It would take a member's answer about a transaction for its home's. */
    @Test
    void questionsOfMembersOfAnotherClusterAreRefused() {
        QueryRequest page = QueryRequest.newBuilder()
                .setReadPage(ReadPage.getDefaultInstance())
                .build();
        Map<String, String> address = Map.of("n1", "127.0.0.1:" + door.port());
        try (GrpcPeers ours = new GrpcPeers("test", "n2", address, Duration.ofSeconds(5));
                GrpcPeers theirs = new GrpcPeers("shop", "n2", address, Duration.ofSeconds(5))) {
            assertThat(ours.query("n1", page, 5_000).join().hasPage()).isTrue();
            assertThatThrownBy(() -> theirs.query("n1", page, 5_000).join())
                    .hasCauseInstanceOf(NodeFailure.class)
                    .hasMessageContaining("WRONG_CLUSTER");
            assertThatThrownBy(() -> theirs.appliedIndex("n1", 0)).hasMessageContaining("WRONG_CLUSTER");
        }
    }

    @Test
    void aQueryWhoseClientHasGivenUpEndsAndHarmsNobody() {
        CompletableFuture<io.weir.protocol.QueryResponse> late = new CompletableFuture<>();
        AtomicBoolean isAsked = new AtomicBoolean();
        node.onQuery = request -> {
            isAsked.set(true);
            return late;
        };
        QueryRequest page = QueryRequest.newBuilder()
                .setReadPage(ReadPage.getDefaultInstance())
                .build();
        // On a busy machine a deadline may pass before the call has left.
        for (int ms = 50; !isAsked.get() && ms < 60_000; ms *= 2) {
            WeirGrpc.WeirBlockingStub impatient = client.blocking().withDeadlineAfter(ms, TimeUnit.MILLISECONDS);
            assertThatThrownBy(() -> impatient.query(page))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
        }
        assertThatThrownBy(() -> late.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(NodeFailure.class);
        assertThat(client.blocking().describe(DescribeRequest.getDefaultInstance()))
                .isNotNull();
    }

    @Test
    void aTakenPortIsNamedWithTheNextStep() {
        String taken = "127.0.0.1:" + door.port();
        assertThatThrownBy(() -> FrontDoor.start("test", node, List.of(), taken))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining(taken)
                .hasMessageContaining("stop the process that holds it");
    }

    @Test
    void onlyLoopbackAddressesAreBound() {
        assertThatThrownBy(() -> FrontDoor.start("test", node, List.of(), "0.0.0.0:0"))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("not of the loopback interface");
        for (String malformed :
                new String[] {"", "7400", ":7400", "127.0.0.1:", "127.0.0.1:70000", "::1:7400", "a b"}) {
            assertThatThrownBy(() -> FrontDoor.start("test", node, List.of(), malformed))
                    .as(malformed)
                    .isInstanceOf(CannotOpen.class)
                    .hasMessageContaining("127.0.0.1");
        }
    }

    @Test
    void aDoorThatIsClosedFreesItsPortAndItsThreads() {
        FrontDoor other = FrontDoor.start("test", node, List.of(), "localhost:0");
        int port = other.port();
        try (TestClient visitor = new TestClient(port)) {
            visitor.blocking().describe(DescribeRequest.getDefaultInstance());
        }
        long before = System.nanoTime();
        other.close();
        other.close();
        assertThat(System.nanoTime() - before).isLessThan(TimeUnit.SECONDS.toNanos(8));
        FrontDoor.start("test", node, List.of(), "127.0.0.1:" + port).close();
        door.close();
        TestClient.await(
                "no thread of a front door is left",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("weir-frontdoor-")));
    }
}
