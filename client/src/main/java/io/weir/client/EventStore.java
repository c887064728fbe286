package io.weir.client;

import io.weir.protocol.ClusterDescription;
import io.weir.protocol.NodeStatus;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An event store, in this process or remote. All methods may be called from any thread; none blocks, but for iterating over
 * a read, and {@link #transact}. Futures complete with an {@link EventStoreException} itself, not wrapped in another exception (what {@code join}
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
     * in the order of the calls, among the appends and transactions of this store that it has a stream in common with; others
     * may overtake it.
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
     * Runs a piece of code as a transaction: reads, decides, appends; as if nobody else were there. The store may be changed by
     * others in between, and then the body <b>runs again</b>, until what it has read is still so when what it has appended
     * becomes visible.
     *
     * <pre>{@code
     * int left = store.transact(tx -> {
     *     int balance = tx.read("account-a").stream().mapToInt(Account::amount).sum();
     *     if (balance < 5) {
     *         throw new IllegalStateException("only " + balance + " left");
     *     }
     *     tx.append("account-a", debited(5));
     *     tx.append("account-b", credited(5));
     *     return balance - 5;
     * });
     * }</pre>
     *
     * <p>So the body must have <b>no side effects</b> but by its argument: nothing that may not happen twice, or not at all, and no
     * result from an attempt before. It is to be short, since whoever changes one of its streams meanwhile makes it run again;
     * nobody is held up by it. What it returns, or throws, is handed on once it is known that all it has read was there at one
     * moment. If it has appended nothing, that is found out by reading once more, unless it has read one stream only: nothing is
     * locked, or written to any log. As with other reads, it is not ordered with calls of this store that are still open.
     *
     * <p>The streams may lie in any partitions. Blocks the calling thread: do not call it on a thread of the store, that is, in a
     * continuation of one of its futures.
     *
     * @return what the body returned
     * @throws EventStoreException.ConditionFailed if a condition of {@link OpenTransaction#require} did not hold
     * @throws EventStoreException.Aborted if others came between until the timeout, the body itself took that long, or for another
     *     reason of {@link AbortReason}; nothing was written
     * @throws EventStoreException.OutcomeUnknown if the last attempt may have been committed; {@link #status(RequestId)} tells.
     *     To call this again instead would be another transaction. Never if it has appended nothing
     */
    default <T extends @Nullable Object> T transact(Function<? super OpenTransaction, ? extends T> body) {
        return transact(body, CallOptions.DEFAULT);
    }

    /**
     * As {@link #transact(Function)}, with options.
     *
     * @param options the timeout is that of all attempts together; there is no request id, since each attempt has its own
     */
    <T extends @Nullable Object> T transact(Function<? super OpenTransaction, ? extends T> body, CallOptions options);

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
    CompletableFuture<@Nullable StreamInfo> info(String stream);

    /** Lists the streams whose names begin with a prefix, partition by partition. Iterating blocks. */
    Iterable<StreamInfo> streams(String prefix);

    /**
     * Lists the transactions over several partitions that are under way, partition by partition, the oldest expiry first:
     * one that is open in several partitions comes several times. Iterating blocks.
     */
    Iterable<TransactionInfo> transactions();

    /**
     * Turns the transactions in a token into positions: what was visible in each of their partitions, on some replica, when all
     * of them were. The result is small however many there were, and a read at it sees all that a read at the token sees. Asks
     * each partition once, and no partition if there are no transactions.
     */
    CompletableFuture<VectorPosition> settled(VectorPosition token);

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
