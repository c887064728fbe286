package io.weir.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.client.AppendResult;
import io.weir.client.EventStore;
import io.weir.client.EventStoreException;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.ReadRequest;
import io.weir.client.RecordedEvent;
import io.weir.client.Subscription;
import io.weir.client.spi.NodeFailure;
import io.weir.consensus.partition.FaultyStore;
import io.weir.logstore.lmdb.LmdbLogStore;
import io.weir.logstore.lmdb.Settings;
import io.weir.protocol.Error;
import io.weir.protocol.Outcome;
import io.weir.protocol.ReadLevel;
import io.weir.protocol.Session;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes whose members stop and start while clients go on. */
class ClusterIT {
    private static final int STREAMS = 6;

    @TempDir
    Path directory;

    @Test
    void aLeaderStopsUnderLoadAndNothingIsLostDoubledOrReordered() {
        try (TestCluster cluster = TestCluster.start(directory, 2);
                EventStore store = cluster.connect()) {
            Followed followed = new Followed();
            store.subscribe(Subscription.stream("stream-0"), followed);
            Positions positions = new Positions();
            int partition = store.partitionOf("stream-0");

            List<CompletableFuture<AppendResult>> before = append(store, 0, 200);
            before.get(0).join();
            store.subscribe(Subscription.partition(partition), positions); // catches up first, then follows
            String stopped = cluster.awaitLeader(partition);
            cluster.stop(stopped);
            List<CompletableFuture<AppendResult>> after = append(store, 200, 400);
            before.forEach(CompletableFuture::join);
            after.forEach(CompletableFuture::join);

            assertStreams(store, 400);
            followed.assertHas(400);
            positions.assertHas(eventsOf(cluster, partition));
            cluster.assertEqualDigests();

            cluster.start(stopped);
            cluster.awaitReady();
            cluster.assertEqualDigests();
            append(store, 400, 450).forEach(CompletableFuture::join);
            assertStreams(store, 450);
            followed.assertHas(450);
            positions.assertHas(eventsOf(cluster, partition));
            cluster.assertEqualDigests();
        }
    }

    private static long eventsOf(TestCluster cluster, int partition) {
        return cluster.node(cluster.awaitLeader(partition)).partition(partition).nextPosition();
    }

    @Test
    void theLastOfThreeTellsWhoFollowsItThatItIsNotReady() {
        try (TestCluster cluster = TestCluster.start(directory, 1);
                EventStore store = cluster.connect()) {
            append(store, 0, 1).forEach(CompletableFuture::join);
            cluster.assertEqualDigests();
            cluster.stop("n1");
            cluster.stop("n2");
            WeirNode last = cluster.node("n3");
            TestCluster.await(
                    "n3 to be alone", () -> !last.status().getPartitions(0).getReady());
            assertThatThrownBy(() -> last.channel()
                            .query(Commands.read(0, "stream-0", 1, ReadLevel.Kind.STALE, 200))
                            .join())
                    .cause()
                    .isInstanceOfSatisfying(
                            NodeFailure.class,
                            failure -> assertThat(failure.error().getCode()).isEqualTo(Error.Code.NOT_READY));
            assertThat(last.channel()
                            .query(Commands.read(0, "stream-0", 0, ReadLevel.Kind.STALE, 200))
                            .join()
                            .getPage()
                            .getEventsCount())
                    .isEqualTo(1);
        }
    }

    @Test
    void allStopAndStartAgainWithAllThatWasAcknowledged() {
        try (TestCluster cluster = TestCluster.start(directory, 2)) {
            try (EventStore store = cluster.connect()) {
                append(store, 0, 100).forEach(CompletableFuture::join);
            }
            cluster.stopAll();
            cluster.startAll();
            cluster.assertEqualDigests();
            try (EventStore store = cluster.connect()) {
                assertStreams(store, 100);
                append(store, 100, 120).forEach(CompletableFuture::join);
                assertStreams(store, 120);
            }
            cluster.assertEqualDigests();
        }
    }

