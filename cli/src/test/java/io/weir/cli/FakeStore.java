package io.weir.cli;

import io.weir.client.AbortReason;
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
import io.weir.client.StreamState;
import io.weir.client.Subscription;
import io.weir.client.Transaction;
import io.weir.client.TransactionInfo;
import io.weir.client.TransactionResult;
import io.weir.client.VectorPosition;
import io.weir.client.Violation;
import io.weir.protocol.ClusterDescription;
import io.weir.protocol.Member;
import io.weir.protocol.NodeStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A store of one partition in memory that decides conditions as the real one does. Records hold a fixed time. */
public final class FakeStore implements EventStore {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    private final Map<String, List<RecordedEvent>> streams = new TreeMap<>();
    private final List<RecordedEvent> log = new ArrayList<>();

    /** Thrown by every append from now on. */
    public @Nullable EventStoreException failure;

    /** What each member says of itself, time after time; a null status cannot be reached. */
    public final Map<String, Supplier<@Nullable NodeStatus>> members = new TreeMap<>();

    /** Every transaction is aborted for this. */
    public @Nullable AbortReason aborting;

    /** What became of requests; of all others nothing is known. */
    public final Map<RequestId, RequestStatus> statuses = new HashMap<>();

    /** Transactions that are under way. */
    public final List<TransactionInfo> open = new ArrayList<>();

    public int partitions = 1;
    public boolean isClosed;

    /** The largest number of events that came in one append. */
    public final AtomicInteger largestBatch = new AtomicInteger();

    @Override
    public synchronized CompletableFuture<AppendResult> append(
            String stream, Expected expected, List<NewEvent> events, CallOptions options) {
        if (failure != null) {
            return CompletableFuture.failedFuture(failure);
        }
        largestBatch.accumulateAndGet(events.size(), Math::max);
        List<RecordedEvent> recorded = streams.getOrDefault(stream, List.of());
        long last = recorded.size() - 1L;
        if (!holds(expected, last)) {
            StreamState actual = last < 0 ? StreamState.Absent.INSTANCE : new StreamState.At(last);
            return CompletableFuture.completedFuture(
                    new AppendResult.Rejected(new Violation(stream, expected, actual)));
        }
        events.forEach(event -> record(stream, event));
        return CompletableFuture.completedFuture(
                new AppendResult.Appended(last + 1, last + events.size(), VectorPosition.of(0, log.size())));
    }

    private static boolean holds(Expected expected, long last) {
        if (expected instanceof Expected.Revision revision) {
            return last == revision.n();
        }
        if (expected instanceof Expected.AtMost atMost) {
            return last <= atMost.n();
        }
        if (expected instanceof Expected.NoStream) {
            return last < 0;
        }
        return !(expected instanceof Expected.Exists) || last >= 0;
    }

    private void record(String stream, NewEvent event) {
        List<RecordedEvent> recorded = streams.computeIfAbsent(stream, name -> new ArrayList<>());
        RecordedEvent made = new RecordedEvent(
                stream,
                recorded.size(),
                0,
                log.size(),
                NOW,
                event.id(),
                event.type(),
                event.contentType(),
                event.properties(),
                event.tags(),
                event.payload());
        recorded.add(made);
        log.add(made);
    }

    @Override
    public <T extends @Nullable Object> T transact(
            Function<? super OpenTransaction, ? extends T> body, CallOptions options) {
        throw new UnsupportedOperationException("no verb is interactive");
    }

    @Override
    public CompletableFuture<RequestStatus> status(RequestId id) {
        RequestStatus status = statuses.get(id);
        return status == null
                ? CompletableFuture.completedFuture(RequestStatus.Forgotten.INSTANCE)
                : CompletableFuture.completedFuture(status);
    }

    @Override
    public synchronized Iterable<RecordedEvent> read(ReadRequest request) {
        List<RecordedEvent> all =
                new ArrayList<>(request.stream() == null ? log : streams.getOrDefault(request.stream(), List.of()));
        if (!request.isForwards()) {
            java.util.Collections.reverse(all);
        }
        return all.stream()
                .filter(event -> {
                    long place = request.stream() == null ? event.position() : event.revision();
                    return request.isForwards()
                            ? place >= request.start()
                            : request.start() < 0 || place <= request.start();
                })
                .limit(request.maxEvents())
                .toList();
    }

    @Override
    public void subscribe(Subscription subscription, Flow.Subscriber<? super RecordedEvent> subscriber) {
        if (subscription.partition() >= partitions) {
            subscriber.onSubscribe(new Delivery(List.<RecordedEvent>of().iterator(), subscriber));
            subscriber.onError(new EventStoreException.InvalidRequest("partition " + subscription.partition()));
            return;
        }
        ReadRequest all = subscription.stream() == null
                ? ReadRequest.partition(subscription.partition())
                : ReadRequest.stream(subscription.stream());
        long start = Math.max(subscription.start(), 0);
        subscriber.onSubscribe(new Delivery(read(all.from(start)).iterator(), subscriber));
    }

