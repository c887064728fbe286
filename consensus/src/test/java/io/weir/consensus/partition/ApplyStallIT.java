package io.weir.consensus.partition;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreException;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.lmdb.LmdbLogStore;
import io.weir.logstore.lmdb.Settings;
import io.weir.protocol.Command;
import io.weir.protocol.LogEntry;
import io.weir.protocol.Outcome;
import io.weir.protocol.StreamName;
import io.weir.statemachine.PartitionStateMachine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long an entry waits to be applied while a checkpoint is being written to disk. Measured on request only:
 * {@code -Dweir.stall.seconds=60}, with {@code -Dweir.stall.entries=100} entries of 64 KiB a second; a checkpoint every 64 MiB.
 */
@EnabledIfSystemProperty(named = "weir.stall.seconds", matches = "[0-9]+")
class ApplyStallIT {
    private static final int SECONDS = Integer.getInteger("weir.stall.seconds", 0);
    private static final int ENTRIES_PER_SECOND = Integer.getInteger("weir.stall.entries", 100);
    private static final int ENTRY_COMMANDS = 64;
    private static final int COMMAND_BYTES = 1_000;
    private static final long MAX_P99_MS = 50;

    @TempDir
    Path directory;

    @Test
    void anEntryIsAppliedInTimeWhileACheckpointIsUnderWay() throws Exception {
        AtomicBoolean isSyncing = new AtomicBoolean();
        List<Long> syncMs = Collections.synchronizedList(new ArrayList<>());
        List<Long> meanwhile = Collections.synchronizedList(new ArrayList<>());
        List<Long> otherwise = Collections.synchronizedList(new ArrayList<>());
        ExecutorService disk = Executors.newSingleThreadExecutor();
        try (LmdbLogStore store = LmdbLogStore.open(directory, new StoreIdentity("stall", 0), Settings.defaults())) {
            Told told = new Told();
            Checkpointer checkpoints = new Checkpointer(
                    store,
                    new CheckpointPolicy(64 << 20, Long.MAX_VALUE, 600_000),
                    task -> disk.execute(() -> {
                        long start = System.nanoTime();
                        isSyncing.set(true);
                        task.run();
                        isSyncing.set(false);
                        syncMs.add((System.nanoTime() - start) / 1_000_000);
                    }),
                    told);
            ApplyPipeline pipeline =
                    new ApplyPipeline(store, new PartitionStateMachine(), checkpoints, told, "stall-apply");
            pipeline.start();
            long begin = System.nanoTime();
            long index = 0;
            while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(SECONDS)) {
                long due = begin + index * TimeUnit.SECONDS.toNanos(1) / ENTRIES_PER_SECOND;
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                boolean during = isSyncing.get();
                ByteString data = entry(index);
                long handed = System.nanoTime();
                var unused = pipeline.add(1, index, data, index++)
                        .thenRun(() -> (during ? meanwhile : otherwise).add(System.nanoTime() - handed));
            }
            pipeline.quiesce();
            assertThat(checkpoints.await(600_000)).isTrue();
            pipeline.close(10_000);
            assertThat(told.failures.get()).isZero();
            assertThat(told.refusal).isEmpty();
            assertThat(store.state().appliedIndex()).isEqualTo(index - 1);
            System.out.println("ApplyStallIT: " + index + " entries; checkpoints of ms " + syncMs + "; applied in ms,"
                    + " during checkpoints " + figures(meanwhile) + ", otherwise " + figures(otherwise)
                    + "; store of MiB " + (store.sizeBytes() >> 20));
        } finally {
            disk.shutdownNow();
        }
        assertThat(syncMs).isNotEmpty();
        assertThat(meanwhile).as("entries handed over during a checkpoint").isNotEmpty();
        assertThat(percentile(meanwhile, 0.99)).isLessThan(TimeUnit.MILLISECONDS.toNanos(MAX_P99_MS));
    }

    private static ByteString entry(long index) {
        LogEntry.Builder entry =
                Entries.entry(Entries.append(1, "s", 1)).toBuilder().clearProposals();
        for (int i = 0; i < ENTRY_COMMANDS; i++) {
            long number = index * ENTRY_COMMANDS + i;
            // Streams come in no order, as those of users do: their rows touch pages everywhere.
            String stream = "s" + Long.toUnsignedString((number * 0x9E3779B97F4A7C15L) >>> 44);
            Command command = Entries.append(number + 1, stream, COMMAND_BYTES).toBuilder()
                    .setLowWaterMark(Math.max(0, number - 1_000))
                    .build();
            entry.addAllProposals(Entries.entry(command).getProposalsList());
        }
        return entry.build().toByteString();
    }

    private static String figures(List<Long> nanos) {
        return String.format(
                "n=%d p50=%.1f p99=%.1f max=%.1f",
                nanos.size(), percentile(nanos, 0.5) / 1e6, percentile(nanos, 0.99) / 1e6, percentile(nanos, 1) / 1e6);
    }

    private static long percentile(List<Long> nanos, double part) {
        List<Long> sorted = new ArrayList<>(nanos);
        Collections.sort(sorted);
        return sorted.isEmpty() ? 0 : sorted.get((int) Math.min(sorted.size() - 1, part * sorted.size()));
    }

    /** Counts failures. */
    private static final class Told implements ApplyPipeline.Listener, Checkpointer.Listener {
        final AtomicLong failures = new AtomicLong();
        volatile String refusal = "";

        @Override
        public void checkpointed(PartitionState state) {}

        @Override
        public void checkpointFailed(Throwable cause) {
            failures.incrementAndGet();
        }

        @Override
        public @Nullable LogEntry known(long entryId) {
            return null;
        }

        @Override
        public void outcomes(long entryId, List<Outcome> outcomes) {
            for (Outcome outcome : outcomes) {
                if (!outcome.hasAppended()) {
                    refusal = outcome.toString();
                }
            }
        }

        @Override
        public void published(Set<StreamName> written) {}

        @Override
        public void full(StoreException.@Nullable Full cause) {}

        @Override
        public void failed(Throwable cause) {
            failures.incrementAndGet();
        }
    }
}
