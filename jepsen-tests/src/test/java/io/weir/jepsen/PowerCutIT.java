package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.client.EventStoreException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * All three nodes lose their power at once, under load: nothing that was acknowledged is lost.
 *
 * <p>{@code -Dweir.powercut.rounds=50} for a recorded run, {@code -Dweir.rig.seed=N} for the same moments again. {@code
 * -Dweir.powercut.mutants=N} lets the nodes make mistakes on purpose, one kind after the other, and requires that each is
 * noticed within N rounds.
 */
@Timeout(3_600)
class PowerCutIT {
    private static final int ROUNDS = Integer.getInteger("weir.powercut.rounds", 1);
    private static final int MUTANT_ROUNDS = Integer.getInteger("weir.powercut.mutants", 0);

    @TempDir
    Path directory;

    @BeforeEach
    void needsDisks() {
        Tiers.assumeDisks();
    }

    @Test
    void whatWasAcknowledgedOutlivesTheLossOfPower() throws Exception {
        long seed = Rig.seed();
        try (PowerCuts cuts = PowerCuts.start(directory, List.of(), seed)) {
            for (int round = 1; round <= ROUNDS; round++) {
                print("round %d: %s", round, cuts.round());
            }
            print("%d rounds, seed %d: %,d acknowledged, 0 lost, digests equal", ROUNDS, seed, cuts.checkAll());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-pin-at-open", "metas-after-sync", "purge-beyond-checkpoint"})
    void aMistakeIsNoticed(String mutant) throws Exception {
        Tiers.assumeRequested("weir.powercut.mutants");
        long seed = Rig.seed();
        String noticed = "";
        try (PowerCuts cuts = PowerCuts.start(directory, List.of("-Dweir.mutant=" + mutant), seed)) {
            for (int round = 1; round <= MUTANT_ROUNDS && noticed.isEmpty(); round++) {
                try {
                    print("%s, round %d: %s", mutant, round, cuts.round());
                } catch (AssertionError | EventStoreException e) {
                    noticed = String.format(Locale.ROOT, "round %d, seed %d: %s", round, seed, e.getMessage());
                }
            }
        }
        print("%s, noticed in %s", mutant, noticed.replaceAll("\\s+", " "));
        assertThat(noticed).as(mutant + " noticed in time").isNotEmpty();
    }

    private static void print(String format, Object... values) {
        System.out.printf(Locale.ROOT, "PowerCutIT: " + format + "%n", values);
    }
}