    /** Delivers exactly what is asked for, on the thread that asks. */
    private static final class Delivery implements Flow.Subscription {
        private final Iterator<RecordedEvent> events;
        private final Flow.Subscriber<? super RecordedEvent> subscriber;
        private boolean isCancelled;

        Delivery(Iterator<RecordedEvent> events, Flow.Subscriber<? super RecordedEvent> subscriber) {
            this.events = events;
            this.subscriber = subscriber;
        }

        @Override
        public void request(long n) {
            for (long i = 0; i < n && events.hasNext() && !isCancelled; i++) {
                subscriber.onNext(events.next());
            }
        }

        @Override
        public void cancel() {
            isCancelled = true;
        }
    }

    @Override
    public synchronized CompletableFuture<@Nullable StreamInfo> info(String stream) {
        return CompletableFuture.completedFuture(streams.containsKey(stream) ? infoOf(stream) : null);
    }

    private StreamInfo infoOf(String stream) {
        List<RecordedEvent> recorded = streams.getOrDefault(stream, List.of());
        RecordedEvent last = recorded.get(recorded.size() - 1);
        return new StreamInfo(stream, last.revision(), 7, 0, last.position(), NOW);
    }

    @Override
    public synchronized Iterable<StreamInfo> streams(String prefix) {
        return streams.keySet().stream()
                .filter(name -> name.startsWith(prefix))
                .map(this::infoOf)
                .toList();
    }

    @Override
    public CompletableFuture<ClusterDescription> cluster() {
        if (failure != null) {
            return CompletableFuture.failedFuture(failure);
        }
        ClusterDescription.Builder cluster = ClusterDescription.newBuilder();
        members.keySet()
                .forEach(
                        id -> cluster.addMembers(Member.newBuilder().setId(id).setClientAddress(id + ".example:7400")));
        return CompletableFuture.completedFuture(cluster.build());
    }

    @Override
    public List<CompletableFuture<NodeStatus>> status() {
        List<CompletableFuture<NodeStatus>> answers = new ArrayList<>();
        for (Supplier<@Nullable NodeStatus> member : members.values()) {
            NodeStatus status = member.get();
            answers.add(
                    status == null
                            ? CompletableFuture.failedFuture(new EventStoreException.Unavailable("nobody there", null))
                            : CompletableFuture.completedFuture(status));
        }
        return answers;
    }

    @Override
    public Iterable<TransactionInfo> transactions() {
        return List.copyOf(open);
    }

    @Override
    public CompletableFuture<VectorPosition> settled(VectorPosition token) {
        throw new UnsupportedOperationException("no verb has tokens");
    }

    @Override
    public int partitionOf(String stream) {
        return 0;
    }

    @Override
    public int partitions() {
        return partitions;
    }

    @Override
    public CompletableFuture<TransactionResult> commit(Transaction transaction, CallOptions options) {
        if (failure != null) {
            return CompletableFuture.failedFuture(failure);
        }
        if (aborting != null) {
            return CompletableFuture.completedFuture(new TransactionResult.Aborted(aborting, 7));
        }
        return CompletableFuture.completedFuture(decide(transaction));
    }

    private synchronized TransactionResult decide(Transaction transaction) {
        List<Violation> violations = new ArrayList<>();
        Map<String, Long> last = new LinkedHashMap<>();
        for (Transaction.Append append : transaction.appends()) {
            long before = last.getOrDefault(append.stream(), lastOf(append.stream()));
            check(append.stream(), append.expected(), before, violations);
            last.put(append.stream(), before + append.events().size());
        }
        for (Transaction.Requirement requirement : transaction.requirements()) {
            check(requirement.stream(), requirement.expected(), lastOf(requirement.stream()), violations);
        }
        if (!violations.isEmpty()) {
            return new TransactionResult.Rejected(violations);
        }
        transaction.appends().forEach(append -> append.events().forEach(event -> record(append.stream(), event)));
        return new TransactionResult.Committed(last, VectorPosition.of(0, log.size()));
    }

    private long lastOf(String stream) {
        return streams.getOrDefault(stream, List.of()).size() - 1L;
    }

    private static void check(String stream, Expected expected, long last, List<Violation> violations) {
        if (!holds(expected, last)) {
            StreamState actual = last < 0 ? StreamState.Absent.INSTANCE : new StreamState.At(last);
            violations.add(new Violation(stream, expected, actual));
        }
    }

    @Override
    public void close() {
        isClosed = true;
    }
}
