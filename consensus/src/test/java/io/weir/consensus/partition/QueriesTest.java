package io.weir.consensus.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.client.spi.NodeFailure;
import io.weir.logstore.ReadView;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.memory.MemoryLogStore;
import io.weir.protocol.Command;
import io.weir.protocol.Direction;
import io.weir.protocol.Error;
import io.weir.protocol.ListStreams;
import io.weir.protocol.Page;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.QueryResponse;
import io.weir.protocol.ReadLevel;
import io.weir.protocol.ReadPage;
import io.weir.protocol.StreamList;
import io.weir.protocol.StreamName;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class QueriesTest {
    private final FakeRaft raft = new FakeRaft();
    private final MemoryLogStore store = new MemoryLogStore(new StoreIdentity("test", 0));
    private final ExecutorService readers = Executors.newFixedThreadPool(2);
    private final ExecutorService answers = Executors.newSingleThreadExecutor();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final Partition partition = new Partition(
            0, store, raft, Setups.of(List.of("test"), readers, answers, timer, CopySources.none(), Setups.NO_HOME));
    private long nextIndex;

    @BeforeEach
    void start() {
        partition.start();
    }

    @AfterEach
    void close() throws InterruptedException {
        partition.stopServing();
        partition.stopApplying(5_000);
        readers.shutdownNow();
        answers.shutdownNow();
        timer.shutdownNow();
    }

    private void append(String stream, int payloadBytes) {
        long index = nextIndex++;
        Command command = Entries.append(index + 1, stream, payloadBytes).toBuilder()
                .setLowWaterMark(index)
                .build();
        var applied = partition.apply(1, index, Entries.entry(command).toByteString(), RaftEvents.FOREIGN);
        partition.quiesce(); // or it would wait for others to share a commit
        applied.join();
    }

    private static QueryRequest.Builder read(ReadLevel.Kind level, ReadPage.Builder page) {
        return QueryRequest.newBuilder()
                .setTimeoutMs(10_000)
                .setLevel(ReadLevel.newBuilder().setKind(level))
                .setReadPage(page);
    }

    private static ReadPage.Builder stream(String name, long from) {
        return ReadPage.newBuilder()
                .setStream(StreamName.of(name).utf8())
                .setFrom(from)
                .setMaxEvents(100)
                .setMaxBytes(1 << 20);
    }

    private Page page(QueryRequest.Builder request) {
        return get(partition.query(request.build())).getPage();
    }

    private static QueryResponse get(CompletableFuture<QueryResponse> answer) {
        return answer.orTimeout(20, TimeUnit.SECONDS).join();
    }

    @Test
    void aLinearizableReadWaitsForTheProofAndForItsIndex() {
        append("s", 1);
        CompletableFuture<QueryResponse> answer = partition.query(
                read(ReadLevel.Kind.LINEARIZABLE, stream("s", 0)).build());
        assertThat(answer).isNotDone();
        raft.barriers.get(0).complete(1L); // one entry is committed that is not applied here
        assertThat(answer).isNotDone();
        append("s", 1);
        assertThat(get(answer).getPage().getEventsCount()).isEqualTo(2);
    }

    @Test
    void readsShareTheProofThatBeginsAfterThem() {
        append("s", 1);
        List<CompletableFuture<QueryResponse>> answers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            answers.add(partition.query(
                    read(ReadLevel.Kind.LINEARIZABLE, stream("s", 0)).build()));
        }
        assertThat(raft.barriers).hasSize(1);
        raft.barriers.get(0).complete(0L);
        get(answers.get(0));
        assertThat(raft.barriers).hasSize(2);
        assertThat(answers.get(1)).isNotDone();
        raft.barriers.get(1).complete(0L);
        answers.forEach(QueriesTest::get);
        assertThat(raft.barriers).hasSize(2);
    }

    @Test
    void aReadThatCannotProveLeadershipFailsAsNotExecuted() {
        CompletableFuture<QueryResponse> answer = partition.query(
                read(ReadLevel.Kind.LINEARIZABLE, stream("s", 0)).build());
        raft.barriers.get(0).completeExceptionally(Failures.notLeader("n2"));
        assertThatThrownBy(() -> get(answer))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(NodeFailure.class, failure -> {
                    assertThat(failure.error().getCode()).isEqualTo(Error.Code.NOT_LEADER);
                    assertThat(failure.error().getLeader()).isEqualTo("n2");
                    assertThat(failure.error().getMaybeExecuted()).isFalse();
                });
    }

    @Test
    void atLeastWaitsForThePositionAndGivesUpInTime() {
        append("s", 1);
        QueryRequest.Builder request = read(ReadLevel.Kind.AT_LEAST, stream("s", 0));
        request.getLevelBuilder().setNextPosition(2);
        CompletableFuture<QueryResponse> waiting = partition.query(request.build());
        append("other", 1);
        assertThat(get(waiting).getPage().getNextPosition()).isEqualTo(2);

        request.setTimeoutMs(50).getLevelBuilder().setNextPosition(9);
        assertThatThrownBy(() -> get(partition.query(request.build())))
                .cause()
                .isInstanceOfSatisfying(NodeFailure.class, failure -> {
                    assertThat(failure.error().getCode()).isEqualTo(Error.Code.DEADLINE_EXCEEDED);
                    assertThat(failure.error().getMessage())
                            .contains("next position 9")
                            .contains("at 2");
                });
    }

    @Test
    void aWaitingReadIsWokenByItsStreamAndEndsEmptyInTime() {
        append("s", 1);
        CompletableFuture<QueryResponse> tail = partition.query(
                read(ReadLevel.Kind.STALE, stream("s", 1).setWaitMs(9_000)).build());
        append("other", 1);
        append("s", 1);
        assertThat(get(tail).getPage().getEventsList())
                .extracting(event -> event.getRevision())
                .containsExactly(1L);
        long begun = System.nanoTime();
        Page empty = page(read(ReadLevel.Kind.STALE, stream("s", 2).setWaitMs(100)));
        assertThat(empty.getEventsCount()).isZero();
        assertThat(empty.getAtEnd()).isTrue();
        assertThat(System.nanoTime() - begun).isGreaterThan(90_000_000L);
    }

    @Test
    void aReadThatIsCancelledWhileItWaitsLeavesItsPlaceToOthers() {
        QueryRequest waits = read(ReadLevel.Kind.STALE, stream("s", 0).setWaitMs(-1))
                .setTimeoutMs(-1)
                .build();
        for (int round = 0; round < 2; round++) {
            List<CompletableFuture<QueryResponse>> all = new ArrayList<>();
            for (int i = 0; i < Waiters.MAX_WAITERS; i++) {
                all.add(partition.query(waits));
            }
            // The last place is taken only when all before it are: the readers' queue is served in order by two
            // threads.
            get(partition.query(read(ReadLevel.Kind.STALE, stream("t", 0)).build()));
            assertThat(all).noneMatch(CompletableFuture::isCompletedExceptionally);
            all.forEach(answer -> answer.cancel(false));
        }
    }

    @Test
    void aWaitInVainOnAReplicaThatGetsNoEventsSaysSo() {
        append("s", 1);
        raft.view = new RaftView(RaftView.Role.CANDIDATE, "", 1, 0, false);
        assertNotReady(read(ReadLevel.Kind.STALE, stream("s", 1).setWaitMs(50)), "no leader is known");
        assertNotReady(
                read(ReadLevel.Kind.STALE, ReadPage.newBuilder().setFrom(1).setWaitMs(50)), "no leader is known");
        assertThat(page(read(ReadLevel.Kind.STALE, stream("s", 0).setWaitMs(50)))
                        .getEventsCount())
                .as("what it has it gives")
                .isEqualTo(1);
        assertThat(page(read(ReadLevel.Kind.STALE, stream("s", 1))).getEventsCount())
                .as("a read that does not wait asks for the past only")
                .isZero();
        raft.view = new RaftView(RaftView.Role.FOLLOWER, "n2", 2, 0, false);
        assertThat(page(read(ReadLevel.Kind.STALE, stream("s", 1).setWaitMs(50)))
                        .getEventsCount())
                .isZero();
    }

    @Test
    void aWaitThatBeganWithoutALeaderIsAnsweredIfOneComesInTime() {
        raft.view = new RaftView(RaftView.Role.CANDIDATE, "", 1, 0, false);
        CompletableFuture<QueryResponse> tail = partition.query(
                read(ReadLevel.Kind.STALE, stream("s", 0).setWaitMs(9_000)).build());
        append("s", 1);
        assertThat(get(tail).getPage().getEventsCount()).isEqualTo(1);
    }

    private void assertNotReady(QueryRequest.Builder request, String reason) {
        assertThatThrownBy(() -> get(partition.query(request.build())))
                .cause()
                .isInstanceOfSatisfying(NodeFailure.class, failure -> {
                    assertThat(failure.error().getCode()).isEqualTo(Error.Code.NOT_READY);
                    assertThat(failure.error().getMessage()).contains(reason);
                    assertThat(failure.error().getMaybeExecuted()).isFalse();
                });
    }

    @Test
    void noWakeUpIsLostBetweenLookingAndWaiting() throws Exception {
        int events = 2_000;
        Thread writer = new Thread(() -> {
            for (int i = 0; i < events; i++) {
                append("s", 1);
            }
        });
        writer.start();
        long next = 0;
        while (next < events) {
            Page page = page(read(ReadLevel.Kind.STALE, stream("s", next).setWaitMs(60_000))
                    .setTimeoutMs(70_000));
            assertThat(page.getEventsCount()).isPositive();
            next += page.getEventsCount();
        }
        writer.join();
        assertThat(next).isEqualTo(events);
    }

    @Test
    void pagesAreBoundedByEventsAndBytesButHoldOneAtLeast() {
        for (int i = 0; i < 10; i++) {
            append("s", 1_000);
        }
        Page three = page(read(ReadLevel.Kind.STALE, stream("s", 0).setMaxEvents(3)));
        assertThat(three.getEventsCount()).isEqualTo(3);
        assertThat(three.getAtEnd()).isFalse();
        Page small = page(read(ReadLevel.Kind.STALE, stream("s", 4).setMaxBytes(1)));
        assertThat(small.getEventsCount()).isEqualTo(1);
        Page two = page(read(ReadLevel.Kind.STALE, stream("s", 8).setMaxBytes(5_000)));
        assertThat(two.getEventsCount()).isEqualTo(2);
        assertThat(two.getAtEnd()).isTrue();
        assertThat(two.getState().getRevision()).isEqualTo(9);
        Page backwards = page(read(
                ReadLevel.Kind.STALE,
                stream("s", -1).setDirection(Direction.BACKWARDS).setMaxEvents(2)));
        assertThat(backwards.getEventsList())
                .extracting(event -> event.getRevision())
                .containsExactly(9L, 8L);
        Page all = page(read(ReadLevel.Kind.STALE, ReadPage.newBuilder().setFrom(5)));
        assertThat(all.getEventsList()).extracting(event -> event.getPosition()).containsExactly(5L, 6L, 7L, 8L, 9L);
    }

    @Test
    void streamsAreListedPageByPage() {
        for (int i = 0; i < 20; i++) {
            append("a" + i, 1);
            append("b" + i, 1);
        }
        List<String> names = new ArrayList<>();
        ListStreams.Builder query =
                ListStreams.newBuilder().setPrefix(StreamName.of("a").utf8()).setMaxStreams(7);
        StreamList list;
        do {
            list = list(query);
            assertThat(list.getStreamsCount()).isLessThanOrEqualTo(7);
            assertThat(list.getNextAfter().isEmpty()).isEqualTo(list.getAtEnd());
            list.getStreamsList().forEach(info -> names.add(info.getStream().toStringUtf8()));
            query.setAfter(list.getNextAfter());
        } while (!list.getAtEnd());
        assertThat(names).hasSize(20).doesNotHaveDuplicates().allMatch(name -> name.startsWith("a"));
    }

    @Test
    void aListLooksAtBoundedlyManyStreamsAndGoesOnFromAnEmptyOne() {
        int streams = PageReader.MAX_LOOKED_STREAMS + 100;
        for (int i = 0; i < streams; i++) {
            append("s" + i, 1);
        }
        ListStreams.Builder query =
                ListStreams.newBuilder().setPrefix(StreamName.of("missing").utf8());
        StreamList first = list(query);
        assertThat(first.getStreamsCount()).isZero();
        assertThat(first.getAtEnd()).isFalse();
        StreamList second = list(query.setAfter(first.getNextAfter()));
        assertThat(second.getStreamsCount()).isZero();
        assertThat(second.getAtEnd()).isTrue();
        assertThat(second.getNextAfter().isEmpty()).isTrue();
    }

    @Test
    void aListThatIsLateStillAdvances() {
        for (int i = 0; i < 200; i++) {
            append("s" + i, 1);
        }
        PageReader reader = new PageReader(0);
        ListStreams.Builder query = ListStreams.newBuilder();
        List<String> names = new ArrayList<>();
        int lists = 0;
        try (ReadView view = store.openRead()) {
            StreamList list;
            do {
                list = reader.list(view, query.build(), System.nanoTime() - 1);
                list.getStreamsList().forEach(info -> names.add(info.getStream().toStringUtf8()));
                query.setAfter(list.getNextAfter());
                lists++;
            } while (!list.getAtEnd());
        }
        assertThat(names).hasSize(200).doesNotHaveDuplicates();
        assertThat(lists).isGreaterThan(1);
    }

    private StreamList list(ListStreams.Builder query) {
        return get(partition.query(QueryRequest.newBuilder()
                        .setTimeoutMs(5_000)
                        .setLevel(ReadLevel.newBuilder().setKind(ReadLevel.Kind.STALE))
                        .setListStreams(query)
                        .build()))
                .getStreams();
    }

    @Test
    void aPartitionWhoseLogHasFailedAnswersStaleReadsOnlyAndSaysWhy() {
        partition.logFailed(new java.io.IOException("disk gone"));
        assertThat(get(partition.query(
                                read(ReadLevel.Kind.STALE, stream("s", 0)).build()))
                        .hasPage())
                .isTrue();
        assertThatThrownBy(
                        () -> partition.submit(Entries.append(1, "s", 1), 1_000).join())
                .cause()
                .hasMessageContaining("disk gone");
        assertThat(partition.status().getReady()).isFalse();
        assertThat(partition.status().getReason()).contains("disk gone");
        while (raft.halts.get() == 0) {
            Thread.onSpinWait();
        }
    }
}
