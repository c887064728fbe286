package io.weir.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.jepsen.history.History;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every way of changing good histories for the worse is noticed, every time, and called by its name. */
class MutationSimulation {
    private static final int SEEDS = 400;
    private static final int MIN_APPLIED = 100;

    @ParameterizedTest
    @EnumSource
    void isCaught(Mutation mutation) {
        int applied = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            Optional<History> bad = mutation.apply(Histories.random(seed), new Random(seed));
            if (bad.isPresent()) {
                applied++;
                Verdict verdict = ListAppendChecker.check(bad.get());
                assertThat(verdict.kinds())
                        .as("seed %d%n%s%n%s", seed, bad.get(), verdict.report())
                        .containsAnyElementsOf(mutation.kinds());
            }
        }
        assertThat(applied).as("histories that could be changed in this way").isGreaterThanOrEqualTo(MIN_APPLIED);
    }
}
