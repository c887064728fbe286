package io.weir.consensus.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.weir.client.spi.NodeFailure;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.memory.MemoryLogStore;
import io.weir.protocol.Error;
import io.weir.protocol.GetStream;
import io.weir.protocol.Limits;
import io.weir.protocol.ListStreams;
import io.weir.protocol.LogEntry;
import io.weir.protocol.Prepare;
import io.weir.protocol.PreparedTransaction;
import io.weir.protocol.Proposal;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.QueryResponse;
import io.weir.protocol.ReadLevel;
import io.weir.protocol.ReadPage;
import io.weir.protocol.Requirement;
import io.weir.protocol.Resolve;
import io.weir.protocol.StreamName;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionInfo;
import io.weir.protocol.TransactionRecord;
import io.weir.protocol.TransactionRecord.State;
import io.weir.protocol.TransactionStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reads of partition 0 that meet the lock of a transaction whose home is partition 1. */
class LockedQueriesTest {
    private static final TransactionId T = id(101, 1);
    private static final long PREPARED_AT = 1;

    /** A question to a home that the test answers. */
    private record Asked(TransactionId id, CompletableFuture<TransactionInfo> answer) {}

    private final FakeRaft raft = new FakeRaft();
    private final FaultyStore store = new FaultyStore(new MemoryLogStore(new StoreIdentity("test", 0)));
    private final AtomicInteger reads = new AtomicInteger();
    private final Set<String> readingThreads = ConcurrentHashMap.newKeySet();
    private final ExecutorService readers = Executors.newFixedThreadPool(2, task -> new Thread(task, "reader"));
    private final ExecutorService answers = Executors.newSingleThreadExecutor();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
    private final Partition partition = new Partition(
            0, store, raft, Setups.of(List.of("test"), readers, answers, timer, CopySources.none(), (id, timeoutMs) -> {
                Asked question = new Asked(id, new CompletableFuture<>());
                asked.add(question);
                return question.answer();
            }));
    private long nextIndex;

    @BeforeEach
    void start() {
        partition.start();
        apply(Entries.entry(Entries.append(1, "a", 1)));
        prepare(T, List.of("a"), List.of("b"));
        store.onRead(() -> {
            reads.incrementAndGet();
            readingThreads.add(Thread.currentThread().getName());
        });
    }

    @AfterEach
    void close() throws InterruptedException {
        assertThat(Set.of("reader")).as("answers must not wait for rows").containsAll(readingThreads);
        partition.stopServing();
        partition.stopApplying(5_000);
        readers.shutdownNow();
        answers.shutdownNow();
        timer.shutdownNow();
    }

    private static TransactionId id(long sequence, int home) {
        return TransactionId.newBuilder()
                .setSessionHigh(Entries.SESSION.high())
                .setSessionLow(Entries.SESSION.low())
                .setSequence(sequence)
                .setHome(home)
                .setExpiryMs(Entries.STAMP_MS + 1_000)
                .build();
    }

    private void apply(LogEntry entry) {
        var applied = partition.apply(1, nextIndex++, entry.toByteString(), RaftEvents.FOREIGN);
        partition.quiesce(); // or it would wait for others to share a commit
        applied.join();
    }

    private void step(TransactionStep.Builder step) {
        apply(Entries.entry().toBuilder()
                .addProposals(Proposal.newBuilder().setStep(step))
                .build());
    }

    private void prepare(TransactionId id, List<String> writes, List<String> reads) {
        Prepare.Builder prepare = Prepare.newBuilder().addAllParticipants(List.of(0, 1));
        writes.forEach(stream -> prepare.addAppends(Entries.append(1, stream, 1).getAppend()));
        reads.forEach(stream -> prepare.addRequirements(Requirement.newBuilder()
                .setStream(StreamName.of(stream).utf8())
                .setExpected(Entries.append(1, stream, 1).getAppend().getExpected())));
        step(TransactionStep.newBuilder().setId(id).setPrepare(prepare));
    }

