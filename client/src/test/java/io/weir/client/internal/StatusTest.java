package io.weir.client.internal;

import static io.weir.client.internal.Calls.append;
import static io.weir.client.internal.Calls.event;
import static io.weir.client.internal.Calls.failure;
import static io.weir.client.internal.Calls.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.client.AbortReason;
import io.weir.client.AppendResult;
import io.weir.client.CallOptions;
import io.weir.client.ClientConfig;
import io.weir.client.EventStoreException.Aborted;
import io.weir.client.EventStoreException.InvalidRequest;
import io.weir.client.EventStoreException.OutcomeUnknown;
import io.weir.client.EventStoreException.Unavailable;
import io.weir.client.Expected;
import io.weir.client.RequestId;
import io.weir.client.RequestStatus;
import io.weir.client.Transaction;
import io.weir.client.TransactionResult;
import io.weir.client.VectorPosition;
import io.weir.protocol.Command;
import io.weir.protocol.Error;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionInfo;
import io.weir.protocol.TransactionRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What became of a request: found out, made final by the question, and no answer is given up by it. */
class StatusTest {
    private static final CallOptions SHORT = CallOptions.within(Duration.ofMillis(250));

    private final FakeCluster cluster = new FakeCluster(3, 2, 1);
    private final RoutedEventStore store = cluster.store(ClientConfig.DEFAULT.withTimeout(Duration.ofSeconds(2)));
    private final String a = "{" + FakeCluster.streamIn(store, 0, "a") + "}";
    private final String b = "{" + FakeCluster.streamIn(store, 1, "b") + "}";

    @AfterEach
    void close() {
        store.close();
    }

    /** Of a call whose answer is lost. */
    private RequestId unanswered(Transaction transaction) {
        cluster.change(() -> cluster.swallowAnswers = true);
        RequestId id =
                failure(store.commit(transaction, SHORT), OutcomeUnknown.class).requestId();
        cluster.change(() -> cluster.swallowAnswers = false);
        return id;
    }

    private RequestId unansweredAppend(String text, Expected expected) {
        cluster.change(() -> cluster.swallowAnswers = true);
        RequestId id = failure(store.append(a, expected, List.of(event(text)), SHORT), OutcomeUnknown.class)
                .requestId();
        cluster.change(() -> cluster.swallowAnswers = false);
        return id;
    }

    /** Of a call that has not arrived. */
    private RequestId lost(Transaction transaction) {
        cluster.change(() -> cluster.swallowRequests = true);
        RequestId id =
                failure(store.commit(transaction, SHORT), OutcomeUnknown.class).requestId();
        cluster.change(() -> cluster.swallowRequests = false);
        return id;
    }

    private static Transaction inOne(String stream, Expected expected) {
        return Transaction.builder()
                .append(stream, expected, event("x"), event("y"))
                .append(stream + "-empty", Expected.any())
                .build();
    }

    private Transaction across(Expected expected) {
        return Transaction.builder()
                .append(a, expected, event("x"), event("y"))
                .append(b, Expected.any(), event("z"))
                .build();
    }

    @Test
    void whatWasExecutedIsTold() {
        append(store, a, "0").join();
        RequestId appended = unansweredAppend("1", Expected.any());
        RequestId rejected = unansweredAppend("2", Expected.noStream());
        RequestId transacted = unanswered(inOne(a, Expected.any()));
        RequestId violated = unanswered(inOne(a, Expected.noStream()));
        for (int i = 0; i < 2; i++) { // asking changes nothing
            assertThat(store.status(appended).join())
                    .isEqualTo(new RequestStatus.Appended(new AppendResult.Appended(1, 1, VectorPosition.of(0, 2))));
            assertThat(store.status(rejected).join()).isInstanceOf(RequestStatus.Rejected.class);
            assertThat(store.status(transacted).join())
                    .isEqualTo(new RequestStatus.Committed(List.of(3L, -1L), VectorPosition.of(0, 4)));
            assertThat(store.status(violated).join()).isInstanceOf(RequestStatus.Rejected.class);
        }
        assertThat(append(store, a, "1", CallOptions.again(appended))
                        .join()
                        .orThrow()
                        .firstRevision())
                .isEqualTo(1);
        assertThat(texts(store, a)).containsExactly("0", "1", "x", "y");
    }

    @Test
    void soItIsOfTransactionsOverSeveralPartitions() {
        RequestId committed = unanswered(across(Expected.any()));
        RequestId rejected = unanswered(across(Expected.noStream()));
        for (int i = 0; i < 2; i++) {
            assertThat(store.status(committed).join())
                    .isInstanceOfSatisfying(
                            RequestStatus.Committed.class,
                            status -> assertThat(status.lastRevisions()).containsExactly(1L, 0L));
            assertThat(store.status(rejected).join()).isInstanceOf(RequestStatus.Rejected.class);
        }
        cluster.change(() -> cluster.transactions.hasForgotten = true);
        assertThat(store.status(committed).join()).isEqualTo(RequestStatus.Forgotten.INSTANCE);
    }

