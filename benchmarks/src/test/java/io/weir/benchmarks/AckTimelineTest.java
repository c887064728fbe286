package io.weir.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class AckTimelineTest {
    private static final long MS = 1_000_000;

    @Test
    void aStepBeginsAtTheKillAndIsHalfOpen() {
        AckTimeline timeline = AckTimeline.around(
                1_000 * MS, 900 * MS, 1_100 * MS, List.of(900 * MS, 999 * MS, 1_000 * MS, 1_049 * MS, 1_050 * MS));
        assertThat(timeline).isEqualTo(new AckTimeline(-100, 50, List.of(1, 1, 2, 1)));
    }

    @Test
    void stepsThatAreNotCoveredWholeAndWhatLiesInThemAreLeftOut() {
        AckTimeline timeline = AckTimeline.around(
                1_000 * MS, 930 * MS, 1_120 * MS, List.of(940 * MS, 950 * MS, 1_099 * MS, 1_100 * MS, 1_119 * MS));
        assertThat(timeline).isEqualTo(new AckTimeline(-50, 50, List.of(1, 0, 1)));
    }
}
