package io.weir.cli.demo;

import com.google.protobuf.ByteString;
import io.weir.client.AbortReason;
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
import io.weir.client.StreamState;
import io.weir.client.Subscription;
import io.weir.client.Transaction;
import io.weir.client.TransactionInfo;
import io.weir.client.TransactionResult;
import io.weir.client.VectorPosition;
import io.weir.client.Violation;
import io.weir.protocol.ClusterDescription;
import io.weir.protocol.Limits;
import io.weir.protocol.NodeStatus;
import io.weir.protocol.PartitionStatus;
import io.weir.protocol.StreamName;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A cluster in memory that behaves as a real one does towards the demo: conditions are checked, what a dead leader was sent
 * waits for the next one, a node that was away has to catch up. It can be told to be broken.
 */
final class FakeCluster implements DemoCluster {
    private static final long ELECTION_MS = 30;
    private static final long CATCH_UP_MS = 60;

    private final List<String> nodes;
    private final List<Partition> partitions = new ArrayList<>();
    private final Set<String> down = new HashSet<>();
    private final ExecutorService executor =
            Executors.newSingleThreadExecutor(task -> new Thread(task, "fake-cluster"));

    /**
     * Which event of a stream, by revision, is acknowledged and then missing from its partition. While it is the last of its
     * stream, who reads the stream still gets it: else the second client may be the first to find the loss.
     */
    volatile BiPredicate<String, Long> losing = (stream, revision) -> false;
    /** Whether the streams of partition 1 never show to who reads streams what was written to them: half of most transactions. */
    volatile boolean isHalving;
    /** How many transactions over several partitions are answered with Aborted before anything happens. */
    final AtomicInteger aborting = new AtomicInteger();
    /** A node whose replica differs. */
    volatile String differing = "";

    private String halting = "";
    private CompletableFuture<Void> halted = new CompletableFuture<>();

    final AtomicInteger killed = new AtomicInteger();
    final AtomicInteger haltedAtDecision = new AtomicInteger();
    volatile boolean isClosed;
    volatile long largestTransactionBytes;
    volatile int largestTransactionEvents;
    volatile @Nullable Path directory;

    private static final class Partition {
        private final List<RecordedEvent> log = new ArrayList<>();
        private final Map<String, RecordedEvent> lastOfStreams = new HashMap<>();
        private final Deque<Runnable> waiting = new ArrayDeque<>();
        private final Map<String, Integer> applied = new HashMap<>();
        private int commands;
        private int digest = 1;
        private String leader = "";
    }

    FakeCluster(int nodeCount, int partitionCount) {
        nodes = java.util.stream.IntStream.rangeClosed(1, nodeCount)
                .mapToObj(n -> "n" + n)
                .toList();
        for (int p = 0; p < partitionCount; p++) {
            Partition partition = new Partition();
            partition.leader = nodes.get(p % nodeCount);
            nodes.forEach(node -> partition.applied.put(node, 0));
            partitions.add(partition);
        }
    }

    DemoCluster startedIn(Path givenDirectory) {
        directory = givenDirectory;
        return this;
    }

    @Override
    public EventStore connect() {
        return new FakeStore();
    }

    @Override
    public List<String> nodeIds() {
        return nodes;
    }

    @Override
    public String description() {
        return nodes.size() + " nodes in memory";
    }

    @Override
    public void kill(String nodeId) {
        killed.incrementAndGet();
        call(() -> {
            end(nodeId);
            return nodeId;
        });
    }

    private void end(String nodeId) {
        down.add(nodeId);
        for (Partition partition : partitions) {
            if (partition.leader.equals(nodeId)) {
                partition.leader = "";
                later(ELECTION_MS, () -> elect(partition));
            }
        }
    }

    @Override
    public CompletableFuture<Void> killBeforeDecision(String nodeId) {
        return call(() -> {
            halting = nodeId;
            halted = new CompletableFuture<>();
            return halted;
        });
    }

    private void elect(Partition partition) {
        partition.leader =
                nodes.stream().filter(node -> !down.contains(node)).findFirst().orElseThrow();
        while (!partition.waiting.isEmpty()) {
            partition.waiting.remove().run();
        }
    }

    @Override
    public void restart(String nodeId) {
        later(CATCH_UP_MS, () -> {
            down.remove(nodeId);
            partitions.forEach(partition -> partition.applied.put(nodeId, partition.commands));
        });
    }

    @Override
    public void close() {
        isClosed = true;
        executor.shutdownNow();
    }

