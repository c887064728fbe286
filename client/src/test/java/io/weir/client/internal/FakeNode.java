package io.weir.client.internal;

import com.google.protobuf.ByteString;
import io.weir.client.spi.NodeChannel;
import io.weir.client.spi.NodeFailure;
import io.weir.protocol.ClusterDescription;
import io.weir.protocol.ClusterId;
import io.weir.protocol.Command;
import io.weir.protocol.Direction;
import io.weir.protocol.Error;
import io.weir.protocol.GetStream;
import io.weir.protocol.ListStreams;
import io.weir.protocol.NodeStatus;
import io.weir.protocol.Outcome;
import io.weir.protocol.Page;
import io.weir.protocol.PreparedTransaction;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.QueryResponse;
import io.weir.protocol.ReadLevel;
import io.weir.protocol.ReadPage;
import io.weir.protocol.RecordedEvent;
import io.weir.protocol.Session;
import io.weir.protocol.StreamInfo;
import io.weir.protocol.StreamList;
import io.weir.protocol.StreamName;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** The way to one node of a {@link FakeCluster}; each opened channel is its own, as a connection is. */
@SuppressWarnings("FutureReturnValueIgnored") // every continuation handles its own failures
final class FakeNode implements NodeChannel {
    private final FakeCluster cluster;
    private final int node;
    private volatile boolean isClosed;

    FakeNode(FakeCluster cluster, int node) {
        this.cluster = cluster;
        this.node = node;
    }

    @Override
    public String endpoint() {
        return "fake:" + node;
    }

    // ---- the way there

    private static NodeFailure unreachable(boolean maybeExecuted) {
        return new NodeFailure(Error.Code.UNREACHABLE, "connection lost", maybeExecuted);
    }

    /** Runs a request on the cluster's thread, unless the node is gone; a hung one lets it end by its timeout. */
    private <T> CompletableFuture<T> request(long timeoutMs, Supplier<CompletableFuture<T>> work) {
        return request(timeoutMs, false, work);
    }

    private <T> CompletableFuture<T> request(long timeoutMs, boolean isDescribe, Supplier<CompletableFuture<T>> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        boolean runs = cluster.execute(() -> {
            Error wrongCluster =
                    isDescribe || !cluster.strangers.contains(node) ? null : ClusterId.refusal("other", cluster.bound);
            if (isClosed || cluster.down.contains(node)) {
                cluster.missed.add(node);
                cluster.answer(() -> result.completeExceptionally(unreachable(false)));
            } else if (wrongCluster != null) {
                cluster.answer(() -> result.completeExceptionally(new NodeFailure(wrongCluster)));
            } else if (cluster.hung.contains(node)) {
                cluster.later(
                        timeoutMs * 1_000 + 50_000,
                        () -> result.completeExceptionally(
                                new NodeFailure(Error.Code.DEADLINE_EXCEEDED, "no answer", true)));
            } else {
                work.get().whenComplete((value, failure) -> {
                    if (failure == null) {
                        result.complete(value);
                    } else {
                        result.completeExceptionally(failure);
                    }
                });
            }
        });
        if (!runs) {
            result.completeExceptionally(unreachable(false));
        }
        return result;
    }

    private <T> CompletableFuture<T> answered(T value) {
        CompletableFuture<T> result = new CompletableFuture<>();
        cluster.answer(() -> result.complete(value));
        return result;
    }

    private <T> CompletableFuture<T> failed(NodeFailure failure) {
        CompletableFuture<T> result = new CompletableFuture<>();
        cluster.answer(() -> result.completeExceptionally(failure));
        return result;
    }

    @Override
    public CompletableFuture<ClusterDescription> describe(long timeoutMs) {
        return request(timeoutMs, true, () -> answered(cluster.describe(node)));
    }

    @Override
    public CompletableFuture<Session> openSession(int lifeMinutes, long timeoutMs) {
        return request(timeoutMs, () -> {
            cluster.sessionsOpened++;
            return answered(Session.newBuilder()
                    .setSessionHigh(cluster.stampMs() << 16 | lifeMinutes)
                    .setSessionLow(cluster.sessionsOpened)
                    .build());
        });
    }