    private void resolve(boolean commit) {
        step(TransactionStep.newBuilder()
                .setId(T)
                .setResolve(Resolve.newBuilder().setCommit(commit)));
    }

    private static ByteString utf8(String stream) {
        return StreamName.of(stream).utf8();
    }

    /** A linearizable read whose barrier is passed. */
    private CompletableFuture<QueryResponse> read(QueryRequest.Builder request) {
        int barriers = raft.barriers.size();
        CompletableFuture<QueryResponse> response =
                partition.query(request.setTimeoutMs(10_000).build());
        raft.barriers.get(barriers).complete(nextIndex - 1);
        return response;
    }

    private static QueryRequest.Builder page(@Nullable String stream) {
        ReadPage.Builder page = ReadPage.newBuilder().setMaxEvents(100);
        if (stream != null) {
            page.setStream(utf8(stream));
        }
        return QueryRequest.newBuilder().setReadPage(page);
    }

    private static int events(CompletableFuture<QueryResponse> response) {
        return response.orTimeout(10, TimeUnit.SECONDS).join().getPage().getEventsCount();
    }

    private Asked question() {
        try {
            Asked question = asked.poll(10, TimeUnit.SECONDS);
            assertThat(question).as("a question to the home").isNotNull();
            return question;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void answer(State state) {
        Asked question = question();
        assertThat(question.id()).isEqualTo(T);
        TransactionInfo.Builder info = TransactionInfo.newBuilder().setId(T);
        if (state != State.UNSPECIFIED) {
            info.setRecord(TransactionRecord.newBuilder().setState(state));
        }
        question.answer().complete(info.build());
    }

    @Test
    void anUndecidedOrAbortedHolderIsLeftOut() {
        for (State state : List.of(State.STAGED, State.NO, State.ABORTED)) {
            CompletableFuture<QueryResponse> read = read(page("a"));
            answer(state);
            assertThat(events(read)).as(state.toString()).isEqualTo(1);
        }
    }

    /** The read trap: the holder may be visible in another partition, where the same client has read it. */
    @Test
    void aCommittedHolderIsAwaitedAndSeen() {
        CompletableFuture<QueryResponse> read = read(page("a"));
        answer(State.COMMITTED);
        assertThat(read).isNotDone();
        resolve(true);
        assertThat(events(read)).isEqualTo(2);
        assertThat(asked).isEmpty();
    }

    @Test
    void aHolderThatHomeDoesNotKnowIsLookedForAgain() {
        CompletableFuture<QueryResponse> staged = read(page("a"));
        answer(State.UNSPECIFIED);
        nextBarrier(2).complete(nextIndex - 1);
        assertThat(events(staged)).as("still staged: it has not committed").isEqualTo(1);
        CompletableFuture<QueryResponse> gone = read(page("a"));
        answer(State.FORGOTTEN);
        CompletableFuture<Long> barrier = nextBarrier(4);
        resolve(true);
        barrier.complete(nextIndex - 1);
        assertThat(events(gone)).as("gone meanwhile: read anew").isEqualTo(2);
    }

    /** It still has the transaction staged, which the next leader has resolved, and home has forgotten since. */
    @Test
    void aLeaderThatWasDeposedWhileItAskedDoesNotAnswer() {
        CompletableFuture<QueryResponse> read = read(page("a"));
        answer(State.FORGOTTEN);
        nextBarrier(2).completeExceptionally(Failures.notLeader("n2"));
        assertThatThrownBy(read::join).cause().isInstanceOf(NodeFailure.class).hasMessageContaining("n2 is");
    }

    /** Waits until so many proofs of leadership were asked for. */
    private CompletableFuture<Long> nextBarrier(int count) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (raft.barriers.size() < count) {
            assertThat(System.nanoTime())
                    .as("barriers: " + raft.barriers.size())
                    .isLessThan(deadline);
            Thread.onSpinWait();
        }
        return raft.barriers.get(count - 1);
    }

    @Test
    void everyKindOfReadAsksIfTheStreamIsInItsRange() {
        CompletableFuture<QueryResponse> whole = read(page(null));
        answer(State.STAGED);
        assertThat(events(whole)).isEqualTo(1);
        CompletableFuture<QueryResponse> info = read(
                QueryRequest.newBuilder().setGetStream(GetStream.newBuilder().setStream(utf8("a"))));
        answer(State.STAGED);
        assertThat(info.join().getStream().getState().getRevision()).isZero();
        CompletableFuture<QueryResponse> list = read(QueryRequest.newBuilder()
                .setListStreams(ListStreams.newBuilder().setPrefix(utf8("a"))));
        answer(State.STAGED);
        assertThat(list.join().getStreams().getStreamsCount()).isEqualTo(1);
        read(QueryRequest.newBuilder().setListStreams(ListStreams.newBuilder().setPrefix(utf8("b"))))
                .join();
        read(page("c")).join();
        assertThat(asked).isEmpty();
    }

    @Test
    void aConditionsLockIsInNobodysWay() {
        assertThat(events(read(page("b")))).isZero();
        assertThat(asked).isEmpty();
    }

    @Test
    void aHolderWhoseHomeIsHereIsUndecided() {
        prepare(id(102, 0), List.of("d"), List.of());
        assertThat(events(read(page("d")))).isZero();
        assertThat(asked).isEmpty();
    }

    @Test
    void aStaleReadAsksNobody() {
        QueryRequest.Builder stale = page("a").setLevel(ReadLevel.newBuilder().setKind(ReadLevel.Kind.STALE));
        assertThat(events(partition.query(stale.setTimeoutMs(10_000).build()))).isEqualTo(1);
        assertThat(asked).isEmpty();
    }

    @Test
    void aHomeThatCannotBeAskedFailsTheRead() {
        CompletableFuture<QueryResponse> read = read(page("a"));
        question().answer().completeExceptionally(Failures.notReady("as if"));
        assertThatThrownBy(read::join).cause().isInstanceOf(NodeFailure.class).hasMessageContaining("as if");
    }

    private void awaitWaitingReads(int count) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (partition.waitingReads() != count) {
            assertThat(System.nanoTime())
                    .as("reads that wait: %d, not %d", partition.waitingReads(), count)
                    .isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    /** A read of the whole partition, which meets three transactions that have been committed. */
    private CompletableFuture<QueryResponse> readUnderThree(int timeoutMs) {
        prepare(id(102, 1), List.of("d"), List.of());
        prepare(id(103, 1), List.of("e"), List.of());
        CompletableFuture<QueryResponse> read =
                partition.query(page(null).setTimeoutMs(timeoutMs).build());
        raft.barriers.get(0).complete(nextIndex - 1);
        for (int i = 0; i < 3; i++) {
            Asked question = question();
            question.answer()
                    .complete(TransactionInfo.newBuilder()
                            .setId(question.id())
                            .setRecord(TransactionRecord.newBuilder().setState(State.COMMITTED))
                            .build());
        }
        return read;
    }

    @Test
    void aReadTakesOnePlaceAmongThoseThatWaitHoweverManyItWaitsFor() {
        CompletableFuture<QueryResponse> read = readUnderThree(10_000);
        awaitWaitingReads(1);
        assertThat(read).isNotDone();
        resolve(true);
        awaitWaitingReads(1);
        assertThat(read).as("two are still staged").isNotDone();
        partition.stopServing();
        assertThatThrownBy(read::join).cause().isInstanceOf(NodeFailure.class).hasMessageContaining("closing");
        assertThat(partition.waitingReads()).isZero();
    }

    @Test
    void aReadWhoseTimeIsUpLeavesItsPlace() {
        CompletableFuture<QueryResponse> read = readUnderThree(300);
        assertThatThrownBy(read::join).cause().hasMessageContaining("not answered in time");
        awaitWaitingReads(0);
    }

    @Test
    void aReadThatWaitedForEventsAndThenForATransactionLeavesBothPlaces() {
        QueryRequest.Builder behindTheEnd = QueryRequest.newBuilder()
                .setReadPage(ReadPage.newBuilder()
                        .setStream(utf8("a"))
                        .setFrom(1)
                        .setMaxEvents(1)
                        .setWaitMs(50))
                .setTimeoutMs(500);
        CompletableFuture<QueryResponse> read = partition.query(behindTheEnd.build());
        raft.barriers.get(0).complete(nextIndex - 1);
        answer(State.COMMITTED);
        assertThatThrownBy(read::join).cause().hasMessageContaining("not answered in time");
        awaitWaitingReads(0);
    }

    @Test
    void aTokenWaitsForTheTransactionThatItNames() {
        ReadLevel level = ReadLevel.newBuilder()
                .setKind(ReadLevel.Kind.AT_LEAST)
                .addPrepared(PreparedTransaction.newBuilder().setId(T).setIndex(PREPARED_AT))
                .build();
        CompletableFuture<QueryResponse> read =
                partition.query(page("a").setLevel(level).setTimeoutMs(10_000).build());
        prepare(id(102, 1), List.of("d"), List.of());
        assertThat(read).isNotDone();
        resolve(true);
        assertThat(events(read)).isEqualTo(2);
        TransactionId unknown = id(300, 1);
        CompletableFuture<QueryResponse> notYet = readAt(unknown, nextIndex);
        awaitWaitingReads(1);
        assertThat(notYet).isNotDone();
        apply(Entries.entry());
        assertThat(events(notYet)).isEqualTo(2);
    }

    private CompletableFuture<QueryResponse> readAtToken(int timeoutMs) {
        ReadLevel.Builder level = ReadLevel.newBuilder()
                .setKind(ReadLevel.Kind.AT_LEAST)
                .addPrepared(PreparedTransaction.newBuilder().setId(T));
        return partition.query(page("a").setLevel(level).setTimeoutMs(timeoutMs).build());
    }

    @Test
    void whoWaitsForATransactionIsNotWokenByWhateverIsApplied() {
        CompletableFuture<QueryResponse> token = readAtToken(10_000);
        CompletableFuture<QueryResponse> locked = read(page("a"));
        answer(State.COMMITTED);
        awaitWaitingReads(2);
        int before = reads.get();
        for (int i = 2; i < 50; i++) {
            apply(Entries.entry(Entries.append(i, "other", 1)));
        }
        assertThat(partition.waitingReads()).isEqualTo(2);
        resolve(true);
        assertThat(events(token)).isEqualTo(2);
        assertThat(events(locked)).isEqualTo(2);
        assertThat(reads.get() - before).as("two looks, two reads").isLessThanOrEqualTo(4);
    }

    /** A transaction that is stuck holds up those who ask for it, and no subscription. */
    @Test
    void thoseThatWaitForATransactionTakeNoPlaceOfATail() {
        List<CompletableFuture<QueryResponse>> waiting = new ArrayList<>();
        for (int i = 0; i < Waiters.MAX_WAITERS; i++) {
            waiting.add(readAtToken(60_000));
            if (i % 1_000 == 999) {
                awaitWaitingReads(i + 1); // the readers' queue of a node is bounded; that of this test is not
            }
        }
        awaitWaitingReads(Waiters.MAX_WAITERS);
        assertThatThrownBy(readAtToken(60_000)::join)
                .cause()
                .isInstanceOfSatisfying(
                        NodeFailure.class, e -> assertThat(e.error().getCode()).isEqualTo(Error.Code.THROTTLED));
        QueryRequest.Builder tail = QueryRequest.newBuilder()
                .setLevel(ReadLevel.newBuilder().setKind(ReadLevel.Kind.STALE))
                .setReadPage(ReadPage.newBuilder()
                        .setStream(utf8("c"))
                        .setMaxEvents(1)
                        .setWaitMs(60_000))
                .setTimeoutMs(60_000);
        CompletableFuture<QueryResponse> tailing = partition.query(tail.build());
        awaitWaitingReads(Waiters.MAX_WAITERS + 1);
        apply(Entries.entry(Entries.append(2, "c", 1)));
        assertThat(events(tailing)).isEqualTo(1);
        waiting.forEach(read -> read.cancel(false));
        assertThat(partition.waitingReads()).isZero();
    }

    private CompletableFuture<QueryResponse> readAt(TransactionId id, long index) {
        ReadLevel level = ReadLevel.newBuilder()
                .setKind(ReadLevel.Kind.AT_LEAST)
                .addPrepared(PreparedTransaction.newBuilder().setId(id).setIndex(index))
                .build();
        return partition.query(page("a").setLevel(level).setTimeoutMs(10_000).build());
    }

    private void applyAt(long logTimeMs) {
        apply(Entries.entry().toBuilder().setStampMs(logTimeMs).build());
    }

    /** As in a cluster that was restored: tokens from before name entries of a log that was far longer. */
    @Test
    void aTokenOfAnEarlierLogIsServedByATransactionThatIsKnown() {
        CompletableFuture<QueryResponse> staged = readAt(T, 1_000_000);
        prepare(id(102, 1), List.of("d"), List.of());
        assertThat(staged).isNotDone();
        resolve(true);
        assertThat(events(staged)).isEqualTo(2);
        assertThat(events(readAt(T, 1_000_000))).isEqualTo(2);
    }

    @Test
    void aTokenOfAnEarlierLogIsServedOnceTheTransactionCannotBePreparedAnyMore() {
        TransactionId unknown = id(300, 1);
        CompletableFuture<QueryResponse> read = readAt(unknown, 1_000_000);
        applyAt(unknown.getExpiryMs());
        awaitWaitingReads(1);
        prepare(id(102, 1), List.of("d"), List.of());
        assertThat(read).as("at its expiry it may still be prepared").isNotDone();
        applyAt(unknown.getExpiryMs() + 1);
        assertThat(events(read)).isEqualTo(1);
        CompletableFuture<QueryResponse> stillStaged = readAt(T, 1_000_000);
        applyAt(unknown.getExpiryMs() + 2);
        assertThat(stillStaged).as("its expiry does not end what is staged").isNotDone();
        resolve(true);
        assertThat(events(stillStaged)).isEqualTo(2);
        applyAt(unknown.getExpiryMs() + 3); // what was kept of it has gone
        assertThat(events(readAt(T, 1_000_000))).isEqualTo(2);
    }

    @Test
    void aTokenThatNamesTooManyTransactionsIsRefused() {
        ReadLevel.Builder level = ReadLevel.newBuilder().setKind(ReadLevel.Kind.AT_LEAST);
        for (int i = 0; i < Limits.MAX_TRANSACTIONS_PER_TOKEN; i++) {
            level.addPrepared(PreparedTransaction.newBuilder().setId(id(1_000 + i, 1)));
        }
        QueryRequest.Builder read = page("a").setTimeoutMs(10_000);
        assertThat(events(partition.query(read.setLevel(level).build()))).isEqualTo(1);
        level.addPrepared(PreparedTransaction.newBuilder().setId(T));
        assertThatThrownBy(partition.query(read.setLevel(level).build())::join)
                .cause()
                .isInstanceOfSatisfying(NodeFailure.class, e -> {
                    assertThat(e.error().getCode()).isEqualTo(Error.Code.TOO_LARGE);
                    assertThat(e.error().getMessage()).contains("4097", "4096");
                });
    }
}