    @Test
    void whatWasNotExecutedNeverIs() {
        RequestId appended = lost(inOne(a, Expected.any())); // any content: the id is what counts
        RequestId across = lost(across(Expected.any()));
        assertThat(store.status(appended).join()).isEqualTo(new RequestStatus.NotExecuted(AbortReason.FENCED));
        assertThat(store.status(across).join()).isEqualTo(new RequestStatus.NotExecuted(AbortReason.FENCED));

        assertThat(failure(append(store, a, "late", CallOptions.again(appended)), Aborted.class))
                .hasMessageContainingAll("WEIR-2005", "status was asked")
                .extracting(Aborted::reason)
                .isEqualTo(AbortReason.FENCED);
        assertThat(store.commit(across(Expected.any()), CallOptions.again(across))
                        .join())
                .isEqualTo(new TransactionResult.Aborted(AbortReason.FENCED, 1));
        RequestId again = lost(inOne(a, Expected.any()));
        store.status(again).join();
        assertThat(store.commit(inOne(a, Expected.any()), CallOptions.again(again))
                        .join())
                .isEqualTo(new TransactionResult.Aborted(AbortReason.FENCED, 1));
        assertThat(texts(store, a)).isEmpty();
    }

    /** The first is refused without a trace while the question is on its way: whichever comes first wins. */
    @Test
    void anOriginalThatIsStillOpenIsAnsweredAlike() {
        cluster.change(() -> cluster.throttle = 1);
        CompletableFuture<AppendResult> open = append(store, a, "x");
        Calls.await("it is tried", () -> cluster.look(() -> !cluster.received.isEmpty()));
        Command command = cluster.look(() -> cluster.received.get(0));
        cluster.change(() -> cluster.partitions
                .get(0)
                .apply(command.toBuilder()
                        .setFence(io.weir.protocol.Fence.getDefaultInstance())
                        .build()));
        cluster.change(() -> cluster.throttle = 0);
        failure(open, Aborted.class);
        append(store, a, "y").join();
        assertThat(texts(store, a)).containsExactly("y");
    }

    @Test
    void whatIsNotKeptIsForgotten() {
        append(store, a, "x").join();
        Command command = cluster.look(() -> cluster.received.get(0));
        append(store, a, "y").join();
        RequestId first = new RequestId(
                command.getRequestId().getSessionHigh(), command.getRequestId().getSessionLow(), 1, 0, 0);
        assertThat(store.status(first).join()).isEqualTo(RequestStatus.Forgotten.INSTANCE);
        RequestId unknown = unanswered(inOne(a, Expected.any()));
        cluster.change(() -> cluster.partitions.get(0).expiredSessions.add(unknown.sessionLow()));
        assertThat(store.status(unknown).join()).isEqualTo(RequestStatus.Forgotten.INSTANCE);
    }

    @Test
    void aQuestionMovesNoMark() {
        RequestId id = unanswered(inOne(a, Expected.any()));
        store.status(id).join();
        append(store, a, "z").join();
        assertThat(cluster.look(() -> cluster.received.get(cluster.received.size() - 1))
                        .getLowWaterMark())
                .isZero();
    }

    @Test
    void openTransactionsAreListedPageByPageOverAllPartitions() {
        assertThat(store.transactions()).isEmpty();
        for (int i = 0; i < 5; i++) {
            int sequence = i + 1;
            cluster.change(() -> cluster.partitions
                    .get(1)
                    .open
                    .add(TransactionInfo.newBuilder()
                            .setId(TransactionId.newBuilder()
                                    .setSessionHigh(3)
                                    .setSessionLow(4)
                                    .setSequence(sequence)
                                    .setExpiryMs(99)
                                    .setHome(1))
                            .setRecord(TransactionRecord.newBuilder()
                                    .setState(TransactionRecord.State.STAGED)
                                    .addAllParticipants(List.of(0, 1))
                                    .setSinceMs(70))
                            .setLogTimeMs(100)
                            .build()));
        }
        List<io.weir.client.TransactionInfo> listed = new ArrayList<>();
        store.transactions().forEach(listed::add);
        assertThat(listed).extracting(info -> info.id().sequence()).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(listed.get(2))
                .isEqualTo(new io.weir.client.TransactionInfo(
                        new RequestId(3, 4, 3, 1, 99),
                        1,
                        io.weir.client.TransactionInfo.State.STAGED,
                        List.of(0, 1),
                        Duration.ofMillis(30)));
    }

    @Test
    void aQuestionWithoutAnswerMayBeAskedAgain() {
        RequestId id = unanswered(inOne(a, Expected.any()));
        cluster.change(() -> cluster.swallowAnswers = true);
        assertThat(failure(store.status(id), Unavailable.class))
                .hasMessageContainingAll(id.toString(), "was not answered within 2000 ms");
        cluster.change(() -> {
            cluster.swallowAnswers = false;
            cluster.refuseCommandsWith = Error.Code.INTERNAL;
        });
        assertThat(store.status(id)).failsWithin(Duration.ofSeconds(5));
        cluster.change(() -> cluster.refuseCommandsWith = Error.Code.UNSPECIFIED);
        assertThat(store.status(id).join()).isInstanceOf(RequestStatus.Committed.class);
        assertThat(failure(store.status(new RequestId(1, 1, 1, 2, 0)), InvalidRequest.class))
                .hasMessageContainingAll("partition 2", "0 to 1");
    }
}
