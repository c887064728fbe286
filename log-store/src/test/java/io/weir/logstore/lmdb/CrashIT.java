package io.weir.logstore.lmdb;

import static io.weir.logstore.StoreFixtures.IDENTITY;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.logstore.Checkpoint;
import io.weir.logstore.Histories;
import io.weir.logstore.LogStore;
import io.weir.logstore.ReadView;
import io.weir.logstore.StoreDump;
import io.weir.logstore.memory.MemoryLogStore;
import io.weir.logstore.support.FaultPoint;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * kill -9 in the middle of commits and checkpoints: the last complete checkpoint is there or a later one, nothing of what came
 * after it, and what is written again gives the same.
 */
class CrashIT {
    private static final int KILLS = 6;
    private static final int REPLAYED = 2;

    private static final List<String> FAULT_POINTS = List.of(
            "commit.before:8",
            "open.metas-restored",
            "open.pinned",
            "commit.after:8",
            "checkpoint.captured:3",
            "checkpoint.synced:3",
            "checkpoint.tmp-written:3",
            "checkpoint.renamed:3",
            "checkpoint.done:3");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void aKilledWriterLeavesItsLastCheckpoint() throws IOException, InterruptedException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (LogStore model = new MemoryLogStore(IDENTITY)) {
            long acknowledged = -1;
            for (int kill = 0; kill < KILLS; kill++) {
                acknowledged = Math.max(acknowledged, runAndKill(1 + random.nextInt(10), random.nextInt(8)));
                check(model, acknowledged, "seed " + seed + ", kill " + kill);
            }
            assertThat(acknowledged).isGreaterThan(KILLS);
        }
    }

    /** Lets the child complete some checkpoints, waits a moment inside the next commits, and kills it. */
    private long runAndKill(int checkpoints, int spinMs) throws IOException, InterruptedException {
        Process child = ChildJvm.start(CrashWriter.class, ChildJvm.FLAGS, directory.toString());
        try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
            long last = -1;
            for (int i = 0; i < checkpoints; i++) {
                String line = out.readLine();
                assertThat(line).as("child's output").matches("\\d+");
                last = Long.parseLong(line);
            }
            long killAtNs = System.nanoTime() + spinMs * 1_000_000L;
            while (System.nanoTime() < killAtNs) {
                Thread.onSpinWait();
            }
            // Not child.destroyForcibly(), which closes the stream with the last acknowledgements.
            child.toHandle().destroyForcibly();
            child.waitFor();
            return Math.max(last, lastOf(out));
        } finally {
            child.destroyForcibly().waitFor();
        }
    }

    /** The last whole line of what the child had printed when it died. */
    private static long lastOf(BufferedReader out) throws IOException {
        StringBuilder rest = new StringBuilder();
        for (int c = out.read(); c >= 0; c = out.read()) {
            rest.append((char) c);
        }
        String whole = rest.substring(0, rest.lastIndexOf("\n") + 1);
        @Nullable String last = whole.lines().reduce((first, second) -> second).orElse(null);
        return last == null ? -1 : Long.parseLong(last);
    }

    /** What is there is a prefix, no shorter than the last checkpoint; the model catches up and both go on alike. */
    private void check(LogStore model, long acknowledged, String as) {
        try (LogStore real = LmdbLogStore.open(directory, IDENTITY, Settings.defaults())) {
            long found = real.state().appliedTerm();
            assertThat(found)
                    .as(as)
                    .isGreaterThanOrEqualTo(
                            Math.max(acknowledged, model.checkpoint().appliedTerm()));
            assertThat(real.checkpoint()).as(as).isEqualTo(real.state());
            replay(model, found);
            assertSame(real, model, as);
            replay(real, found + REPLAYED);
            replay(model, found + REPLAYED);
            assertSame(real, model, as);
        }
        try (Checkpoint checkpoint = model.beginCheckpoint()) {
            checkpoint.complete();
        }
    }

    private static void replay(LogStore store, long upTo) {
        while (store.state().appliedTerm() < upTo) {
            CrashWriter.write(store, store.state().appliedTerm() + 1);
        }
    }

    private static void assertSame(LogStore real, LogStore model, String as) {
        try (ReadView here = real.openRead();
                ReadView there = model.openRead()) {
            assertThat(dump(here)).as(as).isEqualTo(dump(there));
        }
        assertThat(StoreDump.expiries(real)).as(as).isEqualTo(StoreDump.expiries(model));
    }

    /** Lives of a store, one after the other in the same directory, each ended at its point. */
    @Test
    void aProcessThatEndsAtAFaultPointLeavesItsLastCheckpoint() throws IOException, InterruptedException {
        try (LogStore model = new MemoryLogStore(IDENTITY)) {
            for (String point : FAULT_POINTS) {
                check(model, runUntil(point), "ended at " + point);
            }
            assertThat(model.state().appliedTerm()).isGreaterThan(FAULT_POINTS.size());
        }
    }

    /** The points that the very first life passes before the store is there. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "checkpoint.captured",
                "checkpoint.synced",
                "checkpoint.tmp-written",
                "checkpoint.renamed",
                "current.tmp-written",
                "current.renamed"
            })
    void aStoreWhoseCreationEndedThereIsCreatedAgain(String point) throws IOException, InterruptedException {
        try (LogStore model = new MemoryLogStore(IDENTITY)) {
            check(model, runUntil(point), "ended at " + point);
        }
    }

    /** Lets the child run until it halts itself. */
    private long runUntil(String point) throws IOException, InterruptedException {
        List<String> flags = Stream.concat(ChildJvm.FLAGS.stream(), Stream.of("-Dweir.fault=" + point))
                .toList();
        Process child = ChildJvm.start(CrashWriter.class, flags, directory.toString());
        try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
            long last = lastOf(out);
            assertThat(child.waitFor()).as(point).isEqualTo(FaultPoint.EXIT_CODE);
            return last;
        } finally {
            child.destroyForcibly().waitFor();
        }
    }

    private static List<String> dump(ReadView view) {
        return StoreDump.of(view, Histories.SESSIONS, Histories.MAX_SEQUENCE);
    }
}
