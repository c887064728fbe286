package io.weir.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.weir.client.CallOptions;
import io.weir.client.EventStore;
import io.weir.client.NewEvent;
import io.weir.client.OpenTransaction;
import io.weir.protocol.AbortedTransaction;
import io.weir.protocol.Append;
import io.weir.protocol.CommittedTransaction;
import io.weir.protocol.Decide;
import io.weir.protocol.Event;
import io.weir.protocol.Expected;
import io.weir.protocol.Outcome;
import io.weir.protocol.PartAppended;
import io.weir.protocol.PartitionStatus;
import io.weir.protocol.Prepare;
import io.weir.protocol.PreparedPart;
import io.weir.protocol.Session;
import io.weir.protocol.StreamName;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionStep;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Transactions that only read, against three nodes, while another one over the same streams stands at each of its steps. Home is
 * partition 0; the test drives the steps itself, so that a step is held back until the partitions' care takes over.
 */
class TransactWithoutWritesIT {
    private static final CallOptions LONG = CallOptions.within(Duration.ofSeconds(60));

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    /** One event for each of two streams, one step after the other. */
    private static final class Steps {
        private final TestCluster cluster;
        private final TransactionId id;
        private final List<String> streams;
        private final CommittedTransaction.Builder answer = CommittedTransaction.newBuilder();

        /** @param streams of partition 0 and of partition 1 */
        Steps(TestCluster cluster, Session session, long sequence, List<String> streams) {
            this.cluster = cluster;
            this.streams = streams;
            id = TransactionId.newBuilder()
                    .setSessionHigh(session.getSessionHigh())
                    .setSessionLow(session.getSessionLow())
                    .setSequence(sequence)
                    .setExpiryMs((session.getSessionHigh() >>> 16) + 120_000)
                    .build();
        }

        private Outcome propose(int partition, TransactionStep.Builder step) {
            return cluster.node(cluster.awaitLeader(partition))
                    .replica(partition)
                    .propose(step.setId(id).build(), false, 10_000)
                    .orTimeout(20, TimeUnit.SECONDS)
                    .join();
        }

        /** Returns whether all have voted for it: on a slow machine the partitions' care may have aborted it before. */
        boolean prepare() {
            Event event = Event.newBuilder()
                    .setId(ByteString.copyFrom(new byte[16]))
                    .setType("t")
                    .build();
            for (int partition = 0; partition < 2; partition++) {
                Prepare.Builder prepare = Prepare.newBuilder()
                        .addAllParticipants(List.of(0, 1))
                        .addAppends(Append.newBuilder()
                                .setStream(StreamName.of(streams.get(partition)).utf8())
                                .setExpected(Expected.newBuilder().setKind(Expected.Kind.ANY))
                                .addEvents(event.toByteString()));
                Outcome vote = propose(partition, TransactionStep.newBuilder().setPrepare(prepare));
                if (!vote.getVoted().hasYes()) {
                    return false;
                }
                answer.addAppends(PartAppended.newBuilder()
                                .setPartition(partition)
                                .setFirstRevision(
                                        vote.getVoted().getYes().getAppends(0).getFirstRevision())
                                .setCount(1))
                        .addParts(PreparedPart.newBuilder()
                                .setPartition(partition)
                                .setIndex(vote.getVoted().getYes().getIndex()));
            }
            return true;
        }

        /** Returns whether it is committed; as above. */
        boolean commit() {
            Decide.Builder decide =
                    Decide.newBuilder().addAllParticipants(List.of(0, 1)).setCommit(answer);
            return propose(0, TransactionStep.newBuilder().setDecide(decide))
                    .getDecided()
                    .hasCommitted();
        }

        void abort() {
            Decide.Builder decide = Decide.newBuilder()
                    .addAllParticipants(List.of(0, 1))
                    .setAbort(AbortedTransaction.newBuilder().setReason(AbortedTransaction.Reason.CONTENTION));
            Outcome home = propose(0, TransactionStep.newBuilder().setDecide(decide));
            assertThat(home.getDecided().hasAborted()).as(home.toString()).isTrue();
        }
    }