    @Override
    public CompletableFuture<NodeStatus> status(long timeoutMs) {
        return request(
                timeoutMs,
                () -> answered(NodeStatus.newBuilder().setNodeId("n" + node).build()));
    }

    @Override
    public void close() {
        isClosed = true;
    }

    // ---- commands

    @Override
    public CompletableFuture<Outcome> submit(int partition, Command command, long timeoutMs) {
        return request(timeoutMs, () -> {
            cluster.received.add(command);
            cluster.maybeChangeLeader(partition);
            if (cluster.chance(cluster.loseRequest)) {
                return failed(unreachable(true));
            }
            if (cluster.leaders[partition] != node) {
                return failed(cluster.notLeader(partition, node));
            }
            if (cluster.refuseCommandsWith != Error.Code.UNSPECIFIED) {
                return failed(new NodeFailure(cluster.refuseCommandsWith, "as the test wants it", false));
            }
            if (cluster.chance(cluster.throttle)) {
                return failed(new NodeFailure(Error.Code.THROTTLED, "too much", false));
            }
            boolean waits = command.hasDistributed()
                    ? cluster.transactions.areStuck
                    : cluster.transactions.locked.contains(command.getAppend().getStream());
            if (cluster.swallowRequests || waits) {
                return new CompletableFuture<>();
            }
            Outcome outcome = apply(partition, command);
            if (cluster.swallowAnswers) {
                return new CompletableFuture<>();
            }
            if (cluster.chance(cluster.duplicate)) {
                cluster.later(cluster.random.nextInt(5_000), () -> apply(partition, command));
            }
            return cluster.chance(cluster.loseAnswer) ? failed(unreachable(true)) : answered(outcome);
        });
    }

    private Outcome apply(int partition, Command command) {
        return command.hasDistributed()
                ? cluster.transactions.apply(partition, command)
                : cluster.partitions.get(partition).apply(command);
    }

    // ---- queries

    @Override
    public CompletableFuture<QueryResponse> query(QueryRequest request) {
        return request(request.getTimeoutMs(), () -> {
            boolean leaderOnly = request.getLevel().getKind() == ReadLevel.Kind.LINEARIZABLE;
            if (leaderOnly && cluster.leaders[request.getPartition()] != node) {
                return failed(cluster.notLeader(request.getPartition(), node));
            }
            if (cluster.chance(cluster.loseRequest)) {
                return failed(unreachable(false));
            }
            cluster.queries.add(request);
            CompletableFuture<QueryResponse> result = new CompletableFuture<>();
            answer(request, System.nanoTime() + request.getReadPage().getWaitMs() * 1_000_000L, result);
            return result;
        });
    }

    private void answer(QueryRequest request, long waitUntil, CompletableFuture<QueryResponse> result) {
        if (cluster.isClosed || isClosed || cluster.down.contains(node)) {
            result.completeExceptionally(unreachable(false));
            return;
        }
        FakePartition state = cluster.partitions.get(request.getPartition());
        boolean leaderOnly = request.getLevel().getKind() == ReadLevel.Kind.LINEARIZABLE;
        int visible = state.log.size()
                - (leaderOnly || cluster.maxLag == 0
                        ? 0
                        : Math.min(state.log.size(), cluster.random.nextInt(cluster.maxLag)));
        if (state.logIndex
                < request.getLevel().getPreparedList().stream()
                        .mapToLong(PreparedTransaction::getIndex)
                        .max()
                        .orElse(0)) {
            cluster.later(500, () -> answer(request, waitUntil, result)); // until it is known here
            return;
        }
        boolean isAlone = request.hasGetStream() && cluster.heads() < cluster.headsTogether;
        if (isAlone || (leaderOnly && meetsCommitted(request))) {
            cluster.later(500, () -> answer(request, waitUntil, result)); // until it may be told
            return;
        }
        QueryResponse response = switch (request.getQueryCase()) {
            case READ_PAGE ->
                QueryResponse.newBuilder()
                        .setPage(page(state, request.getReadPage(), visible))
                        .build();
            case LIST_TRANSACTIONS ->
                QueryResponse.newBuilder()
                        .setTransactions(state.open(request.getListTransactions()))
                        .build();
            case GET_STREAM ->
                QueryResponse.newBuilder()
                        .setStream(info(state, request.getPartition(), request.getGetStream()))
                        .build();
            default ->
                QueryResponse.newBuilder()
                        .setStreams(list(state, request.getPartition(), request.getListStreams()))
                        .build();
        };
        boolean waits = response.hasPage() && response.getPage().getEventsCount() == 0 && System.nanoTime() < waitUntil;
        if (waits) {
            cluster.later(500, () -> answer(request, waitUntil, result));
        } else {
            cluster.answer(() -> result.complete(response));
        }
    }

