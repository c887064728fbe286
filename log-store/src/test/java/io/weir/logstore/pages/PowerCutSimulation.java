package io.weir.logstore.pages;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.logstore.lmdb.ChildJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Power cuts, page by page: {@code -Dweir.cuts=} of them (1 000) from {@code -Dweir.seed=}. And the proof that the simulation
 * can fail: with a mistake switched on, in a JVM of its own, it must find corruption.
 */
class PowerCutSimulation {
    private static final long SEED = Long.getLong("weir.seed", System.nanoTime());
    private static final int CUTS = Integer.getInteger("weir.cuts", 1_000);
    private static final int CUTS_OF_A_MUTANT = 400;

    @TempDir(factory = InMemory.class)
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void everyCutLeavesADurableCheckpoint() throws IOException {
        try (PowerCuts cuts = new PowerCuts(directory, SEED)) {
            try {
                cuts.run(CUTS);
            } catch (AssertionError e) {
                throw new AssertionError("seed " + SEED + ": " + e.getMessage(), e);
            }
            assertThat(cuts.unsyncedPages()).as("pages at risk, seed %d", SEED).isGreaterThan(5L * CUTS);
            System.out.printf("power cuts: %d, pages at risk: %d, seed %d%n", cuts.cuts(), cuts.unsyncedPages(), SEED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-pin-at-open", "metas-after-sync"})
    void aMistakeIsFound(String mutant) throws IOException, InterruptedException {
        List<String> flags = new ArrayList<>(ChildJvm.FLAGS);
        flags.add("-Dweir.mutant=" + mutant);
        Process child = ChildJvm.start(
                PowerCutChild.class,
                flags,
                directory.toString(),
                Long.toString(SEED),
                Integer.toString(CUTS_OF_A_MUTANT));
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = child.waitFor();
        System.out.printf("mutant %s, seed %d: status %d, %s%n", mutant, SEED, status, output.strip());
        assertThat(output).as("seed %d, status %d", SEED, status).contains(PowerCutChild.FOUND);
    }
}
