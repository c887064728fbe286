package io.weir.consensus.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.consensus.partition.Waiters.Kind;
import io.weir.consensus.partition.Waiters.Waiter;
import io.weir.protocol.StreamName;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WaitersTest {
    private final AtomicInteger hastened = new AtomicInteger();
    private final Waiters waiters = new Waiters(Runnable::run, hastened::incrementAndGet);

    @Test
    void whoWaitsForMoreThanEventsHastensWhatIsApplied() {
        Waiter tail = waiters.register(Kind.EVENTS, StreamName.of("s"));
        assertThat(hastened).hasValue(0);
        assertThat(waiters.isStateAwaited()).isFalse();

        Waiter token = waiters.register(Kind.STATE, null);
        Waiter locked = waiters.register(Kind.LOCKS, null);
        assertThat(hastened).hasValue(2);
        waiters.remove(locked);
        assertThat(waiters.isStateAwaited()).isTrue();
        waiters.wake(Set.of());
        assertThat(token.woken()).isDone();
        assertThat(tail.woken()).isNotDone();
        assertThat(waiters.isStateAwaited()).isFalse();
    }
}
