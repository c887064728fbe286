package io.weir.logstore.lmdb;

import static io.weir.logstore.StoreFixtures.IDENTITY;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.logstore.Histories;
import io.weir.logstore.LogStore;
import io.weir.logstore.ReadView;
import io.weir.logstore.StoreDump;
import io.weir.logstore.memory.MemoryLogStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 in the middle of commits: what was acknowledged is there, and nothing else but whole batches. */
class CrashIT {
    private static final int KILLS = 6;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void aKilledWriterLeavesACommittedPrefix() throws IOException, InterruptedException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (LogStore model = new MemoryLogStore(IDENTITY)) {
            long acknowledged = -1;
            for (int kill = 0; kill < KILLS; kill++) {
                acknowledged = Math.max(acknowledged, runAndKill(1 + random.nextInt(30), random.nextInt(8)));
                check(model, acknowledged, "seed " + seed + ", kill " + kill);
            }
            assertThat(acknowledged).isGreaterThan(KILLS);
        }
    }

    /** Lets the child acknowledge some batches, waits a moment inside the next commits, and kills it. */
    private long runAndKill(int batches, int spinMs) throws IOException, InterruptedException {
        Process child = ChildJvm.start(CrashWriter.class, ChildJvm.FLAGS, directory.toString());
        try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
            long last = -1;
            for (int i = 0; i < batches; i++) {
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

    private void check(LogStore model, long acknowledged, String as) {
        try (LogStore real = LmdbLogStore.open(directory, IDENTITY, Settings.defaults())) {
            long committed = real.state().appliedTerm();
            assertThat(committed).as(as).isBetween(acknowledged, acknowledged + 1);
            while (model.state().appliedTerm() < committed) {
                CrashWriter.write(model, model.state().appliedTerm() + 1);
            }
            try (ReadView here = real.openRead();
                    ReadView there = model.openRead()) {
                assertThat(dump(here)).as(as).isEqualTo(dump(there));
            }
            assertThat(StoreDump.expiries(real)).as(as).isEqualTo(StoreDump.expiries(model));
        }
    }

    private static List<String> dump(ReadView view) {
        return StoreDump.of(view, Histories.SESSIONS, Histories.MAX_SEQUENCE);
    }
}
