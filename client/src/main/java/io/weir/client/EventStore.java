package io.weir.client;

import io.weir.protocol.ClusterDescription;
import io.weir.protocol.NodeStatus;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/**
 * An event store, in this process or remote. All methods may be called from any thread; none blocks, but for iterating over
 * a read. Futures complete with an {@link EventStoreException} itself, not wrapped in another exception (what {@code join}
 * and {@code get} wrap around it is theirs), on a thread of the store: hand long work to your own executor.
 *
 * <p>Appends from one store to one stream take effect in the order of the calls, also when they are not awaited one by one
 * and when leaders change in between.
 */
public interface EventStore extends AutoCloseable {
    /** Appends events to a stream, under a condition on its last revision. An acknowledged append is on a majority's disks. */
    default CompletableFuture<AppendResult> append(String stream, Expected expected, List<NewEvent> events) {
        return append(stream, expected, events, CallOptions.DEFAULT);
    }

    /** As {@link #append(String, Expected, List)}, with options. */
    CompletableFuture<AppendResult> append(
            String stream, Expected expected, List<NewEvent> events, CallOptions options);

    /**
     * Commits a transaction: all of it becomes visible together, or nothing happens.
     *
     * <p>Its streams may lie in any partitions. One whose streams lie in one partition is a single command there: give them a
     * common routing key, as in {@code {customer-7}orders} and {@code {customer-7}invoices}, where that fits. It takes effect
     * in the order of the calls, as appends do.
     *
     * <p>One over several partitions takes two rounds, and may meet others on its streams; then it is tried again, until its
     * deadline. It comes after everything that was acknowledged before it was called, and is <b>not</b> ordered with calls that
     * are still open: await what it is to follow.
     */
    default CompletableFuture<TransactionResult> commit(Transaction transaction) {
        return commit(transaction, CallOptions.DEFAULT);
    }

    /** As {@link #commit(Transaction)}, with options. */
    CompletableFuture<TransactionResult> commit(Transaction transaction, CallOptions options);

    /**
     * Asks what became of a request, most likely one that ended with {@link EventStoreException.OutcomeUnknown}. The answer
     * is final, because asking makes it so: if nothing has happened yet under this id, nothing ever will, even if the request is
     * still on its way. That is recorded in the log, which alone can tell. A request that comes too late is answered with
     * {@link EventStoreException.Aborted}, or {@link TransactionResult.Aborted}.
     *
     * <p>To get it done instead, send it again: {@link CallOptions#again}.
     */
    CompletableFuture<RequestStatus> status(RequestId id);

    /**
     * Reads events, page by page as the iteration goes on. Iterating blocks and throws {@link EventStoreException}. A stream
     * that does not exist has no events. Every iterator reads anew.
     */
    Iterable<RecordedEvent> read(ReadRequest request);

    /**
     * Follows a stream or a partition: first what is there, then what comes, without gap, duplicate or reordering, across
     * leader changes and reconnects, for ever. Demand is respected. {@code onError} comes only for a request that can never
     * succeed, and when the store is closed; cancel the {@link Flow.Subscription} to end it.
     */
    void subscribe(Subscription subscription, Flow.Subscriber<? super RecordedEvent> subscriber);

    /** Describes a stream, linearizably; completes with null if it does not exist. */
    CompletableFuture<@org.jspecify.annotations.Nullable StreamInfo> info(String stream);

    /** Lists the streams whose names begin with a prefix, partition by partition. Iterating blocks. */
    Iterable<StreamInfo> streams(String prefix);

    /** The partition of a stream. */
    int partitionOf(String stream);

    /** How many partitions there are. */
    int partitions();

    /** The cluster as a node describes it. */
    CompletableFuture<ClusterDescription> cluster();

    /** The status of every member: a node that cannot be reached fails its own future only. In the order of the members. */
    List<CompletableFuture<NodeStatus>> status();

    /** Ends all calls with {@link EventStoreException.Closed} and frees everything. Idempotent, bounded in time. */
    @Override
    void close();
}
