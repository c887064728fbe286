package io.weir.client.internal;

import static io.weir.client.internal.Calls.event;
import static io.weir.client.internal.Calls.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.client.CallOptions;
import io.weir.client.ClientConfig;
import io.weir.client.EventStoreException.OutcomeUnknown;
import io.weir.client.Expected;
import io.weir.client.RequestId;
import io.weir.client.RequestStatus;
import io.weir.client.Transaction;
import io.weir.client.TransactionResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Transactions over several partitions while everything fails: what is answered is what happened, once, and what remained
 * unknown is settled by sending it again, or by asking.
 */
class DistributedCommitSimulation {
    private static final int TRANSACTIONS = 300;
    private static final int PARTITIONS = 3;

    static LongStream seeds() {
        return LongStream.rangeClosed(1, Long.getLong("weir.seeds", 10)); // more for a long run
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyTransactionIsExecutedOnceOrNotAtAllAsAnswered(long seed) throws Exception {
        Random random = new Random(seed);
        FakeCluster cluster = new FakeCluster(1 + random.nextInt(5), PARTITIONS, seed);
        cluster.loseRequest = random.nextBoolean() ? 0.02 : 0;
        cluster.loseAnswer = random.nextBoolean() ? 0.05 : 0;
        cluster.duplicate = random.nextBoolean() ? 0.05 : 0;
        cluster.throttle = random.nextInt(4) == 0 ? 0.01 : 0;
        cluster.leaderChangeEvery = 30 + random.nextInt(200);
        cluster.maxDelayMicros = random.nextInt(3) * 1_000;
        cluster.transactions.contention = random.nextInt(3) * 0.2;
        boolean hasShortDeadlines = random.nextBoolean();
        try (RoutedEventStore store = cluster.store(ClientConfig.DEFAULT)) {
            List<Transaction> transactions = new ArrayList<>();
            List<CompletableFuture<TransactionResult>> results = new ArrayList<>();
            for (int i = 0; i < TRANSACTIONS; i++) {
                transactions.add(transaction(store, random, "" + i));
                Duration timeout = Duration.ofMillis(hasShortDeadlines ? 1 + random.nextInt(50) : 20_000);
                results.add(store.commit(transactions.get(i), CallOptions.within(timeout)));
            }
            List<Boolean> isCommitted = new ArrayList<>();
            for (int i = 0; i < TRANSACTIONS; i++) {
                isCommitted.add(settled(store, transactions.get(i), results.get(i)));
            }
            for (int partition = 0; partition < PARTITIONS; partition++) {
                String stream = FakeCluster.streamIn(store, partition, "s");
                List<String> expected = new ArrayList<>();
                for (int i = 0; i < TRANSACTIONS; i++) {
                    boolean isIn = transactions.get(i).appends().stream()
                            .anyMatch(append -> append.stream().equals(stream));
                    if (isIn && isCommitted.get(i)) {
                        expected.add("" + i);
                    }
                }
                assertThat(texts(store, stream)).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(expected);
            }
        }
    }

    private static Transaction transaction(RoutedEventStore store, Random random, String text) {
        Transaction.Builder builder = Transaction.builder();
        int left = random.nextInt(PARTITIONS + 1); // PARTITIONS: none is left out
        for (int partition = 0; partition < PARTITIONS; partition++) {
            if (partition != left) {
                builder.append(FakeCluster.streamIn(store, partition, "s"), Expected.any(), event(text));
            }
        }
        return builder.build();
    }

    /** Whether it was committed; by whatever it takes to find out. */
    private static boolean settled(
            RoutedEventStore store, Transaction transaction, CompletableFuture<TransactionResult> result)
            throws Exception {
        try {
            TransactionResult answer = result.get(60, TimeUnit.SECONDS);
            assertThat(answer).isNotInstanceOf(TransactionResult.Rejected.class);
            return answer instanceof TransactionResult.Committed;
        } catch (java.util.concurrent.ExecutionException e) {
            if (!(e.getCause() instanceof OutcomeUnknown unknown)) {
                return false; // Unavailable, Throttled: it was not executed
            }
            RequestId id = RequestId.parse(unknown.requestId().toString());
            if (id.sequence() % 2 == 0) {
                return store.commit(transaction, CallOptions.again(id)).join() instanceof TransactionResult.Committed;
            }
            RequestStatus status = status(store, id);
            assertThat(status).isNotEqualTo(RequestStatus.Forgotten.INSTANCE);
            return status instanceof RequestStatus.Committed;
        }
    }

    private static RequestStatus status(RoutedEventStore store, RequestId id) {
        try {
            return store.status(id).join();
        } catch (CompletionException e) {
            throw new AssertionError("a question without an answer within ten seconds", e);
        }
    }
}
