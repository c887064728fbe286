package io.weir.logstore.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.logstore.StoreException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Who waits for whom at the gate. */
class DrainGateTest {
    private final DrainGate gate = new DrainGate("gate", 2);

    private static void awaitWaiting(Thread thread) {
        while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TIMED_WAITING) {
            assertThat(thread.isAlive()).isTrue();
            Thread.onSpinWait();
        }
    }

    @Test
    void anInterruptNeitherLetsAViewInNorIsLost() throws InterruptedException {
        gate.enterView();
        gate.enterView();
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Thread third = new Thread(() -> {
            gate.enterView();
            interrupted.complete(Thread.currentThread().isInterrupted());
        });
        third.start();
        awaitWaiting(third);
        third.interrupt();
        assertThat(interrupted).isNotDone();
        gate.exitView();
        assertThat(interrupted.join()).isTrue();
        third.join();
    }

    @Test
    void theActionRunsWithNobodyInside() throws InterruptedException {
        gate.enterView();
        gate.enterWriter();
        AtomicInteger order = new AtomicInteger();
        CompletableFuture<Integer> grown = new CompletableFuture<>();
        CompletableFuture<Integer> entered = new CompletableFuture<>();
        Thread growing = new Thread(() -> assertThat(
                        gate.withoutViews(60_000, true, () -> grown.complete(order.incrementAndGet())))
                .isTrue());
        growing.start();
        awaitWaiting(growing);
        assertThat(gate.isWanted()).isTrue();
        Thread entering = new Thread(() -> {
            gate.enterView();
            entered.complete(order.incrementAndGet());
        });
        entering.start();
        awaitWaiting(entering);
        assertThat(grown).isNotDone();
        assertThat(entered).isNotDone();
        gate.exitView();
        assertThat(grown.join()).isEqualTo(1);
        assertThat(entered.join()).isEqualTo(2);
        growing.join();
        assertThat(gate.isWanted()).isFalse();
        entering.join();
    }

    @Test
    void aBoundedWaitGivesUpAndLetsViewsInAgain() {
        gate.enterView();
        assertThat(gate.withoutViews(5, false, () -> {
                    throw new AssertionError("a view is inside");
                }))
                .isFalse();
        gate.enterView();
        assertThatThrownBy(() -> {
                    gate.exitView();
                    gate.exitView();
                    gate.withoutViews(0, false, () -> {
                        throw new IllegalStateException("the action failed");
                    });
                })
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the action failed");
        gate.enterView();
        gate.exitView();
    }

    @Test
    void closeEndsThoseWhoWaitForAFreeView() throws InterruptedException {
        gate.enterView();
        gate.enterView();
        CompletableFuture<StoreException> refused = new CompletableFuture<>();
        Thread third = new Thread(() -> {
            try {
                gate.enterView();
            } catch (StoreException.Closed e) {
                refused.complete(e);
            }
        });
        third.start();
        awaitWaiting(third);
        AtomicInteger closed = new AtomicInteger();
        Thread closer = new Thread(() -> gate.close(closed::incrementAndGet));
        closer.start();
        assertThat(refused.join()).hasMessageContaining("gate is closed");
        assertThat(closed).hasValue(0);
        gate.exitView();
        gate.exitView();
        closer.join();
        third.join();
        gate.close(closed::incrementAndGet);
        assertThat(closed).hasValue(1);
    }
}