    private static List<Integer> sizes(OpenTransaction tx, List<String> streams, Runnable between) {
        int first = tx.read(streams.get(0)).size();
        between.run();
        return List.of(first, tx.read(streams.get(1)).size());
    }

    @Test
    void seeAllOrNothingAtEachStepOfAnotherAndWriteNothing() {
        try (TestCluster cluster = TestCluster.start(directory, 2);
                EventStore store = cluster.connect()) {
            cluster.awaitReady();
            Session session = cluster.any().channel().openSession(10, 10_000).join();
            List<String> pair = List.of(TestCluster.streamIn(store, 0, "a"), TestCluster.streamIn(store, 1, "b"));
            Steps aborted = new Steps(cluster, session, 1, pair);
            aborted.prepare();
            assertThat(readAround(store, pair, aborted::abort))
                    .as("an abort changes nothing, and is not waited for")
                    .containsExactly(0, 0);
            long sequence = 2;
            while (!isSeenAcrossItsDecision(store, new Steps(cluster, session, sequence, pair))) {
                assertThat(sequence++).as("attempts to commit one in time").isLessThan(20);
            }
            writesNothing(cluster, store, pair);
            cluster.assertEqualDigests();
        }
    }

    private static void awaitNothingOpen(EventStore store) {
        TestCluster.await("all is over", () -> !store.transactions().iterator().hasNext());
    }

    private static List<Integer> readAround(EventStore store, List<String> streams, Runnable between) {
        AtomicInteger runs = new AtomicInteger();
        List<Integer> sizes = store.transact(
                tx -> sizes(tx, streams, () -> {
                    if (runs.incrementAndGet() == 1) {
                        between.run();
                    }
                }),
                LONG);
        assertThat(runs).hasValue(1);
        return sizes;
    }

    /**
     * Reads the other partition, in which the transaction is staged; has it decided; reads home, where it is visible now. In the
     * other partition it becomes visible a second later, by the care of the partitions.
     *
     * @return false if it was aborted by then
     */
    private static boolean isSeenAcrossItsDecision(EventStore store, Steps steps) {
        awaitNothingOpen(store);
        if (!steps.prepare()) {
            return false;
        }
        AtomicInteger runs = new AtomicInteger();
        AtomicBoolean isCommitted = new AtomicBoolean();
        List<Integer> seen = store.transact(
                tx -> {
                    int other = tx.read(steps.streams.get(1)).size();
                    if (runs.incrementAndGet() == 1) {
                        isCommitted.set(steps.commit());
                    }
                    int home = tx.read(steps.streams.get(0)).size();
                    if (runs.get() == 1 && isCommitted.get()) {
                        assertThat(List.of(home, other)).as("half of it").containsExactly(1, 0);
                    }
                    return List.of(home, other);
                },
                LONG);
        if (isCommitted.get()) {
            assertThat(seen).containsExactly(1, 1);
            assertThat(runs).hasValue(2);
        }
        return isCommitted.get();
    }

    private static void writesNothing(TestCluster cluster, EventStore store, List<String> pair) {
        awaitNothingOpen(store);
        long before = decided(cluster);
        NewEvent event = NewEvent.json("T", "1");
        List<Integer> seen = readAround(
                store,
                pair,
                () -> store.append(pair.get(1), io.weir.client.Expected.any(), List.of(event))
                        .join()
                        .orThrow());
        assertThat(seen).as("what comes before it is read").containsExactly(1, 2);
        for (int i = 0; i < 20; i++) {
            assertThat(readAround(store, pair, () -> {})).containsExactly(1, 2);
        }
        assertThat(decided(cluster)).as("transactions in the logs").isEqualTo(before);
    }

    private static long decided(TestCluster cluster) {
        return cluster.nodes().stream()
                .flatMap(node -> node.status().getPartitionsList().stream())
                .map(PartitionStatus::getTransactions)
                .mapToLong(counts -> counts.getCommitted() + counts.getRejected() + counts.getContention())
                .sum();
    }
}
