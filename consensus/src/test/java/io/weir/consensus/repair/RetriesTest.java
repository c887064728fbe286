package io.weir.consensus.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.consensus.partition.PartitionFailure.Kind;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RetriesTest {
    private long now = Long.MAX_VALUE - 1_000; // the clock may overflow
    private final Retries retries = new Retries(() -> now);

    private void pass(long ms) {
        now += TimeUnit.MILLISECONDS.toNanos(ms);
    }

    @Test
    void aSecondFailureOfAKindWithinAMinuteIsAgain() {
        assertThat(retries.isAgain(Kind.LOG_FAILED)).isFalse();
        assertThat(retries.isAgain(Kind.STORE_FAILED)).isFalse();
        pass(Retries.AGAIN_MS - 1);
        assertThat(retries.isAgain(Kind.LOG_FAILED)).isTrue();
        pass(Retries.AGAIN_MS);
        assertThat(retries.isAgain(Kind.LOG_FAILED)).isFalse();
    }

    @Test
    void pausesDoubleUpToABoundUntilAMinuteHasBeenQuiet() {
        long sum = 0;
        for (int i = 0; i < 10; i++) {
            long next = retries.nextPauseMs();
            assertThat(next).isBetween(Retries.MIN_PAUSE_MS, Retries.MAX_PAUSE_MS);
            sum += next;
        }
        assertThat(sum).isGreaterThan(20_000);
        assertThat(retries.nextPauseMs()).isEqualTo(Retries.MAX_PAUSE_MS);
        assertThat(retries.isAgain(Kind.DEFECT)).isFalse();
        assertThat(retries.nextPauseMs()).isEqualTo(Retries.MIN_PAUSE_MS);
    }

    @Test
    void aReplacedStoreIsRememberedForAWhile() {
        assertThat(retries.isRepaired()).isFalse();
        retries.repaired();
        pass(Retries.REPAIRED_MS - 1);
        assertThat(retries.isRepaired()).isTrue();
        pass(1);
        assertThat(retries.isRepaired()).isFalse();
    }
}
