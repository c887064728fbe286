package io.weir.benchmarks;

import io.weir.client.AppendResult;
import io.weir.client.CallOptions;
import io.weir.client.EventStore;
import io.weir.client.EventStoreException;
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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A store on a virtual clock: each append takes the time that a script gives it, one after the other, and is acknowledged
 * before the call returns. Reading the clock costs a microsecond.
 */
final class ScheduledStore implements EventStore, Time {
    /** How long the n-th append takes, from 0, in nanoseconds; negative: it fails. */
    interface Script {
        long durationNanos(int n);
    }

    private final Script script;
    private long now = 1_000_000_000_000L;
    final List<String> streams = new ArrayList<>();

    ScheduledStore(Script script) {
        this.script = script;
    }

    @Override
    public long nanoTime() {
        now += 1_000;
        return now;
    }

    @Override
    public void awaitTime(long nanos) {
        now = Math.max(now, nanos);
    }

    @Override
    public CompletableFuture<AppendResult> append(
            String stream, Expected expected, List<NewEvent> events, CallOptions options) {
        long duration = script.durationNanos(streams.size());
        streams.add(stream);
        if (duration < 0) {
            return CompletableFuture.failedFuture(new EventStoreException.Unavailable("as the script says", null));
        }
        now += duration;
        return CompletableFuture.completedFuture(new AppendResult.Appended(0, 0, VectorPosition.START));
    }

    @Override
    public CompletableFuture<TransactionResult> commit(Transaction transaction, CallOptions options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public <T extends @Nullable Object> T transact(
            Function<? super OpenTransaction, ? extends T> body, CallOptions options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<RequestStatus> status(RequestId id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Iterable<RecordedEvent> read(ReadRequest request) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void subscribe(Subscription subscription, Flow.Subscriber<? super RecordedEvent> subscriber) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<@Nullable StreamInfo> info(String stream) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Iterable<StreamInfo> streams(String prefix) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Iterable<TransactionInfo> transactions() {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<VectorPosition> settled(VectorPosition token) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int partitionOf(String stream) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int partitions() {
        return 1;
    }

    @Override
    public CompletableFuture<ClusterDescription> cluster() {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<CompletableFuture<NodeStatus>> status() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