    @Test
    void aLinearizableReadSeesWhatWasAcknowledgedThroughChangesOfLeader() throws Exception {
        try (TestCluster cluster = TestCluster.start(directory, 1);
                EventStore writer = cluster.connect();
                EventStore reader = cluster.connect()) {
            AtomicLong acknowledged = new AtomicLong(-1);
            AtomicLong reads = new AtomicLong();
            AtomicBoolean done = new AtomicBoolean();
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
                while (!done.get()) {
                    acknowledged.set(writer.append("counter", Expected.any(), List.of(event(0)))
                            .join()
                            .orThrow()
                            .lastRevision());
                }
            });
            CompletableFuture<Void> reading = CompletableFuture.runAsync(() -> {
                while (!done.get()) {
                    long before = acknowledged.get();
                    long seen = -1;
                    for (RecordedEvent event : reader.read(
                            ReadRequest.stream("counter").backwards().limit(1))) {
                        seen = event.revision();
                    }
                    assertThat(seen).isGreaterThanOrEqualTo(before);
                    reads.incrementAndGet();
                }
            });
            for (int i = 0; i < 2; i++) {
                String leader = cluster.awaitLeader(0);
                awaitProgress(acknowledged, reads, writing, reading);
                cluster.stop(leader);
                awaitProgress(acknowledged, reads, writing, reading);
                cluster.start(leader);
                cluster.awaitReady();
            }
            done.set(true);
            writing.get(30, TimeUnit.SECONDS);
            reading.get(30, TimeUnit.SECONDS);
            cluster.assertEqualDigests();
        }
    }

    private static void awaitProgress(
            AtomicLong acknowledged, AtomicLong reads, CompletableFuture<?> writing, CompletableFuture<?> reading) {
        long wantedAcknowledged = acknowledged.get() + 20;
        long wantedReads = reads.get() + 20;
        TestCluster.await(
                "progress of writer and reader",
                () -> writing.isDone()
                        || reading.isDone()
                        || (acknowledged.get() > wantedAcknowledged && reads.get() > wantedReads));
        assertThat(writing).isNotDone();
        assertThat(reading).isNotDone();
    }

    @Test
    void aNewLeaderThatHasNotAppliedYetDoesNotAnswerWithThePast() {
        Map<String, FaultyStore> stores = new ConcurrentHashMap<>();
        try (TestCluster cluster = TestCluster.start(directory, 1, node -> (path, identity) -> {
                    FaultyStore store = new FaultyStore(WeirNode.defaultStore(path, identity));
                    stores.put(node, store);
                    return store;
                });
                EventStore store = cluster.connect()) {
            append(store, 0, 1).forEach(CompletableFuture::join);
            String leader = cluster.awaitLeader(0);
            cluster.assertEqualDigests();
            stores.forEach((node, held) -> {
                if (!node.equals(leader)) {
                    held.holdCommits();
                }
            });
            append(store, 1, 10).forEach(CompletableFuture::join); // applied by the leader, only in the log elsewhere
            cluster.stop(leader);
            try {
                assertThatThrownBy(
                                () -> store.read(ReadRequest.stream("stream-0").within(Duration.ofSeconds(2)))
                                        .iterator()
                                        .hasNext())
                        .isInstanceOf(EventStoreException.Unavailable.class);
            } finally {
                stores.values().forEach(FaultyStore::releaseCommits);
            }
            assertStreams(store, 10);
            cluster.assertEqualDigests();
        }
    }

    @Test
    void aLeaderWithoutItsFollowersStepsDownUnderLoadAndAcknowledgesNothing() throws Exception {
        try (TestCluster cluster = TestCluster.start(directory, 1)) {
            String leader = cluster.awaitLeader(0);
            WeirNode node = cluster.node(leader);
            Session session = Commands.session(node.channel());
            List<String> followers =
                    cluster.ids().stream().filter(id -> !id.equals(leader)).toList();
            List<CompletableFuture<Outcome>> answers = new ArrayList<>();
            CompletableFuture<Void> stopping = CompletableFuture.runAsync(() ->
                    followers.parallelStream().forEach(id -> cluster.node(id).close()));
            AtomicLong sequence = new AtomicLong();
            TestCluster.await("the leader to step down", Duration.ofSeconds(15), () -> {
                answers.add(
                        node.channel().submit(0, Commands.append(session, sequence.incrementAndGet(), "s", "x"), 300));
                return stopping.isDone()
                        && !node.status().getPartitions(0).getRole().equals("LEADER");
            });
            stopping.get(10, TimeUnit.SECONDS);
            TestCluster.await("an end of all calls", () -> answers.stream().allMatch(CompletableFuture::isDone));
            assertThat(answers.get(answers.size() - 1)).isCompletedExceptionally();
            CompletableFuture<?> read = node.channel().query(Commands.read(0, "s", 0, ReadLevel.Kind.LINEARIZABLE, 0));
            assertThatThrownBy(read::join).hasCauseInstanceOf(NodeFailure.class);
        }
    }

    @Test
    void aReplicaWhoseStoreIsFullInTheMiddleOfADrainStaysEqual() {
        Settings tiny = new Settings(128 << 10, 16 << 10, 126, 1_024, 1_000);
        try (TestCluster cluster = TestCluster.start(
                        directory,
                        1,
                        node -> node.equals("n3")
                                ? (path, identity) -> LmdbLogStore.open(path, identity, tiny)
                                : WeirNode::defaultStore);
                EventStore store = cluster.connect()) {
            List<CompletableFuture<AppendResult>> all = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                NewEvent large = NewEvent.of("large", "application/octet-stream", new byte[2_000 + i % 5 * 10_000]);
                all.add(store.append("stream-" + i % 9, Expected.any(), List.of(large)));
            }
            all.forEach(result -> result.join().orThrow());
            cluster.assertEqualDigests();
            cluster.stopAll();
            cluster.startAll();
            cluster.assertEqualDigests();
        }
    }

    @Test
    void aFollowerIsReadInPlace() {
        try (TestCluster cluster = TestCluster.start(directory, 1);
                EventStore store = cluster.connect()) {
            append(store, 0, 50).forEach(CompletableFuture::join);
            cluster.assertEqualDigests();
            for (WeirNode node : cluster.nodes()) {
                List<Long> positions = new ArrayList<>();
                node.partition(0).read(0, (position, header, buffer, offset, length) -> positions.add(position));
                assertThat(positions).hasSize(50 * STREAMS).isSorted().doesNotHaveDuplicates();
            }
        }
    }

    private static List<CompletableFuture<AppendResult>> append(EventStore store, int from, int to) {
        List<CompletableFuture<AppendResult>> acknowledged = new ArrayList<>();
        for (int i = from; i < to; i++) {
            for (int stream = 0; stream < STREAMS; stream++) {
                acknowledged.add(store.append("stream-" + stream, Expected.any(), List.of(event(i))));
            }
        }
        return acknowledged;
    }

    private static NewEvent event(int number) {
        return NewEvent.json("counted", String.valueOf(number));
    }

    private static int number(RecordedEvent event) {
        return Integer.parseInt(new String(event.payload(), StandardCharsets.UTF_8));
    }

    private static void assertStreams(EventStore store, int count) {
        for (int stream = 0; stream < STREAMS; stream++) {
            List<Integer> numbers = new ArrayList<>();
            store.read(ReadRequest.stream("stream-" + stream)).forEach(event -> {
                assertThat(event.revision()).isEqualTo(numbers.size());
                numbers.add(number(event));
            });
            assertCounted(numbers, count);
        }
    }

    private static void assertCounted(List<Integer> numbers, int count) {
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            expected.add(i);
        }
        assertThat(numbers).isEqualTo(expected);
    }

    /** A subscriber that keeps what it gets. */
    private static final class Followed implements Flow.Subscriber<RecordedEvent> {
        private final List<Integer> numbers = new CopyOnWriteArrayList<>();
        private final CompletableFuture<Void> ended = new CompletableFuture<>();

        void assertHas(int count) {
            TestCluster.await(
                    "event " + count + " of the subscription", () -> numbers.size() >= count || ended.isDone());
            assertThat(ended).isNotDone();
            assertCounted(numbers, count);
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(RecordedEvent event) {
            numbers.add(number(event));
        }

        @Override
        public void onError(Throwable failure) {
            ended.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            ended.complete(null);
        }
    }

    /** A subscriber to a partition, which must see every position once, in order. */
    private static final class Positions implements Flow.Subscriber<RecordedEvent> {
        private final CompletableFuture<Void> ended = new CompletableFuture<>();
        private volatile long next;

        void assertHas(long count) {
            TestCluster.await("position " + count + " of the partition", () -> next >= count || ended.isDone());
            assertThat(ended).isNotDone();
            assertThat(next).isEqualTo(count);
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate") // signals come one after the other
        public void onNext(RecordedEvent event) {
            if (event.position() == next) {
                next++;
            } else {
                ended.completeExceptionally(
                        new AssertionError("position " + event.position() + " where " + next + " was due"));
            }
        }

        @Override
        public void onError(Throwable failure) {
            ended.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            ended.complete(null);
        }
    }
}
