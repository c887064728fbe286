package io.weir.consensus.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PacerTest {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 500_000_000); // the clock may wrap
    private final Pacer pacer = new Pacer(1_000, now::get);

    @Test
    void spreadsBytesOverTime() {
        assertThat(pacer.take(100)).isZero();
        assertThat(pacer.take(400)).isEqualTo(100_000_000);
        assertThat(pacer.take(1)).isEqualTo(500_000_000);
        now.addAndGet(501_000_000);
        assertThat(pacer.take(1)).isZero();
    }

    @Test
    void savesNothingUp() {
        now.addAndGet(60_000_000_000L);
        assertThat(pacer.take(1_000)).isZero();
        assertThat(pacer.take(1_000)).isEqualTo(1_000_000_000);
    }
}
