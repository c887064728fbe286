package io.weir.client.internal;

import com.google.protobuf.ByteString;
import io.weir.client.AppendResult;
import io.weir.client.CallOptions;
import io.weir.client.ClientConfig;
import io.weir.client.EventStore;
import io.weir.client.EventStoreException;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.OpenTransaction;
import io.weir.client.ReadLevel;
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
import io.weir.client.spi.NodeChannel;
import io.weir.client.spi.NodeFailure;
import io.weir.client.spi.Transport;
import io.weir.protocol.ClusterDescription;
import io.weir.protocol.Error;
import io.weir.protocol.Limits;
import io.weir.protocol.Member;
import io.weir.protocol.NodeStatus;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.StreamName;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The event store that routes every call to the node that serves its partition: {@link Commands} for what is written,
 * {@link Queries} for the rest. Safe for any thread. Owns its transport.
 */
@SuppressWarnings("FutureReturnValueIgnored") // every continuation handles its own failures
public final class RoutedEventStore implements EventStore {
    private static final long CLOSE_MS = 2_000;

    private final ClientConfig config;
    private final Threads threads = new Threads();
    private final Cluster cluster;
    private final Commands commands;
    private final Queries queries;
    private final Heads heads;
    private final Set<Tail> tails = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * Connects: blocks until one of the seeds has described the cluster, at most for the default timeout.
     *
     * @param transport closed with this store, or when this constructor throws
     * @param seeds members to begin with, at least one; the others follow from what they say
     * @throws EventStoreException.Unavailable if none of the seeds answers in time
     */
    public RoutedEventStore(Transport transport, List<Member> seeds, ClientConfig config) {
        this.config = config;
        cluster = new Cluster(transport, seeds, threads);
        try {
            cluster.connect(config.timeout().toMillis());
        } catch (EventStoreException e) {
            cluster.close();
            threads.close();
            throw e;
        }
        commands = new Commands(cluster, threads, config);
        queries = new Queries(cluster, threads);
        heads = new Heads(queries, cluster);
    }

    // ---- commands

    @Override
    public CompletableFuture<AppendResult> append(
            String stream, Expected expected, List<NewEvent> events, CallOptions options) {
        return whileOpen(
                () -> commands.append(stream, expected, events, timeoutMs(options.timeout()), options.requestId()));
    }

    @Override
    public CompletableFuture<TransactionResult> commit(Transaction transaction, CallOptions options) {
        return whileOpen(() -> commands.commit(transaction, timeoutMs(options.timeout()), options.requestId()));
    }

    @Override
    public <T extends @Nullable Object> T transact(
            Function<? super OpenTransaction, ? extends T> body, CallOptions options) {
        requireOpen();
        if (options.requestId() != null) {
            throw new EventStoreException.InvalidRequest(
                    "transact has no request id of its own; ask status(requestId) what became of an attempt");
        }
        return new Transactor<T>(this, body, timeoutMs(options.timeout())).run();
    }

    @Override
    public CompletableFuture<RequestStatus> status(RequestId id) {
        return whileOpen(() -> commands.status(id, timeoutMs(null)));
    }

    // ---- queries

    @Override
    public Iterable<RecordedEvent> read(ReadRequest request) {
        long timeoutMs = timeoutMs(request.timeout());
        return read(request, () -> timeoutMs);
    }

    /**
     * As {@link #read(ReadRequest)}, but for the timeout.
     *
     * @param timeoutMs that of the next page; asked once for each, and what it throws, the iteration throws
     */
    Iterable<RecordedEvent> read(ReadRequest request, LongSupplier timeoutMs) {
        int partition = partitionOf(request.stream(), request.partition());
        ByteString stream =
                request.stream() == null ? null : Encoder.name(request.stream()).utf8();
        return () -> new Pages.Events(queries, request, partition, stream, config.pageBytes(), timeoutMs);
    }

    /** See {@link Heads#ask}. */
    Map<String, Long> heads(Collection<String> streams, LongSupplier timeoutMs) {
        return heads.ask(streams, timeoutMs);
    }

    @Override
    public void subscribe(Subscription subscription, Flow.Subscriber<? super RecordedEvent> subscriber) {
        Objects.requireNonNull(subscriber, "subscriber");
        int partition = 0;
        ByteString stream = null;
        EventStoreException problem = null;
        try {
            partition = partitionOf(subscription.stream(), subscription.partition());
            stream = subscription.stream() == null
                    ? null
                    : Encoder.name(subscription.stream()).utf8();
        } catch (EventStoreException e) {
            problem = e;
        }
        Tail tail = new Tail(
                queries, threads, partition, stream, subscription, config.pageBytes(), subscriber, tails::remove);
        tails.add(tail);
        if (closed.get()) {
            tail.fail(Decoder.closed());
        } else if (problem != null) {
            tail.fail(problem);
        } else {
            tail.start();
        }
    }

    @Override
    public CompletableFuture<@Nullable StreamInfo> info(String stream) {
        StreamName name;
        try {
            name = Encoder.name(stream);
        } catch (EventStoreException e) {
            return CompletableFuture.failedFuture(e);
        }
        CompletableFuture<@Nullable StreamInfo> result = new CompletableFuture<>();
        heads.info("the info of stream \"" + name + '"', name, timeoutMs(null))
                .whenCompleteAsync(
                        (answer, failure) -> {
                            if (failure != null) {
                                result.completeExceptionally(Pages.unwrapped(failure));
                            } else {
                                boolean exists = answer.getStream().getState().getExists();
                                result.complete(exists ? Decoder.streamInfo(answer.getStream()) : null);
                            }
                        },
                        threads.callbacks());
        return result;
    }

