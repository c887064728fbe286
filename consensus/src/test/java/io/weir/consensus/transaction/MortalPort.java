package io.weir.consensus.transaction;

import io.weir.protocol.Outcome;
import io.weir.protocol.TransactionStep;
import java.util.concurrent.CompletableFuture;

/** The port of a driver that dies: from a given event on it hears nothing, and nobody hears of it. */
final class MortalPort implements StepPort {
    private final StepPort port;
    private int eventsLeft;

    /** @param events how many proposals and answers it lives to see */
    MortalPort(StepPort port, int events) {
        this.port = port;
        this.eventsLeft = events;
    }

    boolean isDead() {
        return eventsLeft < 0;
    }

    private boolean survives() {
        eventsLeft = Math.max(-1, eventsLeft - 1);
        return !isDead();
    }

    @Override
    public CompletableFuture<Outcome> propose(
            int partition, TransactionStep step, boolean holdsNothing, long timeoutMs) {
        if (!survives()) {
            return new CompletableFuture<>();
        }
        CompletableFuture<Outcome> heard = new CompletableFuture<>();
        var unused = port.propose(partition, step, holdsNothing, timeoutMs).whenComplete((outcome, failure) -> {
            if (!survives()) {
                return;
            }
            if (failure == null) {
                heard.complete(outcome);
            } else {
                heard.completeExceptionally(failure);
            }
        });
        return heard;
    }

    @Override
    public long nanoTime() {
        return port.nanoTime();
    }

    @Override
    public void schedule(long delayMs, Runnable task) {
        port.schedule(delayMs, () -> {
            if (!isDead()) {
                task.run();
            }
        });
    }
}
