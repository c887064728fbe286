package io.weir.consensus.partition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PurgeHoldsTest {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 10); // the clock may wrap
    private final PurgeHolds holds = new PurgeHolds(nanos::get);

    @Test
    void heldUntilTheLastHolderHasClosed() {
        PurgeHold first = holds.acquire(1_000);
        PurgeHold second = holds.acquire(1_000);
        first.close();
        first.close();
        assertThat(holds.areHeld()).isTrue();
        second.close();
        assertThat(holds.areHeld()).isFalse();
    }

    @Test
    void aHoldThatIsNeverClosedEnds() {
        PurgeHold forgotten = holds.acquire(1_000);
        nanos.addAndGet(999_999_999);
        assertThat(holds.areHeld()).isTrue();
        nanos.addAndGet(1);
        assertThat(holds.areHeld()).isFalse();
        forgotten.close();
        assertThat(holds.areHeld()).isFalse();
    }
}
