package io.weir.client.internal;

import static io.weir.client.internal.Calls.append;
import static io.weir.client.internal.Calls.await;
import static io.weir.client.internal.Calls.failure;
import static io.weir.client.internal.Calls.texts;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.weir.client.AppendResult;
import io.weir.client.CallOptions;
import io.weir.client.ClientConfig;
import io.weir.client.EventStoreException.OutcomeUnknown;
import io.weir.client.EventStoreException.RequestIdReused;
import io.weir.client.EventStoreException.Unavailable;
import io.weir.client.RequestId;
import io.weir.protocol.Command;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Request ids, low-water marks, and requests that are sent again. */
class SessionTest {
    private static final CallOptions SHORT = CallOptions.within(Duration.ofMillis(150));

    private final FakeCluster cluster = new FakeCluster(3, 2, 1);
    private final RoutedEventStore store = cluster.store(ClientConfig.DEFAULT);
    private final String a = FakeCluster.streamIn(store, 0, "a");
    private final String b = FakeCluster.streamIn(store, 1, "b");

    @AfterEach
    void close() {
        store.close();
    }

    private Command last() {
        return cluster.look(() -> cluster.received.get(cluster.received.size() - 1));
    }

    @Test
    void oneSessionNumbersTheRequestsOfAllPartitionsAndReportsWhatIsDone() {
        for (int i = 1; i <= 6; i++) {
            append(store, i % 2 == 0 ? a : b, "x").join();
            assertThat(last().getRequestId().getSequence()).isEqualTo(i);
            assertThat(last().getLowWaterMark()).isEqualTo(i - 1);
            assertThat(last().getAfterList()).isEmpty();
        }
        assertThat(cluster.look(() -> cluster.sessionsOpened)).isEqualTo(1);
    }

    @Test
    void anUnknownOutcomeIsAnsweredWhenTheSameRequestIsSentAgain() {
        append(store, a, "first").join();
        cluster.change(() -> cluster.loseAnswer = 1);
        OutcomeUnknown unknown = failure(append(store, a, "second", SHORT), OutcomeUnknown.class);
        assertThat(unknown).hasMessageContainingAll("CallOptions.again", "150 ms", "fake:", "connection lost");
        cluster.change(() -> cluster.loseAnswer = 0);
        append(store, a, "third").join();

        assertThat(last().getLowWaterMark()).isEqualTo(1);
        assertThat(append(store, a, "second", CallOptions.again(unknown.requestId()))
                        .join()
                        .orThrow()
                        .firstRevision())
                .isEqualTo(1);
        assertThat(texts(store, a)).containsExactly("first", "second", "third");
        append(store, a, "fourth").join();
        assertThat(last().getLowWaterMark()).isEqualTo(3);
    }

    @Test
    void aRequestSentAgainFollowsTheOpenCallsBeforeItThoughItsSequenceIsOlder() {
        cluster.change(() -> cluster.loseAnswer = 1);
        RequestId id =
                failure(append(store, a, "first", SHORT), OutcomeUnknown.class).requestId();
        cluster.change(() -> {
            cluster.loseAnswer = 0;
            cluster.throttle = 1;
        });
        CompletableFuture<?> second = append(store, a, "second");
        CompletableFuture<AppendResult> again = append(store, a, "first", CallOptions.again(id));
        CompletableFuture<?> third = append(store, a, "third");
        await("a command that is turned away", () -> last().getRequestId().getSequence() == 2);
        cluster.change(() -> cluster.throttle = 0);

        assertThat(again.join().orThrow().firstRevision()).isZero();
        second.join();
        third.join();
        assertThat(texts(store, a)).containsExactly("first", "second", "third");
    }

    @Test
    void anotherStoreMaySendItAgain() {
        cluster.change(() -> cluster.loseAnswer = 1);
        RequestId id =
                failure(append(store, a, "x", SHORT), OutcomeUnknown.class).requestId();
        cluster.change(() -> cluster.loseAnswer = 0);
        RoutedEventStore other = cluster.store(ClientConfig.DEFAULT); // closed with the cluster
        assertThat(append(other, a, "x", CallOptions.again(id)).join().orThrow().firstRevision())
                .isZero();
        assertThat(last().getLowWaterMark()).isZero();
        assertThat(texts(store, a)).containsExactly("x");
        other.close();
    }

