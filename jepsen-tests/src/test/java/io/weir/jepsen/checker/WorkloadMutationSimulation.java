package io.weir.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.jepsen.history.HistoryFile;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every way of changing good histories for the worse is noticed, every time, and called by its name.
 * {@code -Dweir.checker.mutated=20000} changes more of them.
 */
class WorkloadMutationSimulation {
    private static final int SEEDS = Integer.getInteger("weir.checker.mutated", 200);
    private static final int MIN_APPLIED = 10;

    static Stream<WorkloadMutation> all() {
        return Stream.<WorkloadMutation[]>of(
                        ConditionalMutation.values(), BankMutation.values(), SetMutation.values(), LogMutation.values())
                .flatMap(Stream::of);
    }

    @ParameterizedTest
    @MethodSource("all")
    void isCaught(WorkloadMutation mutation) {
        int applied = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            HistoryFile good = WorkloadSimulation.serial(mutation.workload(), seed);
            Optional<HistoryFile> bad = mutation.apply(good, new Random(seed));
            if (bad.isPresent()) {
                applied++;
                Verdict verdict = WorkloadSimulation.judge(bad.get());
                String report = String.format("seed %d%n%s%n%s", seed, bad.get().history(), verdict.report());
                if (mutation.kinds().isEmpty()) {
                    assertThat(verdict.status()).as(report).isEqualTo(Verdict.Status.UNKNOWN);
                } else {
                    assertThat(verdict.kinds()).as(report).containsAnyElementsOf(mutation.kinds());
                }
            }
        }
        assertThat(applied).as("histories that could be changed in this way").isGreaterThanOrEqualTo(MIN_APPLIED);
    }
}
