package io.weir.consensus.transaction;

import io.weir.protocol.Outcome;
import io.weir.protocol.TransactionStep;
import java.util.concurrent.CompletableFuture;

/** The partitions, and time, as who drives transactions sees them. Any thread; nothing here waits. */
public interface StepPort {
    /**
     * Proposes a step to the leader of a partition, wherever that is, looking for it and asking again until there is an answer
     * or the time is up. A step may be applied more than once, and may be applied at any later time although this failed: steps
     * are idempotent.
     *
     * <p>A {@code Prepare} that meets a lock waits at the leader and is proposed again when the lock has gone: for as long as the
     * timeout allows if {@code holdsNothing} or if it is older than the holder, else only for a short while. Then it is answered
     * with {@code Voted.locked}.
     *
     * @param holdsNothing of a {@code Prepare}: no other part of the transaction is staged or being prepared
     * @return fails with {@link io.weir.client.spi.NodeFailure} only
     */
    CompletableFuture<Outcome> propose(int partition, TransactionStep step, boolean holdsNothing, long timeoutMs);

    /** A clock that only measures differences, in nanoseconds. */
    long nanoTime();

    /** Runs a task once after a delay. */
    void schedule(long delayMs, Runnable task);
}
