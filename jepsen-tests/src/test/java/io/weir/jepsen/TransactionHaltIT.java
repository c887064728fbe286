package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.client.CallOptions;
import io.weir.client.EventStoreException;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.ReadRequest;
import io.weir.client.RequestStatus;
import io.weir.client.Transaction;
import io.weir.client.TransactionResult;
import io.weir.consensus.local.LocalCluster;
import io.weir.logstore.support.FaultPoint;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The node that drives a transaction over two partitions, which leads home as well, ends at each step of it. Others finish what it
 * left: all of the transaction or nothing, as the client was told, and nothing stays locked. A build takes some of the steps, by
 * chance; {@code -Dweir.halt.points=6} takes all.
 */
@Timeout(300)
class TransactionHaltIT {
    private static final List<String> POINTS =
            List.of("tx.before-prepare", "tx.prepared", "tx.decided", "tx.answered", "tx.resolved", "tx.forgotten");

    private static final int COUNT = Integer.getInteger("weir.halt.points", 3);
    private static final CallOptions PATIENT = CallOptions.within(Duration.ofSeconds(60));
    private static final String ORDER = "halt";

    @TempDir
    Path directory;

    @Test
    void whereverItsDriverEndsATransactionIsWholeOrNotThere() throws Exception {
        List<String> jvm = new ArrayList<>(Rig.JVM_ARGUMENTS);
        jvm.add("-Dweir.fault=@" + ORDER);
        LocalCluster.Options options = Rig.options(directory).withJvmArguments(jvm);
        try (Rig rig = Rig.start(options)) {
            List<String> streams = rig.streamsInEveryPartition("both", 1).subList(0, 2);
            int home =
                    streams.stream().mapToInt(rig.client()::partitionOf).min().orElseThrow();
            List<String> expected = new ArrayList<>();
            List<String> points = new ArrayList<>(POINTS);
            Collections.shuffle(points, new Random(Rig.seed()));
            for (String point : points.subList(0, Math.min(COUNT, points.size()))) {
                long begun = System.nanoTime();
                boolean isCommitted = commitWithDeath(rig, rig.awaitLeader(home), point, streams);
                if (isCommitted) {
                    expected.add(point);
                }
                awaitNothingOpen(rig);
                for (String stream : streams) {
                    assertThat(texts(rig, stream))
                            .as("%s after the end at %s", stream, point)
                            .isEqualTo(expected);
                }
                System.out.printf(
                        Locale.ROOT,
                        "TransactionHaltIT: driver ended at %-18s %s, nothing open after %,d ms%n",
                        point + ":",
                        isCommitted ? "committed" : "aborted",
                        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
                rig.cluster().awaitReady(Rig.PATIENCE);
            }
            rig.awaitEqualReplicas();
        }
    }

    /** Commits a transaction whose driver ends at a point; returns whether it was committed. */
    private boolean commitWithDeath(Rig rig, String driver, String point, List<String> streams) throws Exception {
        Path order = directory.resolve("cluster").resolve(driver).resolve(ORDER);
        CompletableFuture<Integer> exit = rig.cluster().onExit(driver);
        Files.writeString(order, point);
        NewEvent event = NewEvent.of("Happened", "text/plain", point.getBytes(StandardCharsets.UTF_8));
        Transaction.Builder transaction = Transaction.builder();
        streams.forEach(stream -> transaction.append(stream, Expected.any(), event));
        boolean isCommitted = isCommitted(rig, transaction.build());
        assertThat(exit.get(60, TimeUnit.SECONDS)).as(point).isEqualTo(FaultPoint.EXIT_CODE);
        Files.delete(order);
        rig.cluster().restart(driver);
        return isCommitted;
    }

    private static boolean isCommitted(Rig rig, Transaction transaction) {
        try {
            return rig.client().commit(transaction, PATIENT).join() instanceof TransactionResult.Committed;
        } catch (CompletionException e) {
            if (e.getCause() instanceof EventStoreException.OutcomeUnknown unknown) {
                return rig.client().status(unknown.requestId()).join() instanceof RequestStatus.Committed;
            }
            throw e;
        }
    }

    private static List<String> texts(Rig rig, String stream) {
        List<String> texts = new ArrayList<>();
        rig.client()
                .read(ReadRequest.stream(stream))
                .forEach(event -> texts.add(new String(event.payload(), StandardCharsets.UTF_8)));
        return texts;
    }

    private static void awaitNothingOpen(Rig rig) {
        Rig.await("no transaction in doubt", () -> rig.openTransactions() == 0 ? Optional.of(true) : Optional.empty());
    }
}