    @Test
    void otherContentUnderTheSameIdIsRefused() {
        cluster.change(() -> cluster.loseAnswer = 1);
        RequestId id =
                failure(append(store, a, "x", SHORT), OutcomeUnknown.class).requestId();
        cluster.change(() -> cluster.loseAnswer = 0);
        assertThat(failure(append(store, a, "y", CallOptions.again(id)), RequestIdReused.class))
                .hasMessageContaining("other content");
    }

    @Test
    void otherContentUnderTheSameIdDoesNotGiveTheAnswerAway() {
        cluster.change(() -> cluster.swallowAnswers = true);
        RequestId id =
                failure(append(store, a, "x", SHORT), OutcomeUnknown.class).requestId();
        cluster.change(() -> cluster.swallowAnswers = false);
        failure(append(store, a, "y", CallOptions.again(id)), RequestIdReused.class);
        append(store, a, "z").join();
        assertThat(last().getLowWaterMark()).isZero();
        assertThat(append(store, a, "x", CallOptions.again(id)).join().orThrow().firstRevision())
                .isZero();
        append(store, a, "z").join();
        assertThat(last().getLowWaterMark()).isEqualTo(2);
    }

    @Test
    void aForgottenAnswerStaysUnknown() {
        append(store, a, "x").join();
        Command first = last();
        append(store, a, "y").join();
        RequestId id = new RequestId(
                first.getRequestId().getSessionHigh(), first.getRequestId().getSessionLow(), 1, 0, 0);
        assertThat(failure(append(store, a, "x", CallOptions.again(id)), OutcomeUnknown.class))
                .hasMessageContaining("not kept any more");
        assertThat(texts(store, a)).containsExactly("x", "y");
    }

    @Test
    void oldUnknownRequestsAreGivenUpSoThatTheMarkMoves() {
        append(store, a, "x").join();
        cluster.change(() -> cluster.hung.addAll(List.of(0, 1, 2)));
        List<CompletableFuture<?>> unknown = new ArrayList<>();
        for (int i = 0; i < Sessions.MAX_UNKNOWN + 6; i++) {
            unknown.add(append(store, a, "x" + i, SHORT));
        }
        unknown.forEach(future -> failure(future, OutcomeUnknown.class));
        cluster.change(cluster.hung::clear);
        append(store, a, "y").join();
        assertThat(last().getLowWaterMark()).isEqualTo(1 + 6);
    }

