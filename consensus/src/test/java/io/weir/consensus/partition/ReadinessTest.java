package io.weir.consensus.partition;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReadinessTest {
    private final Readiness readiness = new Readiness();

    @Test
    void readyOnceWhatWasCommittedAtTheFirstLookIsApplied() {
        assertThat(readiness.reason(following(-1), -1)).contains("first word");
        assertThat(readiness.reason(following(100), 7)).isEqualTo("catching up: applied 7 of 100");
        assertThat(readiness.reason(following(200), 99)).isEqualTo("catching up: applied 99 of 100");
        assertThat(readiness.reason(following(200), 100)).isNull();
        assertThat(readiness.reason(following(1_000), 100)).isNull();
    }

    @Test
    void aFollowerThatFallsFarBehindCatchesUpAgain() {
        assertThat(readiness.reason(following(100), 100)).isNull();
        assertThat(readiness.reason(following(10_340), 100)).isNull();
        assertThat(readiness.reason(following(10_341), 100)).isEqualTo("catching up: applied 100 of 10341");
        assertThat(readiness.reason(following(50_000), 10_340)).isEqualTo("catching up: applied 10340 of 10341");
        assertThat(readiness.reason(following(20_000), 10_341)).isNull();
    }

    private static RaftView following(long committed) {
        return new RaftView(RaftView.Role.FOLLOWER, "n1", 1, committed, false);
    }
}
