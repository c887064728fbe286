package io.weir.client.internal;

import static io.weir.client.internal.Calls.append;
import static io.weir.client.internal.Calls.await;
import static io.weir.client.internal.Calls.event;
import static io.weir.client.internal.Calls.failure;
import static io.weir.client.internal.Calls.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.weir.client.AbortReason;
import io.weir.client.CallOptions;
import io.weir.client.ClientConfig;
import io.weir.client.EventStoreException;
import io.weir.client.EventStoreException.OutcomeUnknown;
import io.weir.client.EventStoreException.RequestIdReused;
import io.weir.client.Expected;
import io.weir.client.RequestId;
import io.weir.client.RequestStatus;
import io.weir.client.StreamState;
import io.weir.client.Transaction;
import io.weir.client.TransactionResult;
import io.weir.client.TransactionResult.Aborted;
import io.weir.client.TransactionResult.Committed;
import io.weir.client.TransactionResult.Rejected;
import io.weir.client.Violation;
import io.weir.protocol.AbortedTransaction.Reason;
import io.weir.protocol.Command;
import io.weir.protocol.DistributedTransact;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Transactions over several partitions: where they go, what is tried again and under which id, and what comes back. */
class DistributedCommitTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final CallOptions SHORT = CallOptions.within(Duration.ofMillis(400));

    private final FakeCluster cluster = new FakeCluster(3, 3, 1);
    private final FakeTransactions transactions = cluster.transactions;
    private final RoutedEventStore store = cluster.store(ClientConfig.DEFAULT);
    private final String a = FakeCluster.streamIn(store, 0, "a");
    private final String b = FakeCluster.streamIn(store, 1, "b");
    private final String c = FakeCluster.streamIn(store, 2, "c");

    DistributedCommitTest() {
        cluster.change(() -> cluster.clockMs = NOW);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private Transaction across(String text) {
        return Transaction.builder()
                .append(a, Expected.any(), event(text))
                .append(b, Expected.any(), event(text))
                .build();
    }

    private List<Command> sent() {
        return cluster.look(
                () -> cluster.received.stream().filter(Command::hasDistributed).toList());
    }

    private Command last() {
        return cluster.look(() -> cluster.received.get(cluster.received.size() - 1));
    }

    private static ByteString utf8(String text) {
        return ByteString.copyFromUtf8(text);
    }

    @Test
    void oneCommandToHomeThenAnAnswerInTheOrderOfTheTransaction() {
        Committed committed = store.commit(Transaction.builder()
                        .append(b, Expected.noStream(), event("1"), event("2"))
                        .append(a, Expected.any(), event("3"))
                        .append(b, Expected.revision(1), event("4"))
                        .append(c, Expected.any())
                        .require(c, Expected.noStream())
                        .build())
                .join()
                .orThrow();
        assertThat(committed.lastRevisions()).isEqualTo(Map.of(b, 2L, a, 0L));
        assertThat(sent()).hasSize(1);
        assertThat(last().getAfterList()).isEmpty();
        DistributedTransact sent = last().getDistributed();
        assertThat(sent.getAppendsList())
                .extracting(append -> append.getStream().toStringUtf8())
                .containsExactly(b, a, b, c);
        assertThat(sent.hasFirst()).isFalse();
        assertThat(sent.getExpiryMs() - NOW).isBetween(14_990L, 25_000L);

        TransactionResult result = store.commit(Transaction.builder()
                        .require(c, Expected.exists())
                        .append(b, Expected.noStream(), event("5"))
                        .append(a, Expected.atMost(7), event("6"))
                        .build())
                .join();
        assertThat(result)
                .isEqualTo(new Rejected(List.of(
                        new Violation(c, Expected.exists(), StreamState.Absent.INSTANCE),
                        new Violation(b, Expected.noStream(), new StreamState.At(2)))));
        assertThatThrownBy(result::orThrow).isInstanceOf(EventStoreException.ConditionFailed.class);
        assertThat(texts(store, a)).containsExactly("3");
    }

    @Test
    void homeIsTheParticipantWithTheMostBytesAndOfEqualsTheLowest() {
        List.of(a, b, c).forEach(stream -> append(store, stream, "x").join()); // the leaders are known
        assertThat(homeOf(List.of(c, b), List.of(event("x")))).isEqualTo(1);
        assertThat(homeOf(List.of(c, b), List.of(event("xxxxxxx"), event("y")))).isEqualTo(1);
        assertThat(homeOf(List.of(b, c, c), List.of(event("x")))).isEqualTo(2);
        assertThat(homeOf(List.of(c, a, b), List.of())).isZero();
    }

    /** As the id of its unknown outcome says. */
    private int homeOf(List<String> streams, List<io.weir.client.NewEvent> events) {
        cluster.change(() -> cluster.swallowAnswers = true);
        Transaction.Builder builder = Transaction.builder();
        streams.forEach(stream -> builder.append(stream, Expected.any(), events));
        OutcomeUnknown unknown = failure(store.commit(builder.build(), SHORT), OutcomeUnknown.class);
        cluster.change(() -> cluster.swallowAnswers = false);
        return unknown.requestId().partition();
    }

    @Test
    void contentionIsTriedAgainAsANewRequestWithTheSameExpiryAndTheContendedPartFirst() {
        cluster.change(() -> transactions.locked.add(utf8(b)));
        CompletableFuture<TransactionResult> result = store.commit(across("x"));
        await("several attempts", () -> sent().size() > 3);
        cluster.change(transactions.locked::clear);
        assertThat(result.join().orThrow().lastRevisions()).isEqualTo(Map.of(a, 0L, b, 0L));

        List<Command> sent = sent();
        assertThat(sent)
                .extracting(command -> command.getRequestId().getSequence())
                .doesNotHaveDuplicates();
        assertThat(sent)
                .extracting(command -> command.getDistributed().getExpiryMs())
                .containsOnly(sent.get(0).getDistributed().getExpiryMs());
        assertThat(sent.get(0).getDistributed().hasFirst()).isFalse();
        assertThat(sent.subList(1, sent.size()))
                .allMatch(command -> command.getDistributed().hasFirst()
                        && command.getDistributed().getFirst() == 1);
        assertThat(texts(store, a)).containsExactly("x");
        append(store, a, "y").join();
        assertThat(last().getLowWaterMark()).isEqualTo(sent.size());
    }

    @Test
    void whereOneGaveWayTheNextOneQueuesUpBeforeAllElse() {
        cluster.change(() -> transactions.locked.add(utf8(b)));
        CompletableFuture<TransactionResult> first = store.commit(across("x"));
        await("an attempt that gave way", () -> sent().size() > 1);
        cluster.change(transactions.locked::clear);
        first.join().orThrow();
        store.commit(across("y")).join().orThrow();
        assertThat(last().getDistributed().getFirst()).isEqualTo(1);
        store.commit(Transaction.builder()
                        .append(a, Expected.any(), event("z"))
                        .append(c, Expected.any(), event("z"))
                        .build())
                .join()
                .orThrow();
        assertThat(last().getDistributed().hasFirst()).isFalse();
    }

    @Test
    void contentionUntilTheDeadlineAborts() {
        cluster.change(() -> transactions.locked.add(utf8(b)));
        long start = System.nanoTime();
        TransactionResult result = store.commit(across("x"), SHORT).join();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
        assertThat(result).isInstanceOfSatisfying(Aborted.class, aborted -> {
            assertThat(aborted.reason()).isEqualTo(AbortReason.CONTENTION);
            assertThat(aborted.attempts()).isEqualTo(sent().size()).isGreaterThan(3);
        });
        assertThatThrownBy(result::orThrow)
                .isInstanceOf(EventStoreException.Aborted.class)
                .hasMessageContainingAll("WEIR-2005", "others held its streams", "attempts: " + sent().size());
        assertThat(texts(store, a)).isEmpty();
    }

    @Test
    void pausesGrowFromOneMillisecondToFifty() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(DistributedCommit.pauseNanos(1)).isBetween(1_000_000L, 2_000_000L);
            assertThat(DistributedCommit.pauseNanos(3)).isBetween(4_000_000L, 8_000_000L);
            assertThat(DistributedCommit.pauseNanos(6 + i)).isBetween(25_000_000L, 50_000_000L);
        }
    }

    @Test
    void anExpiryThatWasTooEarlyIsCorrectedOnce() {
        append(store, a, "0").join();
        cluster.change(() -> transactions.logTimesMs.put(1, NOW + 3_600_000));
        store.commit(across("x")).join().orThrow();
        assertThat(sent()).hasSize(2);
        assertThat(sent().get(1).getDistributed().getExpiryMs() - NOW - 3_600_000)
                .isBetween(14_000L, 25_000L);
        store.commit(across("y")).join().orThrow();
        assertThat(sent()).hasSize(3);

        cluster.change(() -> transactions.abortWith = Reason.EXPIRED);
        assertThat(store.commit(across("z")).join()).isEqualTo(new Aborted(AbortReason.EXPIRED, 2));
        assertThat(texts(store, b)).containsExactly("x", "y");
    }

    /** The clocks were set forward, or this machine has slept: home itself is past the expiry, and cannot say by how much. */
    @Test
    void anExpiryThatHasPassedAtHomeIsCorrectedToo() {
        append(store, a, "0").join();
        cluster.change(() -> {
            transactions.logTimesMs.put(0, NOW + 3_600_000);
            transactions.logTimesMs.put(1, NOW + 3_601_000);
        });
        store.commit(across("x")).join().orThrow();
        assertThat(sent()).hasSize(2);
        assertThat(sent().get(1).getDistributed().getExpiryMs() - NOW - 3_601_000)
                .isBetween(14_000L, 25_000L);
        store.commit(across("y")).join().orThrow();
        assertThat(sent()).hasSize(3);
        assertThat(texts(store, a)).containsExactly("0", "x", "y");
        assertThat(cluster.look(() -> cluster.sessionsOpened)).isEqualTo(2);
    }

    /** Not even that it was never committed can home say then. */
    @Test
    void afterTheEndOfItsSessionAtHomeOneIsUnknownAndTheNextOneIsCommitted() {
        append(store, a, "0").join();
        cluster.change(() -> transactions.logTimesMs.put(0, NOW + TimeUnit.DAYS.toMillis(3)));
        failure(store.commit(across("x")), OutcomeUnknown.class);
        store.commit(across("y")).join().orThrow();
        assertThat(texts(store, a)).containsExactly("0", "y");
    }

    @Test
    void anOldTransactionThatIsSentAgainLeavesTheSessionAsItIs() {
        cluster.change(() -> cluster.swallowRequests = true);
        RequestId id =
                failure(store.commit(across("x"), SHORT), OutcomeUnknown.class).requestId();
        cluster.change(() -> {
            cluster.swallowRequests = false;
            transactions.logTimesMs.put(0, id.expiryMs() + 1);
        });
        assertThat(store.commit(across("x"), CallOptions.again(id)).join())
                .isEqualTo(new Aborted(AbortReason.EXPIRED, 1));
        append(store, b, "y").join();
        assertThat(cluster.look(() -> cluster.sessionsOpened)).isEqualTo(1);
    }

    @Test
    void whatSomebodyHasFencedIsNotTriedAgain() {
        cluster.change(() -> transactions.abortWith = Reason.FENCED);
        assertThat(store.commit(across("x")).join()).isEqualTo(new Aborted(AbortReason.FENCED, 1));
    }

    @Test
    void whatWasTakenForAbandonedIsTriedAgain() {
        cluster.change(() -> transactions.abortWith = Reason.RECOVERED);
        assertThat(store.commit(across("x"), SHORT).join())
                .isInstanceOfSatisfying(
                        Aborted.class, aborted -> assertThat(aborted.reason()).isEqualTo(AbortReason.RECOVERED));
        CompletableFuture<TransactionResult> result = store.commit(across("y"));
        int before = sent().size();
        await("another attempt", () -> sent().size() > before + 1);
        cluster.change(() -> transactions.abortWith = Reason.UNSPECIFIED);
        assertThat(result.join()).isInstanceOf(Committed.class);
        assertThat(texts(store, b)).containsExactly("y");
    }

    @Test
    void anUnknownOutcomeIsAnsweredWhenTheSameTransactionIsSentAgain() {
        cluster.change(() -> cluster.swallowAnswers = true);
        OutcomeUnknown unknown = failure(store.commit(across("x"), SHORT), OutcomeUnknown.class);
        cluster.change(() -> cluster.swallowAnswers = false);
        Command first = sent().get(0);
        RequestId id = RequestId.parse(unknown.requestId().toString());
        assertThat(id.expiryMs())
                .isEqualTo(first.getDistributed().getExpiryMs())
                .isPositive();
        assertThat(unknown).hasMessageContainingAll(id.toString(), "status(requestId())");

        try (RoutedEventStore other = new RoutedEventStore(unclosed(), cluster.members(), ClientConfig.DEFAULT)) {
            assertThat(other.commit(across("x"), CallOptions.again(id))
                            .join()
                            .orThrow()
                            .lastRevisions())
                    .isEqualTo(Map.of(a, 0L, b, 0L));
        }
        assertThat(store.commit(across("x"), CallOptions.again(id)).join()).isInstanceOf(Committed.class);
        assertThat(sent()).allSatisfy(command -> {
            assertThat(command.getRequestId()).isEqualTo(first.getRequestId());
            assertThat(command.getDistributed()).isEqualTo(first.getDistributed());
        });
        assertThat(cluster.look(() -> transactions.committed)).isEqualTo(1);
        append(store, a, "y").join();
        assertThat(last().getLowWaterMark()).isEqualTo(1);
    }

    private io.weir.client.spi.Transport unclosed() {
        return new io.weir.client.spi.Transport() {
            @Override
            public io.weir.client.spi.NodeChannel open(io.weir.protocol.Member member) {
                return cluster.open(member);
            }

            @Override
            public void close() {}
        };
    }

    @Test
    void whatWasAbortedStaysAbortedHoweverOftenItIsSentAgain() {
        cluster.change(() -> {
            transactions.locked.add(utf8(b));
            cluster.swallowAnswers = true;
        });
        RequestId id =
                failure(store.commit(across("x"), SHORT), OutcomeUnknown.class).requestId();
        cluster.change(() -> {
            transactions.locked.clear();
            cluster.swallowAnswers = false;
        });
        for (int i = 0; i < 2; i++) {
            assertThat(store.commit(across("x"), CallOptions.again(id)).join())
                    .as("another attempt would be another request, and this one might be sent again")
                    .isInstanceOfSatisfying(
                            Aborted.class,
                            aborted -> assertThat(aborted.reason()).isEqualTo(AbortReason.CONTENTION));
        }
        assertThat(store.status(id).join()).isInstanceOf(RequestStatus.NotExecuted.class);
        assertThat(texts(store, b)).isEmpty();
    }

    @Test
    void otherContentUnderTheSameIdIsRefused() {
        cluster.change(() -> cluster.swallowAnswers = true);
        RequestId id =
                failure(store.commit(across("x"), SHORT), OutcomeUnknown.class).requestId();
        RequestId ofAppend =
                failure(append(store, b, "x", SHORT), OutcomeUnknown.class).requestId();
        cluster.change(() -> cluster.swallowAnswers = false);
        assertThat(failure(store.commit(across("y"), CallOptions.again(id)), RequestIdReused.class))
                .hasMessageContaining("other content");
        Transaction elsewhere = Transaction.builder()
                .append(b, Expected.any(), event("x"))
                .append(c, Expected.any(), event("x"))
                .build();
        int sent = sent().size();
        assertThat(failure(store.commit(elsewhere, CallOptions.again(id)), RequestIdReused.class))
                .hasMessageContainingAll("goes to partition 1 and others", "sent to partition 0 and others");
        failure(append(store, a, "x", CallOptions.again(id)), RequestIdReused.class);
        failure(store.commit(elsewhere, CallOptions.again(ofAppend)), RequestIdReused.class);
        failure(append(store, a, "x", CallOptions.again(ofAppend)), RequestIdReused.class);
        assertThat(sent()).hasSize(sent);
    }

    @Test
    void aForgottenDecisionStaysUnknown() {
        cluster.change(() -> transactions.hasForgotten = true);
        assertThat(failure(store.commit(across("x")), OutcomeUnknown.class)).hasMessageContaining("not kept any more");
    }

    @Test
    void neitherWaitsForTheCallsThatAreOpenNorTheyForIt() {
        append(store, a, "0").join();
        cluster.change(() -> transactions.areStuck = true);
        CompletableFuture<?> stuck = store.commit(across("x"));
        await("it was sent", () -> sent().size() == 1);
        for (int i = 0; i < 100; i++) {
            append(store, a, "y").join();
            assertThat(last().getAfterList()).isEmpty();
        }
        assertThat(stuck).isNotDone();
    }

    /** A node that has not proved to lead is sent one command alone: that must not be one that waits. */
    @Test
    void stuckTransactionsHoldUpNobodyAtANodeThatIsNotKnownToLead() throws Exception {
        cluster.change(() -> transactions.areStuck = true);
        List<CompletableFuture<TransactionResult>> stuck = IntStream.range(0, 100)
                .mapToObj(i -> store.commit(across("x" + i)))
                .toList();
        await("some are sent", () -> sent().size() >= 8);
        assertThat(append(store, a, "y").get(1, TimeUnit.SECONDS).orThrow().firstRevision())
                .isZero();
        await("all are sent", () -> sent().size() >= 100);
        assertThat(stuck).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void closingEndsThoseThatPause() {
        cluster.change(() -> transactions.locked.add(utf8(a)));
        List<CompletableFuture<TransactionResult>> open =
                List.of(store.commit(across("x")), store.commit(across("y")), store.commit(across("z")));
        await("they are tried", () -> sent().size() > 10);
        store.close();
        open.forEach(result -> failure(result, EventStoreException.Closed.class));
        failure(store.commit(across("x")), EventStoreException.Closed.class);
    }

    @Test
    void whatPausesIsNotHeldAndWhatIsTriedAgainIsNotThrottled() {
        FakeCluster other = new FakeCluster(1, 2, 1);
        try (RoutedEventStore small = other.store(ClientConfig.DEFAULT.withQueue(4, 2, 1_000))) {
            String x = FakeCluster.streamIn(small, 0, "x");
            String y = FakeCluster.streamIn(small, 1, "y");
            other.change(() -> other.transactions.locked.add(utf8(x)));
            Transaction across = Transaction.builder()
                    .append(x, Expected.any(), event("x"))
                    .require(y, Expected.any())
                    .build();
            CompletableFuture<TransactionResult> first = small.commit(across);
            CompletableFuture<TransactionResult> second = small.commit(across);
            await("several attempts", () -> other.look(() -> other.received.size() > 20));
            other.change(other.transactions.locked::clear);
            first.join().orThrow();
            second.join().orThrow();
            other.change(() -> other.transactions.areStuck = true);
            CompletableFuture<TransactionResult> third = small.commit(across);
            CompletableFuture<TransactionResult> fourth = small.commit(across);
            failure(small.commit(across), EventStoreException.Throttled.class);
            assertThat(third).isNotDone();
            assertThat(fourth).isNotDone();
        }
    }
}
