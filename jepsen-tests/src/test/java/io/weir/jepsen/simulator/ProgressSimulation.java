package io.weir.jepsen.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where nothing goes wrong, nobody waits in a circle, and everybody gets his turn. */
class ProgressSimulation {
    private static final int SEEDS = Integer.getInteger("weir.simulator.progress", 100);

    @ParameterizedTest
    @EnumSource(Progress.class)
    void allIsDoneSoon(Progress progress) {
        long[] longestMs = new long[1];
        for (long seed = 0; seed < SEEDS; seed++) {
            assertThat(progress.broken(seed, null, longestMs))
                    .as("%s, seed %d", progress, seed)
                    .isNull();
        }
        System.out.println(
                progress + ": the longest of " + SEEDS + " runs took " + longestMs[0] + " ms of virtual time");
    }
}
