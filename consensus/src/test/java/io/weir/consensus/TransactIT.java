package io.weir.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.client.AbortReason;
import io.weir.client.CallOptions;
import io.weir.client.EventStore;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.OpenTransaction;
import io.weir.client.ReadLevel;
import io.weir.client.ReadRequest;
import io.weir.client.RequestId;
import io.weir.client.RequestStatus;
import io.weir.client.Transaction;
import io.weir.client.TransactionResult;
import io.weir.client.VectorPosition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What users do with transactions over several partitions, against three nodes. */
class TransactIT {
    private static final CallOptions LONG = CallOptions.within(Duration.ofSeconds(60));

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private static NewEvent amount(int amount) {
        return NewEvent.json("Moved", String.valueOf(amount));
    }

    @Test
    void commitsTransactsAndTells() throws Exception {
        try (TestCluster cluster = TestCluster.start(directory, 3);
                EventStore store = cluster.connect()) {
            cluster.awaitReady();
            List<String> accounts = IntStream.range(0, 6)
                    .mapToObj(i -> TestCluster.streamIn(store, i % 3, "account-" + i + "-"))
                    .toList();
            Transaction.Builder opening = Transaction.builder();
            accounts.forEach(account -> opening.append(account, Expected.noStream(), amount(100)));
            TransactionResult.Committed opened =
                    store.commit(opening.build(), LONG).join().orThrow();
            assertThat(opened.lastRevisions()).hasSize(6).containsValue(0L);
            tokensAreReadAt(store, accounts, opened.token());
            moneyMoves(store, accounts);
            statusIsFinal(store, accounts, opened.token());
            TestCluster.await(
                    "all is resolved", () -> !store.transactions().iterator().hasNext());
            cluster.assertEqualDigests();
        }
    }

    private static void tokensAreReadAt(EventStore store, List<String> accounts, VectorPosition token) {
        assertThat(token.prepared()).hasSize(3);
        for (String account : accounts) {
            assertThat(store.read(ReadRequest.stream(account).at(ReadLevel.atLeast(token))))
                    .hasSize(1);
        }
        VectorPosition settled = store.settled(token).join();
        assertThat(settled).isEqualTo(new VectorPosition(Map.of(0, 2L, 1, 2L, 2, 2L)));
    }

    private static int balance(OpenTransaction tx, String account) {
        return tx.read(account).stream()
                .mapToInt(event -> Integer.parseInt(event.text()))
                .sum();
    }

    private static int sum(EventStore store, List<String> accounts) {
        return store.transact(
                tx -> accounts.stream()
                        .mapToInt(account -> balance(tx, account))
                        .sum(),
                LONG);
    }

    private static void moneyMoves(EventStore store, List<String> accounts) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> clients = new ArrayList<>();
            for (int client = 0; client < 3; client++) {
                Random random = new Random(client);
                clients.add(
                        threads.submit(() -> IntStream.range(0, 20).forEach(i -> transfer(store, accounts, random))));
            }
            clients.add(threads.submit(() -> IntStream.range(0, 5)
                    .forEach(i -> assertThat(sum(store, accounts)).isEqualTo(600))));
            for (Future<?> client : clients) {
                client.get(120, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(sum(store, accounts)).isEqualTo(600);
    }

    private static void transfer(EventStore store, List<String> accounts, Random random) {
        String from = accounts.get(random.nextInt(accounts.size()));
        String to = accounts.get(random.nextInt(accounts.size()));
        int amount = 1 + random.nextInt(50);
        store.transact(
                tx -> {
                    if (!from.equals(to) && balance(tx, from) >= amount) {
                        tx.append(from, amount(-amount));
                        tx.append(to, amount(amount));
                    }
                    return null;
                },
                LONG);
    }

    /** Of ids under which nothing was sent yet. */
    private static void statusIsFinal(EventStore store, List<String> accounts, VectorPosition token) {
        RequestId known = token.prepared().iterator().next().transaction();
        assertThat(store.status(known).join())
                .as("given up, and kept by home until it expires; or forgotten")
                .isInstanceOfAny(RequestStatus.Committed.class, RequestStatus.Forgotten.class);
        RequestId across = new RequestId(
                known.sessionHigh(), known.sessionLow(), 1_000_000, known.partition(), known.expiryMs() + 3_600_000);
        assertThat(store.status(across).join()).isEqualTo(new RequestStatus.NotExecuted(AbortReason.FENCED));
        assertThat(store.status(RequestId.parse(across.toString())).join())
                .isEqualTo(new RequestStatus.NotExecuted(AbortReason.FENCED));
        Transaction.Builder late = Transaction.builder();
        accounts.forEach(account -> late.append(account, Expected.any(), amount(1)));
        long before = count(store, accounts.get(0));
        assertThat(store.commit(late.build(), CallOptions.again(across)).join())
                .isEqualTo(new TransactionResult.Aborted(AbortReason.FENCED, 1));
        assertThat(count(store, accounts.get(0))).isEqualTo(before);

        RequestId ofAppend = new RequestId(
                known.sessionHigh(), known.sessionLow(), 1_000_001, store.partitionOf(accounts.get(0)), 0);
        assertThat(store.status(ofAppend).join()).isEqualTo(new RequestStatus.NotExecuted(AbortReason.FENCED));
        assertThat(store.append(accounts.get(0), Expected.any(), List.of(amount(1)), CallOptions.again(ofAppend)))
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .withMessageContaining("WEIR-2005");
    }

    private static long count(EventStore store, String stream) {
        return StreamSupport.stream(store.read(ReadRequest.stream(stream)).spliterator(), false)
                .count();
    }
}
