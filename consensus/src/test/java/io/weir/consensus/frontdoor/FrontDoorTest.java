package io.weir.consensus.frontdoor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.weir.client.EventStoreException.CannotOpen;
import io.weir.client.spi.NodeFailure;
import io.weir.protocol.DescribeRequest;
import io.weir.protocol.Error;
import io.weir.protocol.OpenSessionRequest;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.ReadPage;
import io.weir.protocol.StatusRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The unary calls, and where a front door may stand. */
class FrontDoorTest {
    private final FakeNode node = new FakeNode();
    private final FrontDoor door = FrontDoor.start(node, List.of(), "127.0.0.1:0");
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
    void aQueryWhoseClientHasGivenUpEndsAndHarmsNobody() {
        CompletableFuture<io.weir.protocol.QueryResponse> late = new CompletableFuture<>();
        node.onQuery = request -> late;
        QueryRequest page = QueryRequest.newBuilder()
                .setReadPage(ReadPage.getDefaultInstance())
                .build();
        assertThatThrownBy(() -> client.blocking()
                        .withDeadlineAfter(50, TimeUnit.MILLISECONDS)
                        .query(page))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
        assertThatThrownBy(() -> late.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(NodeFailure.class);
        assertThat(client.blocking().describe(DescribeRequest.getDefaultInstance()))
                .isNotNull();
    }

    @Test
    void aTakenPortIsNamedWithTheNextStep() {
        String taken = "127.0.0.1:" + door.port();
        assertThatThrownBy(() -> FrontDoor.start(node, List.of(), taken))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining(taken)
                .hasMessageContaining("stop the process that holds it");
    }

    @Test
    void onlyLoopbackAddressesAreBound() {
        assertThatThrownBy(() -> FrontDoor.start(node, List.of(), "0.0.0.0:0"))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("not of the loopback interface");
        for (String malformed :
                new String[] {"", "7400", ":7400", "127.0.0.1:", "127.0.0.1:70000", "::1:7400", "a b"}) {
            assertThatThrownBy(() -> FrontDoor.start(node, List.of(), malformed))
                    .as(malformed)
                    .isInstanceOf(CannotOpen.class)
                    .hasMessageContaining("127.0.0.1");
        }
    }

    @Test
    void aDoorThatIsClosedFreesItsPortAndItsThreads() {
        FrontDoor other = FrontDoor.start(node, List.of(), "localhost:0");
        int port = other.port();
        try (TestClient visitor = new TestClient(port)) {
            visitor.blocking().describe(DescribeRequest.getDefaultInstance());
        }
        long before = System.nanoTime();
        other.close();
        other.close();
        assertThat(System.nanoTime() - before).isLessThan(TimeUnit.SECONDS.toNanos(8));
        FrontDoor.start(node, List.of(), "127.0.0.1:" + port).close();
        door.close();
        TestClient.await(
                "no thread of a front door is left",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("weir-frontdoor-")));
    }
}