    private boolean meetsCommitted(QueryRequest request) {
        return request.hasGetStream()
                ? !cluster.headsMindNoLocks
                        && cluster.transactions.staged.contains(
                                request.getGetStream().getStream())
                : cluster.transactions.staged.contains(request.getReadPage().getStream());
    }

    private static Page page(FakePartition state, ReadPage read, int visible) {
        Page.Builder page = Page.newBuilder().setNextPosition(visible).setAtEnd(true);
        List<RecordedEvent> source;
        if (read.hasStream()) {
            source = state.streams.getOrDefault(read.getStream(), List.of()).stream()
                    .filter(event -> event.getPosition() < visible)
                    .toList();
            page.setState(state.stateOf(read.getStream()));
        } else {
            source = state.log.subList(0, visible);
        }
        boolean forwards = read.getDirection() == Direction.FORWARDS;
        long at = forwards || (read.getFrom() >= 0 && read.getFrom() < source.size())
                ? read.getFrom()
                : source.size() - 1;
        long bytes = 0;
        while (at >= 0 && at < source.size()) {
            RecordedEvent event = source.get((int) at);
            bytes += event.getSerializedSize();
            if (page.getEventsCount() > 0
                    && (page.getEventsCount() == read.getMaxEvents() || bytes > read.getMaxBytes())) {
                page.setAtEnd(false);
                break;
            }
            page.addEvents(event);
            at += forwards ? 1 : -1;
        }
        return page.build();
    }

    private static StreamInfo info(FakePartition state, int partition, GetStream get) {
        List<RecordedEvent> events = state.streams.getOrDefault(get.getStream(), List.of());
        StreamInfo.Builder info = StreamInfo.newBuilder()
                .setStream(get.getStream())
                .setState(state.stateOf(get.getStream()))
                .setSlot(StreamName.of(get.getStream()).slot())
                .setPartition(partition);
        if (!events.isEmpty()) {
            RecordedEvent last = events.get(events.size() - 1);
            info.setLastPosition(last.getPosition()).setLastStampMs(last.getStampMs());
        }
        return info.build();
    }

    /** Looks at three streams a page, of which few or none may fit: listing has to carry on, also after an empty page. */
    private static StreamList list(FakePartition state, int partition, ListStreams list) {
        StreamList.Builder streams = StreamList.newBuilder();
        List<ByteString> later = state.streams.keySet().stream()
                .filter(name -> list.getAfter().isEmpty()
                        || ByteString.unsignedLexicographicalComparator().compare(name, list.getAfter()) > 0)
                .toList();
        List<ByteString> looked = later.subList(0, Math.min(3, later.size()));
        for (ByteString name : looked) {
            if (name.startsWith(list.getPrefix())) {
                streams.addStreams(info(
                        state, partition, GetStream.newBuilder().setStream(name).build()));
            }
        }
        return looked.size() == later.size()
                ? streams.setAtEnd(true).build()
                : streams.setNextAfter(looked.get(looked.size() - 1)).build();
    }
}
