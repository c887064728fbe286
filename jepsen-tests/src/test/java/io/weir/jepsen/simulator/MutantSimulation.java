package io.weir.jepsen.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.jepsen.simulator.SimulatedRun.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each deliberate mistake is noticed within a few runs, and the documentation names it. */
class MutantSimulation {
    private static final int SEEDS = 2_000;

    @ParameterizedTest
    @EnumSource(Mutant.class)
    void isNoticed(Mutant mutant) {
        String row = mutant.isOfProgress() ? inCalm(mutant) : inStorms(mutant);
        System.out.println(row);
        assertThat(row).as("%s after %d runs", mutant, SEEDS).isNotNull();
    }

    private static @Nullable String inStorms(Mutant mutant) {
        for (long seed = 0; seed < SEEDS; seed++) {
            Result result = mutant.isOfCuts()
                    ? SimulatedRun.withCuts(seed, mutant, false)
                    : SimulatedRun.run(seed, mutant, false);
            if (result.broken() != null) {
                return row(mutant, result.broken(), seed, Long.toString(result.events()));
            }
        }
        return null;
    }

    private static @Nullable String inCalm(Mutant mutant) {
        for (long seed = 0; seed < SEEDS; seed++) {
            for (Progress progress : Progress.values()) {
                Broken broken = progress.broken(seed, mutant, new long[1]);
                if (broken != null) {
                    return row(mutant, broken, seed, "calm: " + progress);
                }
            }
        }
        return null;
    }

    private static String row(Mutant mutant, Broken broken, long seed, String events) {
        return "| %s | %d | %d | %s |".formatted(mutant.description(), broken.invariant(), seed + 1, events);
    }

    @Test
    void theDocumentationNamesEachOne() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "internals", "simulator.md"));
        for (Mutant mutant : Mutant.values()) {
            assertThat(page).contains("| " + mutant.description() + " |");
        }
    }
}