    @Test
    void anExpiredSessionIsReplacedAndTheOrderKept() {
        append(store, a, "0").join();
        List<CompletableFuture<?>> results = new ArrayList<>();
        for (int i = 1; i < 500; i++) {
            if (i == 100) {
                cluster.change(() -> cluster.partitions.forEach(partition -> partition.expiredSessions.add(1L)));
            }
            results.add(append(store, a, "" + i));
        }
        CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)).join();
        assertThat(texts(store, a))
                .isEqualTo(IntStream.range(0, 500).mapToObj(i -> "" + i).toList());
        assertThat(cluster.look(() -> cluster.sessionsOpened)).isBetween(2, 3);
    }

    @Test
    void inAnExpiredSessionWhatMayHaveBeenExecutedIsUnknown() {
        cluster.change(() -> cluster.loseAnswer = 1);
        CompletableFuture<?> lost = append(store, a, "x");
        await("it is tried", () -> cluster.look(() -> !cluster.received.isEmpty()));
        cluster.change(() -> {
            cluster.loseAnswer = 0;
            cluster.partitions.get(0).expiredSessions.add(1L);
        });
        assertThat(failure(lost, OutcomeUnknown.class)).hasMessageContaining("session has expired");
        append(store, a, "y").join();
        assertThat(texts(store, a)).containsExactly("x", "y");
    }

    @Test
    void aPartitionWithoutLeaderNeitherStopsTheOthersNorFillsTheirSessions() {
        append(store, a, "x").join();
        cluster.change(() -> cluster.leaders[0] = -1);
        CompletableFuture<?> stuck = append(store, a, "y");
        for (int round = 0; round < 6; round++) {
            CompletableFuture.allOf(IntStream.range(0, 1_000)
                            .mapToObj(i -> append(store, b, "z"))
                            .toArray(CompletableFuture[]::new))
                    .join();
        }
        assertThat(stuck).isNotDone();
        assertThat(cluster.look(() -> cluster.sessionsOpened)).isEqualTo(2);
        assertThat(cluster.look(() -> cluster.partitions.get(1).mostAnswers)).isLessThanOrEqualTo(4_096);
        cluster.change(() -> cluster.leaders[0] = 2);
        stuck.join();
        append(store, a, "z").join();
        assertThat(texts(store, a)).containsExactly("x", "y", "z");
    }

    /** What waits there holds its session's mark back, so that the next call on the stream comes in another session. */
    @Test
    void aLockedStreamHoldsUpItsOwnCallsOnlyOverSeveralSessions() {
        List<String> streams =
                IntStream.range(0, 30).mapToObj(i -> "stream-" + i).toList();
        List<ByteString> locked =
                streams.subList(0, 2).stream().map(ByteString::copyFromUtf8).toList();
        cluster.change(() -> cluster.transactions.locked.addAll(locked));
        List<CompletableFuture<?>> free = new ArrayList<>();
        List<CompletableFuture<?>> waiting = new ArrayList<>();
        CallOptions patient = CallOptions.within(Duration.ofSeconds(60));
        for (int i = 0; i < 12_000; i++) {
            (i % 30 < 2 ? waiting : free).add(append(store, streams.get(i % 30), "" + i / 30, patient));
            if (i % 1_000 == 999) {
                assertThat(CompletableFuture.allOf(free.toArray(CompletableFuture[]::new)))
                        .succeedsWithin(Duration.ofSeconds(5));
                free.clear();
            }
        }
        assertThat(cluster.look(() -> cluster.sessionsOpened)).isGreaterThan(2);
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
        unlock(streams.get(2));
        CompletableFuture.allOf(waiting.toArray(CompletableFuture[]::new)).join();
        for (String stream : streams) {
            assertThat(texts(store, stream).subList(0, 400))
                    .isEqualTo(IntStream.range(0, 400).mapToObj(i -> "" + i).toList());
        }
    }

    /** What was locked is sent again when the store hears, by a call on another stream, that the leaders have changed. */
    private void unlock(String other) {
        cluster.change(() -> {
            cluster.transactions.locked.clear();
            cluster.leaders[0] = 2;
            cluster.leaders[1] = 2;
        });
        append(store, other, "400").join();
    }

    /** An append of "first" whose answer was lost, and whose stream was locked then. */
    private RequestId unknownOnALockedStream() {
        cluster.change(() -> cluster.swallowAnswers = true);
        RequestId id =
                failure(append(store, a, "first", SHORT), OutcomeUnknown.class).requestId();
        cluster.change(() -> {
            cluster.swallowAnswers = false;
            cluster.transactions.locked.add(ByteString.copyFromUtf8(a));
        });
        return id;
    }

    @Test
    void aRequestSentAgainOnALockedStreamHoldsUpNoOther() {
        String free = FakeCluster.streamIn(store, 0, "free");
        RequestId id = unknownOnALockedStream();
        CompletableFuture<?> second = append(store, a, "second");
        CompletableFuture<AppendResult> again = append(store, a, "first", CallOptions.again(id));
        CompletableFuture<?> third = append(store, a, "third");
        assertThat(append(store, free, "x")).succeedsWithin(Duration.ofSeconds(5));
        assertThat(second).isNotDone();
        unlock(free);
        CompletableFuture.allOf(second, again, third).join();
        assertThat(texts(store, a)).containsExactly("first", "second", "third");
    }

    @Test
    void whatWaitsForAnEarlierCallEndsByItsDeadlineAndStandsForIt() {
        RequestId id = unknownOnALockedStream();
        CompletableFuture<?> second = append(store, a, "second");
        await("it is sent", () -> last().getAppend().getStream().toStringUtf8().equals(a));
        CallOptions again = new CallOptions(Duration.ofMillis(150), id);
        CompletableFuture<?> first = append(store, a, "first", again);
        CompletableFuture<?> third = append(store, a, "third", SHORT);
        CompletableFuture<?> fourth = append(store, a, "fourth");
        failure(first, OutcomeUnknown.class);
        failure(third, Unavailable.class);
        assertThat(fourth).isNotDone();
        unlock(FakeCluster.streamIn(store, 0, "free"));
        CompletableFuture.allOf(second, fourth).join();
        assertThat(texts(store, a)).containsExactly("first", "second", "fourth");
    }

    @Test
    void aFullSessionIsWaitedFor() {
        cluster.change(() -> cluster.partitions.get(0).maxAnswers = 5);
        CompletableFuture.allOf(IntStream.range(0, 50)
                        .mapToObj(i -> append(store, a, "" + i))
                        .toArray(CompletableFuture[]::new))
                .join();
        assertThat(texts(store, a))
                .isEqualTo(IntStream.range(0, 50).mapToObj(i -> "" + i).toList());
    }
}
