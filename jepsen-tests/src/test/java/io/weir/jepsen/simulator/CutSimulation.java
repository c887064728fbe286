package io.weir.jepsen.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.jepsen.simulator.SimulatedRun.Result;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Runs in which the cluster is saved again and again: what is restored from any cut has of each transaction all or nothing. {@code
 * -Dweir.simulator.cut.seeds=20000} runs as many, {@code -Dweir.simulator.from=N} begins with that one.
 */
class CutSimulation {
    private static final int SEEDS = Integer.getInteger("weir.simulator.cut.seeds", 200);
    private static final long FROM = Long.getLong("weir.simulator.from", 0);

    @Test
    void noCutTearsATransaction() {
        long startNanos = System.nanoTime();
        Map<String, Integer> counts = new TreeMap<>();
        for (long seed = FROM; seed < FROM + SEEDS; seed++) {
            Result result = SimulatedRun.withCuts(seed, null, false);
            if (result.broken() != null) {
                throw new AssertionError(Failure.text(SimulatedRun.withCuts(seed, null, true)));
            }
            result.counts().forEach((what, times) -> counts.merge(what, times, Integer::sum));
        }
        counts.keySet().removeIf(what -> !what.contains("cut"));
        System.out.printf("%d seeds in %.1f s: %s%n", SEEDS, (System.nanoTime() - startNanos) / 1e9, counts);
        assertThat(counts)
                .containsOnlyKeys(
                        "a cut is open",
                        "a cut is given up",
                        "staged in a cut",
                        "committed in a cut, and not visible everywhere");
        assertThat(counts.getOrDefault("a cut is open", 0)).isGreaterThan(SEEDS);
    }
}
