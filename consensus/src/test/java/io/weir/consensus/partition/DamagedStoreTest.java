package io.weir.consensus.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.client.spi.NodeFailure;
import io.weir.consensus.partition.PartitionFailure.Kind;
import io.weir.logstore.StoreException;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.memory.MemoryLogStore;
import io.weir.protocol.Error;
import io.weir.protocol.LogEntry;
import io.weir.protocol.Outcome;
import io.weir.protocol.Prepare;
import io.weir.protocol.Proposal;
import io.weir.protocol.QueryRequest;
import io.weir.protocol.ReadLevel;
import io.weir.protocol.ReadPage;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionStep;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whoever reads a damaged store says so, and it is repaired; not only who reads it for a client. */
class DamagedStoreTest {
    private final FakeRaft raft = new FakeRaft();
    private final FaultyStore store = new FaultyStore(new MemoryLogStore(new StoreIdentity("test", 0)));
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final Partition partition = new Partition(
            0,
            store,
            raft,
            Setups.of(
                    List.of("test"),
                    Runnable::run,
                    Runnable::run,
                    timer,
                    CopySources.none(),
                    (id, timeoutMs) -> Failures.failed(Failures.notReady("nobody asks"))));

    @BeforeEach
    void start() {
        partition.start();
    }

    @AfterEach
    void close() throws InterruptedException {
        partition.stopServing();
        partition.stopApplying(5_000);
        timer.shutdownNow();
    }

    private void damage() {
        store.onRead(() -> {
            throw new StoreException.Corrupted("page 7");
        });
    }

    private void apply(long index, LogEntry entry, long entryId) {
        partition.apply(1, index, entry.toByteString(), entryId).join();
    }

    private void assertReported() {
        PartitionFailure failure = Objects.requireNonNull(partition.failure());
        assertThat(failure.kind()).isEqualTo(Kind.STORE_CORRUPTED);
        assertThat(failure.reason()).contains("page 7");
    }

    @Test
    void whoLooksAfterTransactionsReportsIt() {
        damage();
        assertThat(partition.openTransactions(null, 10)).isEmpty();
        assertReported();
    }

    @Test
    void whoLooksForOldVotesReportsIt() {
        damage();
        assertThat(partition.firstExpiryMs()).isEqualTo(Long.MAX_VALUE);
        assertReported();
    }

    @Test
    void whoAsksForTheStatusReportsItAndIsAnswered() {
        damage();
        assertThat(partition.status().getTransactions().getOpen()).isZero();
        assertReported();
    }

    @Test
    void whoLooksForLocksReportsIt() {
        TransactionStep prepare = TransactionStep.newBuilder()
                .setId(TransactionId.newBuilder()
                        .setSessionHigh(Entries.SESSION.high())
                        .setSequence(9)
                        .setHome(1)
                        .setExpiryMs(Entries.STAMP_MS + 1_000))
                .setPrepare(Prepare.newBuilder()
                        .addAllParticipants(List.of(0, 1))
                        .addAppends(Entries.append(9, "s", 1).getAppend()))
                .build();
        apply(
                0,
                Entries.entry().toBuilder()
                        .addProposals(Proposal.newBuilder().setStep(prepare))
                        .build(),
                -1);
        CompletableFuture<Outcome> waits = partition.submit(Entries.append(1, "s", 1), 60_000);
        FakeRaft.Proposed entry = raft.await(1);
        apply(1, entry.entry(), entry.id());
        partition.expire(System.nanoTime());
        assertThat(partition.failure()).isNull();
        assertThat(waits).isNotDone();
        damage();
        partition.expire(System.nanoTime());
        assertReported();
        assertThatThrownBy(waits::join).cause().hasMessageContaining("page 7");
    }

    @Test
    void aReadReportsItAndFails() {
        damage();
        CompletableFuture<?> read = partition.query(QueryRequest.newBuilder()
                .setTimeoutMs(10_000)
                .setLevel(ReadLevel.newBuilder().setKind(ReadLevel.Kind.STALE))
                .setReadPage(ReadPage.newBuilder().setMaxEvents(1))
                .build());
        assertThatThrownBy(() -> read.get(10, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(
                        NodeFailure.class, e -> assertThat(e.error().getCode()).isEqualTo(Error.Code.STORE_CORRUPTED));
        assertReported();
    }

    @Test
    void aStoreThatIsBeingClosedIsNotDamaged() {
        store.onRead(() -> {
            throw new StoreException.Closed("closed");
        });
        assertThat(partition.openTransactions(null, 10)).isEmpty();
        partition.expire(System.nanoTime());
        assertThat(partition.failure()).isNull();
    }
}