    @Override
    public Iterable<StreamInfo> streams(String prefix) {
        return () -> new Pages.Streams(queries, prefix, cluster.partitions(), timeoutMs(null));
    }

    @Override
    public Iterable<TransactionInfo> transactions() {
        return () -> new Pages.Transactions(queries, cluster.partitions(), timeoutMs(null));
    }

    @Override
    public CompletableFuture<VectorPosition> settled(VectorPosition token) {
        return whileOpen(() -> {
            VectorPosition positions = new VectorPosition(token.next());
            CompletableFuture<VectorPosition> settled = CompletableFuture.completedFuture(positions);
            Map<Integer, List<VectorPosition.Prepared>> byPartition =
                    token.prepared().stream().collect(Collectors.groupingBy(VectorPosition.Prepared::partition));
            for (Map.Entry<Integer, List<VectorPosition.Prepared>> prepared : byPartition.entrySet()) {
                int partition = partitionOf(null, prepared.getKey());
                List<VectorPosition.Prepared> all = prepared.getValue();
                // A token may name any number; a read takes so many.
                for (int from = 0; from < all.size(); from += Limits.MAX_TRANSACTIONS_PER_TOKEN) {
                    int to = Math.min(all.size(), from + Limits.MAX_TRANSACTIONS_PER_TOKEN);
                    VectorPosition some = new VectorPosition(token.next(), Set.copyOf(all.subList(from, to)));
                    settled = settled.thenCombine(settled(some, partition), VectorPosition::merge);
                }
            }
            CompletableFuture<VectorPosition> result = new CompletableFuture<>();
            settled.whenCompleteAsync(
                    (merged, failure) -> {
                        if (failure == null) {
                            result.complete(merged);
                        } else {
                            result.completeExceptionally(Pages.unwrapped(failure));
                        }
                    },
                    threads.callbacks());
            return result;
        });
    }

    private CompletableFuture<VectorPosition> settled(VectorPosition token, int partition) {
        QueryRequest end = QueryRequest.newBuilder()
                .setPartition(partition)
                .setLevel(Pages.level(ReadLevel.atLeast(token), partition))
                .setReadPage(Pages.end(null))
                .build();
        return queries.ask("the end of partition " + partition, end, timeoutMs(null))
                .thenApply(
                        answer -> VectorPosition.of(partition, answer.getPage().getNextPosition()));
    }

    @Override
    public int partitionOf(String stream) {
        return cluster.partitionOf(Encoder.name(stream));
    }

    private int partitionOf(@Nullable String stream, int partition) {
        if (stream != null) {
            return partitionOf(stream);
        }
        if (partition < 0 || partition >= partitions()) {
            throw new EventStoreException.InvalidRequest(
                    "partition " + partition + " does not exist; the partitions are 0 to " + (partitions() - 1));
        }
        return partition;
    }

    @Override
    public int partitions() {
        return cluster.partitions();
    }

    @Override
    public CompletableFuture<ClusterDescription> cluster() {
        return whileOpen(() -> cluster.describe(timeoutMs(null)));
    }

    @Override
    public List<CompletableFuture<NodeStatus>> status() {
        return cluster.members().stream()
                .map(member -> whileOpen(() -> status(member)))
                .toList();
    }

    private CompletableFuture<NodeStatus> status(NodeChannel member) {
        CompletableFuture<NodeStatus> result = new CompletableFuture<>();
        long timeoutMs = timeoutMs(null);
        member.status(timeoutMs)
                .orTimeout(timeoutMs + 500, TimeUnit.MILLISECONDS)
                .whenCompleteAsync(
                        (status, failure) -> {
                            if (failure == null) {
                                result.complete(status);
                            } else {
                                result.completeExceptionally(statusFailure(member.endpoint(), failure));
                            }
                        },
                        threads.callbacks());
        return result;
    }

    private static EventStoreException statusFailure(String endpoint, Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        Error error = cause instanceof NodeFailure node
                ? node.error()
                : Error.newBuilder()
                        .setCode(cause instanceof TimeoutException ? Error.Code.DEADLINE_EXCEEDED : Error.Code.INTERNAL)
                        .build();
        return Decoder.failure(
                "the status of " + endpoint + " is not known: " + error.getCode() + ' ' + error.getMessage(), error);
    }

    // ---- common

    private <T> CompletableFuture<T> whileOpen(Supplier<CompletableFuture<T>> call) {
        try {
            requireOpen();
            return call.get();
        } catch (EventStoreException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void requireOpen() {
        if (closed.get()) {
            throw Decoder.closed();
        }
    }

    private long timeoutMs(@Nullable Duration timeout) {
        Duration chosen = timeout == null ? config.timeout() : timeout;
        if (chosen.isNegative() || chosen.isZero()) {
            throw new EventStoreException.InvalidRequest("timeout " + chosen + " is not above zero");
        }
        Duration max = Duration.ofMillis(Integer.MAX_VALUE);
        return Math.max(1, (chosen.compareTo(max) > 0 ? max : chosen).toMillis());
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        tails.forEach(tail -> tail.fail(Decoder.closed()));
        CompletableFuture<?> ended = commands.close();
        queries.close();
        ended.completeOnTimeout(null, CLOSE_MS, TimeUnit.MILLISECONDS).join();
        cluster.close();
        threads.close();
    }
}
