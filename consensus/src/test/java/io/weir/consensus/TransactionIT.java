package io.weir.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.weir.client.EventStore;
import io.weir.client.ReadRequest;
import io.weir.client.spi.NodeChannel;
import io.weir.protocol.AbortedTransaction;
import io.weir.protocol.Append;
import io.weir.protocol.Command;
import io.weir.protocol.Decided;
import io.weir.protocol.DistributedTransact;
import io.weir.protocol.Event;
import io.weir.protocol.Expected;
import io.weir.protocol.Outcome;
import io.weir.protocol.PartitionStatus;
import io.weir.protocol.Prepare;
import io.weir.protocol.RequestId;
import io.weir.protocol.Session;
import io.weir.protocol.StreamName;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionStep;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transactions over several partitions through three nodes, at the level of a node's channel. */
class TransactionIT {
    @TempDir
    Path directory;

    private static Append append(String stream, Expected.Kind kind) {
        Event event = Event.newBuilder()
                .setId(ByteString.copyFrom(new byte[16]))
                .setType("t")
                .build();
        return Append.newBuilder()
                .setStream(StreamName.of(stream).utf8())
                .setExpected(Expected.newBuilder().setKind(kind))
                .addEvents(event.toByteString())
                .build();
    }

    private static long expiryMs(Session session) {
        return (session.getSessionHigh() >>> 16) + 20_000;
    }

    private static Outcome commit(TestCluster cluster, Session session, long sequence, Append... appends) {
        NodeChannel home = cluster.node(cluster.awaitLeader(0)).channel();
        Command command = Command.newBuilder()
                .setRequestId(RequestId.newBuilder()
                        .setSessionHigh(session.getSessionHigh())
                        .setSessionLow(session.getSessionLow())
                        .setSequence(sequence))
                .setDistributed(DistributedTransact.newBuilder()
                        .setExpiryMs(expiryMs(session))
                        .addAllAppends(List.of(appends)))
                .build();
        return home.submit(0, command, 10_000).orTimeout(20, TimeUnit.SECONDS).join();
    }

    private static long events(EventStore store, String stream) {
        long count = 0;
        for (var unused : store.read(ReadRequest.stream(stream))) {
            count++;
        }
        return count;
    }

    private static void awaitNothingOpen(TestCluster cluster) {
        TestCluster.await(
                "every transaction to be over",
                () -> cluster.nodes().stream()
                        .flatMap(node -> node.channel().status(1_000).join().getPartitionsList().stream())
                        .allMatch(partition -> partition.getTransactions().getOpen() == 0));
    }

    @Test
    void commitsRejectsAndRecoversWhatSomebodyLeft() {
        try (TestCluster cluster = TestCluster.start(directory, 2);
                EventStore store = cluster.connect()) {
            cluster.awaitReady();
            Session session = cluster.any().channel().openSession(10, 5_000).join();
            String a = TestCluster.streamIn(store, 0, "a");
            String b = TestCluster.streamIn(store, 1, "b");

            Decided committed = commit(
                            cluster, session, 1, append(a, Expected.Kind.NO_STREAM), append(b, Expected.Kind.NO_STREAM))
                    .getDecided();
            assertThat(committed.getCommitted().getAppendsCount())
                    .as(committed.toString())
                    .isEqualTo(2);
            assertThat(events(store, a)).isEqualTo(1);
            assertThat(events(store, b)).isEqualTo(1);
            assertThat(commit(
                                    cluster,
                                    session,
                                    1,
                                    append(a, Expected.Kind.NO_STREAM),
                                    append(b, Expected.Kind.NO_STREAM))
                            .getDecided())
                    .as("sent again")
                    .isEqualTo(committed);

            Decided rejected = commit(
                            cluster, session, 2, append(a, Expected.Kind.ANY), append(b, Expected.Kind.NO_STREAM))
                    .getDecided();
            assertThat(rejected.getAborted().getReason()).isEqualTo(AbortedTransaction.Reason.REJECTED);
            assertThat(rejected.getAborted().getViolationsCount()).isEqualTo(1);
            assertThat(events(store, a)).isEqualTo(1);
            awaitNothingOpen(cluster);

            abandonPrepared(cluster, session, 3, b);
            assertThat(commit(cluster, session, 4, append(a, Expected.Kind.ANY), append(b, Expected.Kind.ANY))
                            .getDecided()
                            .hasAborted())
                    .as("an older transaction, which nobody drives, holds it")
                    .isTrue();
            awaitNothingOpen(cluster);
            assertThat(events(store, b)).as("recovered: aborted").isEqualTo(1);
            assertThat(commit(cluster, session, 5, append(a, Expected.Kind.ANY), append(b, Expected.Kind.ANY))
                            .getDecided()
                            .hasCommitted())
                    .isTrue();
            assertThat(events(store, b)).isEqualTo(2);
            awaitNothingOpen(cluster);
            cluster.assertEqualDigests();
            PartitionStatus home = cluster.node(cluster.awaitLeader(0))
                    .channel()
                    .status(1_000)
                    .join()
                    .getPartitions(0);
            assertThat(home.getTransactions().getCommitted()).isEqualTo(2);
            assertThat(home.getTransactions().getRejected()).isEqualTo(1);
            assertThat(home.getTransactions().getRecovered()).isEqualTo(1);
        }
    }

    /** Leaves a part in partition 1 staged, as a driver that died there. */
    private static void abandonPrepared(TestCluster cluster, Session session, long sequence, String stream) {
        TransactionId id = TransactionId.newBuilder()
                .setSessionHigh(session.getSessionHigh())
                .setSessionLow(session.getSessionLow())
                .setSequence(sequence)
                .setExpiryMs(expiryMs(session))
                .build();
        Prepare prepare = Prepare.newBuilder()
                .addAllParticipants(List.of(0, 1))
                .addAppends(append(stream, Expected.Kind.ANY))
                .build();
        Outcome vote = cluster.node(cluster.awaitLeader(1))
                .replica(1)
                .propose(
                        TransactionStep.newBuilder()
                                .setId(id)
                                .setPrepare(prepare)
                                .build(),
                        false,
                        5_000)
                .join();
        assertThat(vote.getVoted().hasYes()).as(vote.toString()).isTrue();
    }
}