    private void later(long ms, Runnable task) {
        CompletableFuture.delayedExecutor(ms, TimeUnit.MILLISECONDS, executor).execute(task);
    }

    private <T> T call(Supplier<T> task) {
        return CompletableFuture.supplyAsync(task, executor).join();
    }

    private final class FakeStore implements EventStore {
        @Override
        public CompletableFuture<TransactionResult> commit(Transaction transaction, CallOptions options) {
            CompletableFuture<TransactionResult> answer = new CompletableFuture<>();
            executor.execute(() -> tryToCommit(transaction, answer));
            return answer;
        }

        private void tryToCommit(Transaction transaction, CompletableFuture<TransactionResult> answer) {
            List<Partition> over = streams(transaction)
                    .map(stream -> partitions.get(partitionOf(stream)))
                    .distinct()
                    .toList();
            boolean isSpread = over.size() > 1;
            Partition home = over.get(0);
            if (isSpread && !halting.isEmpty() && home.leader.equals(halting)) {
                haltedAtDecision.incrementAndGet();
                end(halting);
                halting = "";
                halted.complete(null);
            }
            for (Partition partition : over) {
                if (partition.leader.isEmpty()) {
                    partition.waiting.add(() -> tryToCommit(transaction, answer));
                    return;
                }
            }
            if (isSpread && aborting.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                answer.complete(new TransactionResult.Aborted(AbortReason.RECOVERED, 1));
                return;
            }
            try {
                answer.complete(decide(over, transaction));
            } catch (IllegalStateException e) {
                answer.completeExceptionally(e);
            }
        }

        private Stream<String> streams(Transaction transaction) {
            return Stream.concat(
                    transaction.appends().stream().map(Transaction.Append::stream),
                    transaction.requirements().stream().map(Transaction.Requirement::stream));
        }

        private TransactionResult decide(List<Partition> over, Transaction transaction) {
            requireLimits(transaction);
            List<Violation> violations = new ArrayList<>();
            for (Transaction.Requirement requirement : transaction.requirements()) {
                check(requirement.stream(), requirement.expected(), shownRevision(requirement.stream()), violations);
            }
            Map<String, Long> last = new HashMap<>();
            for (Transaction.Append append : transaction.appends()) {
                long revision = last.getOrDefault(append.stream(), lastRevision(append.stream()));
                check(append.stream(), append.expected(), revision, violations);
                last.put(append.stream(), revision + append.events().size());
            }
            over.forEach(this::countCommand);
            return violations.isEmpty() ? write(transaction) : new TransactionResult.Rejected(violations);
        }

        private void check(String stream, Expected expected, long revision, List<Violation> violations) {
            if (!holds(expected, revision)) {
                violations.add(new Violation(
                        stream, expected, revision < 0 ? StreamState.Absent.INSTANCE : new StreamState.At(revision)));
            }
        }

        private long lastRevision(String stream) {
            RecordedEvent last =
                    partitions.get(partitionOf(stream)).lastOfStreams.get(stream);
            return last == null ? -1 : last.revision();
        }

        private long shownRevision(String stream) {
            return isHidden(stream) ? -1 : lastRevision(stream);
        }

        private boolean isHidden(String stream) {
            return isHalving && partitionOf(stream) == 1;
        }

        private void requireLimits(Transaction transaction) {
            long bytes = 0;
            int events = 0;
            for (Transaction.Append append : transaction.appends()) {
                bytes += StreamName.of(append.stream()).utf8().size();
                events += append.events().size();
                for (NewEvent event : append.events()) {
                    bytes += event.payload().length
                            + event.type().length()
                            + event.contentType().length()
                            + 30;
                }
            }
            if (bytes > Limits.MAX_TRANSACTION_BYTES
                    || events > Limits.MAX_EVENTS_PER_TRANSACTION
                    || transaction.appends().size() > Limits.MAX_STREAMS_PER_TRANSACTION) {
                throw new IllegalStateException("a transaction of " + bytes + " bytes and " + events + " events");
            }
            largestTransactionBytes = Math.max(largestTransactionBytes, bytes);
            largestTransactionEvents = Math.max(largestTransactionEvents, events);
        }

        private void countCommand(Partition partition) {
            partition.commands++;
            partition.digest = partition.digest * 31 + partition.log.size();
            nodes.stream()
                    .filter(node -> !down.contains(node))
                    .forEach(node -> partition.applied.put(node, partition.commands));
        }

