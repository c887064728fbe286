package io.weir.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.client.AppendResult;
import io.weir.client.ClientConfig;
import io.weir.client.EventStore;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.Weir;
import io.weir.consensus.local.Ports;
import io.weir.protocol.NodeStatus;
import io.weir.protocol.PartitionStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A lone node with a heap of 256 MiB is killed before it has checkpointed anything, and must replay its whole log;
 * {@code -Dweir.restart.mib=1024} for more of it than the default of {@value #DEFAULT_MIB} MiB. It prints how long that took.
 */
class RestartIT {
    private static final int DEFAULT_MIB = 8;
    private static final int MIB = Integer.getInteger("weir.restart.mib", DEFAULT_MIB);
    private static final int EVENT_BYTES = 1_000;
    private static final int EVENTS = 128;

    @TempDir
    Path directory;

    @Test
    void allThatWasAcknowledgedIsBackWhenTheNodeSaysThatItIsReady() throws Exception {
        List<Integer> ports = Ports.free(2);
        MemberConfig member = new MemberConfig("n1", "127.0.0.1:" + ports.get(0), "127.0.0.1:" + ports.get(1));
        // No checkpoint at all, and segments as a small heap has them.
        StorageLimits limits = new StorageLimits(1L << 40, 1L << 40, Duration.ofDays(1), 0, 8 << 20);
        NodeConfig config = new NodeConfig("restart", "n1", List.of(member), 1, directory.resolve("n1"), limits);
        Path output = directory.resolve("output.log");
        long events = (long) MIB * (1 << 20) / EVENT_BYTES / EVENTS * EVENTS;

        Process first = ReplicaProcess.start(config, output, "", "");
        try (EventStore store = connect(member)) {
            List<CompletableFuture<AppendResult>> appends = new ArrayList<>();
            for (long i = 0; i < events; i += EVENTS) {
                appends.add(store.append("stream-" + i % 1_000, Expected.any(), batch()));
                if (appends.size() > 16) {
                    appends.remove(0).join().orThrow();
                }
            }
            appends.forEach(append -> append.join().orThrow());
        } finally {
            first.destroyForcibly().waitFor();
        }

        long start = System.nanoTime();
        Process second = ReplicaProcess.start(config, output, "", "");
        try (EventStore store = connect(member)) {
            Set<String> reasons = new TreeSet<>();
            PartitionStatus ready = awaitReady(store, second, reasons);
            long ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            System.out.println("RestartIT: " + MIB + " MiB replayed and ready after " + ms + " ms, process and all;"
                    + " meanwhile: " + reasons);
            assertThat(ready.getNextPosition()).isEqualTo(events);
        } finally {
            second.destroyForcibly().waitFor();
        }
    }

    /** Waits for a process that may take its time to start. */
    private static EventStore connect(MemberConfig member) {
        return Weir.connect(
                "weir://" + member.clientAddress(), ClientConfig.DEFAULT.withTimeout(Duration.ofMinutes(1)));
    }

    private static PartitionStatus awaitReady(EventStore store, Process process, Set<String> reasons)
            throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60 + MIB);
        while (process.isAlive() && System.nanoTime() - deadline < 0) {
            try {
                NodeStatus status = store.status().get(0).get(2, TimeUnit.SECONDS);
                PartitionStatus partition = status.getPartitions(0);
                if (partition.getReady()) {
                    return partition;
                }
                reasons.add(partition.getReason().replaceAll("[0-9]+", "N"));
            } catch (ExecutionException | TimeoutException e) {
                Thread.sleep(5); // not up yet
            }
        }
        throw new AssertionError("not ready; the process lives: " + process.isAlive() + "; " + reasons);
    }

    private static List<NewEvent> batch() {
        List<NewEvent> events = new ArrayList<>();
        for (int i = 0; i < EVENTS; i++) {
            events.add(NewEvent.of("test", "application/octet-stream", new byte[EVENT_BYTES]));
        }
        return events;
    }
}
