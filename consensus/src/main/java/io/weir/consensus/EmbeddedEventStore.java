package io.weir.consensus;

import io.weir.client.AppendResult;
import io.weir.client.CallOptions;
import io.weir.client.EventStore;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.OpenTransaction;
import io.weir.client.ReadRequest;
import io.weir.client.RecordedEvent;
import io.weir.client.RequestId;
import io.weir.client.RequestStatus;
import io.weir.client.StreamInfo;
import io.weir.client.Subscription;
import io.weir.client.Transaction;
import io.weir.client.TransactionInfo;
import io.weir.client.TransactionResult;
import io.weir.client.VectorPosition;
import io.weir.protocol.ClusterDescription;
import io.weir.protocol.NodeStatus;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The store of a node, which takes the node with it when it is closed. */
final class EmbeddedEventStore implements EventStore {
    private final WeirNode node;
    private final EventStore store;

    EmbeddedEventStore(WeirNode node) {
        this.node = node;
        this.store = node.store();
    }

    @Override
    public CompletableFuture<AppendResult> append(
            String stream, Expected expected, List<NewEvent> events, CallOptions options) {
        return store.append(stream, expected, events, options);
    }

    @Override
    public CompletableFuture<TransactionResult> commit(Transaction transaction, CallOptions options) {
        return store.commit(transaction, options);
    }

    @Override
    public <T extends @Nullable Object> T transact(
            Function<? super OpenTransaction, ? extends T> body, CallOptions options) {
        return store.transact(body, options);
    }

    @Override
    public CompletableFuture<RequestStatus> status(RequestId id) {
        return store.status(id);
    }

    @Override
    public Iterable<RecordedEvent> read(ReadRequest request) {
        return store.read(request);
    }

    @Override
    public void subscribe(Subscription subscription, Flow.Subscriber<? super RecordedEvent> subscriber) {
        store.subscribe(subscription, subscriber);
    }

    @Override
    public CompletableFuture<@Nullable StreamInfo> info(String stream) {
        return store.info(stream);
    }

    @Override
    public Iterable<StreamInfo> streams(String prefix) {
        return store.streams(prefix);
    }

    @Override
    public Iterable<TransactionInfo> transactions() {
        return store.transactions();
    }

    @Override
    public CompletableFuture<VectorPosition> settled(VectorPosition token) {
        return store.settled(token);
    }

    @Override
    public int partitionOf(String stream) {
        return store.partitionOf(stream);
    }

    @Override
    public int partitions() {
        return store.partitions();
    }

    @Override
    public CompletableFuture<ClusterDescription> cluster() {
        return store.cluster();
    }

    @Override
    public List<CompletableFuture<NodeStatus>> status() {
        return store.status();
    }

    @Override
    public void close() {
        node.close();
    }
}