        private TransactionResult write(Transaction transaction) {
            Map<String, Long> written = new LinkedHashMap<>();
            for (Transaction.Append append : transaction.appends()) {
                Partition partition = partitions.get(partitionOf(append.stream()));
                for (NewEvent event : append.events()) {
                    long revision = lastRevision(append.stream()) + 1;
                    RecordedEvent recorded = recorded(partition, append.stream(), revision, event);
                    partition.lastOfStreams.put(append.stream(), recorded);
                    written.put(append.stream(), revision);
                    if (!losing.test(append.stream(), revision)) {
                        partition.log.add(recorded);
                    }
                }
            }
            return new TransactionResult.Committed(written, VectorPosition.START);
        }

        private RecordedEvent recorded(Partition partition, String stream, long revision, NewEvent event) {
            return new RecordedEvent(
                    stream,
                    revision,
                    partitions.indexOf(partition),
                    partition.log.size(),
                    Instant.EPOCH,
                    event.id(),
                    event.type(),
                    event.contentType(),
                    event.properties(),
                    event.tags(),
                    event.payload());
        }

        private boolean holds(Expected expected, long revision) {
            if (expected instanceof Expected.Revision exact) {
                return exact.n() == revision;
            }
            return expected instanceof Expected.Any || (expected instanceof Expected.NoStream && revision < 0);
        }

        @Override
        public <T extends @Nullable Object> T transact(
                Function<? super OpenTransaction, ? extends T> body, CallOptions options) {
            throw new UnsupportedOperationException("the demo knows what it writes");
        }

        @Override
        public CompletableFuture<RequestStatus> status(RequestId id) {
            throw new UnsupportedOperationException("the demo knows every outcome");
        }

        @Override
        public Iterable<RecordedEvent> read(ReadRequest request) {
            return call(() -> {
                String stream = request.stream();
                return stream == null ? List.copyOf(partitions.get(request.partition()).log) : last(stream);
            });
        }

        /** The demo reads of a stream its last event, and nothing else. */
        private List<RecordedEvent> last(String stream) {
            RecordedEvent last =
                    partitions.get(partitionOf(stream)).lastOfStreams.get(stream);
            return last == null || isHidden(stream) ? List.of() : List.of(last);
        }

        @Override
        public Iterable<TransactionInfo> transactions() {
            throw new UnsupportedOperationException("the demo lists none");
        }

        @Override
        public CompletableFuture<VectorPosition> settled(VectorPosition token) {
            throw new UnsupportedOperationException("the demo has no use for tokens");
        }

        @Override
        public int partitionOf(String stream) {
            return StreamName.of(stream).slot() % partitions.size();
        }

        @Override
        public int partitions() {
            return partitions.size();
        }

        @Override
        public CompletableFuture<ClusterDescription> cluster() {
            return CompletableFuture.supplyAsync(
                    () -> ClusterDescription.newBuilder()
                            .addAllLeaders(
                                    partitions.stream().map(p -> p.leader).toList())
                            .build(),
                    executor);
        }

        @Override
        public List<CompletableFuture<NodeStatus>> status() {
            return nodes.stream()
                    .map(node -> CompletableFuture.supplyAsync(() -> status(node), executor))
                    .toList();
        }

        private NodeStatus status(String node) {
            if (down.contains(node)) {
                throw new IllegalStateException(node + " is down");
            }
            NodeStatus.Builder status = NodeStatus.newBuilder().setNodeId(node).setReady(true);
            for (int p = 0; p < partitions.size(); p++) {
                Partition partition = partitions.get(p);
                String digest = partition.digest + (node.equals(differing) ? "x" : "");
                status.addPartitions(PartitionStatus.newBuilder()
                        .setPartition(p)
                        .setAppliedIndex(partition.applied.getOrDefault(node, 0))
                        .setDigest(ByteString.copyFromUtf8(digest)));
            }
            return status.build();
        }

        @Override
        public CompletableFuture<AppendResult> append(
                String stream, Expected expected, List<NewEvent> events, CallOptions options) {
            throw new UnsupportedOperationException("the demo writes transactions");
        }

        @Override
        public void subscribe(Subscription subscription, Flow.Subscriber<? super RecordedEvent> subscriber) {
            throw new UnsupportedOperationException("the demo does not subscribe");
        }

        @Override
        public CompletableFuture<@Nullable StreamInfo> info(String stream) {
            throw new UnsupportedOperationException("the demo reads whole partitions");
        }

        @Override
        public Iterable<StreamInfo> streams(String prefix) {
            throw new UnsupportedOperationException("the demo reads whole partitions");
        }

        @Override
        public void close() {
            // Nothing of its own.
        }
    }
}
