package io.weir.consensus.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.client.spi.NodeFailure;
import io.weir.logstore.Digest;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.memory.MemoryLogStore;
import io.weir.protocol.DigestReport;
import io.weir.protocol.DigestReports;
import io.weir.protocol.Error;
import io.weir.protocol.LogEntry;
import io.weir.protocol.PartitionStatus;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.ReadLevel;
import io.weir.protocol.ReadPage;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a partition does when the replicas have compared what they hold. */
class DigestJudgementTest {
    private static final Digest X = new Digest(1, 2);
    private static final Digest Y = new Digest(3, 4);
    private static final Digest Z = new Digest(5, 6);

    private final FakeRaft raft = new FakeRaft();
    private final MemoryLogStore store = new MemoryLogStore(new StoreIdentity("test", 0));
    private final ExecutorService pool = Executors.newFixedThreadPool(2);
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private Partition partition = partition();
    private long nextIndex;

    private Partition partition() {
        return new Partition(
                0,
                store,
                raft,
                Setups.of(List.of("n1", "n2", "n3"), pool, pool, timer, CopySources.none(), Setups.NO_HOME));
    }

    @BeforeEach
    void start() {
        partition.start();
        raft.view = new RaftView(RaftView.Role.LEADER, "n1", 1, 0, true);
        apply(Entries.entry(Entries.append(1, "s", 10)));
    }

    @AfterEach
    void close() throws InterruptedException {
        stop();
        pool.shutdownNow();
        timer.shutdownNow();
    }

    private void stop() throws InterruptedException {
        partition.stopServing();
        partition.stopApplying(5_000);
    }

    private void apply(LogEntry entry) {
        partition
                .apply(1, nextIndex++, entry.toByteString(), RaftEvents.FOREIGN)
                .join();
    }

    private Digest mark() {
        apply(Entries.entry().toBuilder().setDigestMark(true).build());
        return store.digestMark().digest();
    }

    private void report(Map<String, Digest> digests) {
        DigestReports.Builder reports =
                DigestReports.newBuilder().setIndex(store.digestMark().index()).setMembers(3);
        digests.forEach((node, digest) -> reports.addReports(DigestReport.newBuilder()
                .setNodeId(node)
                .setDigestHigh(digest.high())
                .setDigestLow(digest.low())));
        apply(Entries.entry().toBuilder().setDigestReports(reports).build());
    }

    private int events() {
        return partition
                .query(QueryRequest.newBuilder()
                        .setTimeoutMs(5_000)
                        .setLevel(ReadLevel.newBuilder().setKind(ReadLevel.Kind.STALE))
                        .setReadPage(ReadPage.newBuilder().setMaxEvents(10).setMaxBytes(1_000))
                        .build())
                .join()
                .getPage()
                .getEventsCount();
    }

    private static Error.Code code(CompletableFuture<?> call) {
        try {
            Object unused = call.join();
            throw new AssertionError("it succeeded");
        } catch (RuntimeException e) {
            return Failures.of(e).error().getCode();
        }
    }

    @Test
    void anAgreementIsShown() {
        assertThat(partition.status().hasMark()).isFalse();
        Digest own = mark();
        report(Map.of("n1", own, "n2", own));
        PartitionStatus status = partition.status();
        assertThat(status.getReady()).isTrue();
        assertThat(status.getMark().getIndex()).isEqualTo(1);
        assertThat(status.getMark().getDigest()).isEqualTo(Digests.bytes(own)).hasSize(16);
        assertThat(status.getMark().getAgreedIndex()).isEqualTo(1);
        assertThat(status.getMark().getAgreed()).isEqualTo(Digests.bytes(own));
        assertThat(partition.failure()).isNull();
    }

    @Test
    void aReplicaInTheMinorityStepsAside() {
        raft.view = new RaftView(RaftView.Role.FOLLOWER, "n2", 1, 0, false);
        Digest own = mark();
        report(Map.of("n1", own, "n2", X, "n3", X));
        assertThat(partition.failure()).satisfies(failure -> {
            assertThat(failure.kind()).isEqualTo(PartitionFailure.Kind.STORE_DIVERGED);
            assertThat(failure.reason()).contains("mark 1", own.toString(), X.toString());
        });
        awaitHalt();
        assertThat(raft.heirs).isEmpty();
        assertThat(code(partition.submit(Entries.append(2, "s", 1), 1_000))).isNotEqualTo(Error.Code.UNSPECIFIED);
        assertThatThrownBy(this::events).hasCauseInstanceOf(NodeFailure.class);
    }

    private void awaitHalt() {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (raft.halts.get() == 0) {
            assertThat(System.nanoTime()).as("waiting for the halt").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void aLeaderInTheMinorityHandsOverToOneOfTheMajorityFirst() {
        Digest own = mark();
        report(Map.of("n1", own, "n3", X, "n2", X));
        awaitHalt();
        assertThat(raft.heirs).containsExactly("n2");
        assertThat(raft.view.leads()).isFalse();
    }

    @Test
    void ofSeveralInTheMinorityTheFirstStepsAside() {
        Digest own = mark();
        DigestReports.Builder reports =
                DigestReports.newBuilder().setIndex(store.digestMark().index()).setMembers(5);
        List.of("a1", "n2", "n3", "n4")
                .forEach(node -> reports.addReports(DigestReport.newBuilder()
                        .setNodeId(node)
                        .setDigestHigh(node.equals("a1") ? 9 : X.high())
                        .setDigestLow(X.low())));
        reports.addReports(DigestReport.newBuilder()
                .setNodeId("n1")
                .setDigestHigh(own.high())
                .setDigestLow(own.low()));
        apply(Entries.entry().toBuilder().setDigestReports(reports).build());
        assertThat(partition.failure()).as("a1 is first").isNull();
        mark();
        report(Map.of("n2", X, "n3", X));
        awaitHalt();
        assertThat(partition.failure())
                .as("nobody else is odd, and this one is, though it did not report")
                .isNotNull();
    }

    @Test
    void withoutAnyMajorityWritesAreRefusedAndReadsGoOn() {
        mark();
        report(Map.of("n1", X, "n2", Y, "n3", Z));
        assertThat(partition.failure()).isNull();
        assertThat(partition.unreadyReason()).contains("no majority agrees", "weir cluster hash");
        assertThat(partition.status().getMark().getDisputedIndex()).isEqualTo(1);
        assertThat(code(partition.submit(Entries.append(2, "s", 1), 1_000))).isEqualTo(Error.Code.STORE_CORRUPTED);
        assertThat(events()).isEqualTo(1);
        assertThat(raft.proposed).isEmpty();
        assertThat(raft.halts).hasValue(0);
    }

    @Test
    void aDisputeOutlivesARestartAndEndsWithAnAgreement() throws InterruptedException {
        mark();
        report(Map.of("n1", X, "n2", Y, "n3", Z));
        stop();
        partition = partition();
        partition.start();
        assertThat(partition.unreadyReason()).contains("no majority agrees");
        assertThat(code(partition.submit(Entries.append(2, "s", 1), 1_000))).isEqualTo(Error.Code.STORE_CORRUPTED);
        Digest own = mark();
        report(Map.of("n1", own, "n2", own, "n3", Z));
        assertThat(partition.unreadyReason()).isNull();
        var unused = partition.submit(Entries.append(2, "s", 1), 1_000);
        assertThat(raft.await(1).entry().getProposalsCount()).isEqualTo(1);
    }
}
