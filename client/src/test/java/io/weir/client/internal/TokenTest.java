package io.weir.client.internal;

import static io.weir.client.internal.Calls.append;
import static io.weir.client.internal.Calls.await;
import static io.weir.client.internal.Calls.event;
import static io.weir.client.internal.Calls.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.client.ClientConfig;
import io.weir.client.EventStoreException.InvalidRequest;
import io.weir.client.Expected;
import io.weir.client.ReadLevel;
import io.weir.client.ReadRequest;
import io.weir.client.RecordedEvent;
import io.weir.client.RequestId;
import io.weir.client.Transaction;
import io.weir.client.VectorPosition;
import io.weir.client.VectorPosition.Prepared;
import io.weir.protocol.Limits;
import io.weir.protocol.PreparedTransaction;
import io.weir.protocol.QueryRequest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tokens of transactions over several partitions: what they hold, what of it is asked of whom, and how they are made small. */
class TokenTest {
    private final FakeCluster cluster = new FakeCluster(3, 3, 1);
    private final RoutedEventStore store = cluster.store(ClientConfig.DEFAULT);
    private final List<String> streams = List.of(
            FakeCluster.streamIn(store, 0, "a"),
            FakeCluster.streamIn(store, 1, "b"),
            FakeCluster.streamIn(store, 2, "c"));

    @AfterEach
    void close() {
        store.close();
    }

    private VectorPosition commit(int... partitions) {
        Transaction.Builder builder = Transaction.builder();
        for (int partition : partitions) {
            builder.append(streams.get(partition), Expected.any(), event("x"));
        }
        return store.commit(builder.build()).join().orThrow().token();
    }

    private List<RecordedEvent> read(int partition, VectorPosition token) {
        List<RecordedEvent> events = new ArrayList<>();
        store.read(ReadRequest.partition(partition).at(ReadLevel.atLeast(token)))
                .forEach(events::add);
        return events;
    }

    private QueryRequest last() {
        return cluster.look(() -> cluster.queries.get(cluster.queries.size() - 1));
    }

    @Test
    void itNamesThePartsAndAReadAsksForThoseOfItsPartitionOnly() {
        VectorPosition token = commit(0, 2);
        assertThat(token.next()).isEmpty();
        assertThat(token.prepared()).extracting(Prepared::partition).containsExactly(0, 2);
        assertThat(token.prepared()).extracting(Prepared::index).containsExactly(10L, 12L);
        RequestId id = token.prepared().iterator().next().transaction();

        assertThat(read(2, token)).hasSize(1);
        List<PreparedTransaction> asked = last().getLevel().getPreparedList();
        assertThat(asked).hasSize(1);
        assertThat(asked.get(0).getIndex()).isEqualTo(12);
        assertThat(asked.get(0).getId().getSessionHigh()).isEqualTo(id.sessionHigh());
        assertThat(asked.get(0).getId().getSessionLow()).isEqualTo(id.sessionLow());
        assertThat(asked.get(0).getId().getSequence()).isEqualTo(1);
        assertThat(asked.get(0).getId().getHome()).isZero();
        assertThat(asked.get(0).getId().getExpiryMs())
                .isEqualTo(id.expiryMs())
                .isEqualTo(cluster.look(() -> cluster.received.get(0).getDistributed())
                        .getExpiryMs());
        assertThat(read(1, token)).isEmpty();
        assertThat(last().getLevel().getPreparedList()).isEmpty();
    }

    @Test
    void mergedItHoldsWhatBothHold() {
        VectorPosition one = commit(0, 2);
        VectorPosition two = commit(1, 2);
        VectorPosition appended =
                append(store, streams.get(1), "y").join().orThrow().token();
        VectorPosition merged = one.merge(two).merge(appended).merge(one);
        assertThat(merged.next()).isEqualTo(Map.of(1, 2L));
        assertThat(merged.prepared()).extracting(Prepared::partition).containsExactly(0, 1, 2, 2);
        assertThat(merged).isEqualTo(appended.merge(two).merge(one));
        assertThat(read(1, merged)).hasSize(2);
        assertThat(last().getLevel().getNextPosition()).isEqualTo(2);
        assertThat(last().getLevel().getPreparedCount()).isEqualTo(1);
    }

    @Test
    void aTokenOfManyTransactionsIsSettledInParts() {
        Prepared one = commit(0, 1).prepared().iterator().next();
        Set<Prepared> many = new HashSet<>();
        for (int i = 1; i <= Limits.MAX_TRANSACTIONS_PER_TOKEN + 1; i++) {
            RequestId id = one.transaction();
            many.add(new Prepared(
                    one.partition(),
                    new RequestId(id.sessionHigh(), id.sessionLow(), i, id.partition(), id.expiryMs()),
                    one.index()));
        }
        int before = cluster.look(cluster.queries::size);
        assertThat(store.settled(new VectorPosition(Map.of(), many)).join().prepared())
                .isEmpty();
        assertThat(cluster.look(() -> cluster.queries.subList(before, cluster.queries.size()).stream()
                        .map(query -> query.getLevel().getPreparedCount())
                        .sorted()
                        .toList()))
                .containsExactly(1, Limits.MAX_TRANSACTIONS_PER_TOKEN);
    }

    @Test
    void settledItHoldsPositionsOnly() {
        VectorPosition token = VectorPosition.of(1, 0);
        assertThat(store.settled(token).join()).isEqualTo(token);
        for (int i = 0; i < 100; i++) {
            token = token.merge(commit(0, 2));
        }
        append(store, streams.get(2), "y").join();
        assertThat(token.prepared()).hasSize(200);
        VectorPosition settled = store.settled(token).join();
        assertThat(settled.next()).isEqualTo(Map.of(0, 100L, 1, 0L, 2, 101L));
        assertThat(settled.prepared()).isEmpty();
        assertThat(cluster.look(cluster.queries::size)).isEqualTo(2);
        assertThat(read(0, settled)).hasSize(100);
    }

    @Test
    void toSettleWaitsUntilAllAreVisible() {
        cluster.change(() -> cluster.transactions.isSlow = true);
        CompletableFuture<VectorPosition> settled = store.settled(commit(0, 1));
        await("it is asked", () -> cluster.look(() -> cluster.queries.size() >= 2));
        cluster.change(() -> cluster.partitions.get(0).logIndex = 10);
        assertThat(settled).isNotDone();
        cluster.change(() -> cluster.partitions.get(1).logIndex = 11);
        assertThat(settled.join()).isEqualTo(new VectorPosition(Map.of(0, 1L, 1, 1L)));
    }

    @Test
    void aTokenOfAnotherClusterIsRefused() {
        Prepared part = new Prepared(3, new RequestId(1, 1, 1, 0, 1), 1);
        assertThat(failure(store.settled(new VectorPosition(Map.of(), Set.of(part))), InvalidRequest.class))
                .hasMessageContaining("partition 3 does not exist");
    }
}
