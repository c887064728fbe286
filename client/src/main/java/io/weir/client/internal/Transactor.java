package io.weir.client.internal;

import io.weir.client.AbortReason;
import io.weir.client.CallOptions;
import io.weir.client.EventStore;
import io.weir.client.EventStoreException;
import io.weir.client.OpenTransaction;
import io.weir.client.TransactionResult;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One call of {@link EventStore#transact}: runs the body, commits what it has appended on condition of what it has read, or, if it
 * has appended nothing, reads once more; and begins anew when what it has read has changed. One thread.
 *
 * <p>Streams that were read one after the other may never have been so together, and what the body makes of such a picture must
 * not be believed, be it a result or an exception: so both are handed on only after the reads were confirmed; an exception also
 * when the time for that is up.
 *
 * @param <T> what the body returns
 */
final class Transactor<T extends @Nullable Object> {
    /** Twice the unit that timeouts are counted in. */
    private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final RoutedEventStore store;
    private final Function<? super OpenTransaction, ? extends T> body;
    private final long timeoutMs;
    private final long deadlineNanos;
    private int attempts;
    /** An attempt was made that counts for nothing. */
    private boolean isRepeated;

    Transactor(RoutedEventStore store, Function<? super OpenTransaction, ? extends T> body, long timeoutMs) {
        this.store = store;
        this.body = body;
        this.timeoutMs = timeoutMs;
        this.deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    }

    T run() {
        while (true) {
            attempts++;
            Attempt attempt = new Attempt(store, () -> left().toMillis());
            try {
                T result = body.apply(attempt);
                attempt.end();
                if (!attempt.isStale() && (attempt.writes() ? isCommitted(attempt) : attempt.confirm())) {
                    return result;
                }
            } catch (EventStoreException.Unavailable e) {
                attempt.end();
                throw isRepeated && !isTimeLeft() ? tooLate() : e; // a read in an attempt that came too late
            } catch (RuntimeException | Error e) {
                attempt.end();
                boolean isOfStore =
                        e instanceof EventStoreException && !(e instanceof EventStoreException.ConditionFailed);
                if (isOfStore || attempt.isConfirmed() || isConfirmed(attempt, e)) {
                    throw e;
                }
            }
            isRepeated = true;
            pause();
        }
    }

    /** False if it has to be tried again, because of what it has read. */
    private boolean isCommitted(Attempt attempt) {
        TransactionResult result = commit(attempt);
        if (result instanceof TransactionResult.Rejected rejected) {
            if (attempt.hasRead(rejected.violations())) {
                return false;
            }
            throw new EventStoreException.ConditionFailed(rejected.violations());
        }
        result.orThrow();
        return true;
    }

    /**
     * Whether what had been read was there at one moment, before a body threw, or when a condition was found to have failed: its
     * partition need not have waited for what others say about the reads.
     *
     * @throws EventStoreException if that cannot be found out, though there is time; what was thrown is suppressed in it
     */
    private boolean isConfirmed(Attempt attempt, Throwable thrown) {
        if (attempt.isStale()) {
            return false;
        }
        attempt.forgetWrites();
        boolean isOneRead = attempt.reads() == 1 && !(thrown instanceof EventStoreException.ConditionFailed);
        if (attempt.reads() == 0 || isOneRead) {
            return true;
        }
        try {
            return attempt.isUnchanged();
        } catch (EventStoreException e) {
            if (!isTimeLeft()) {
                thrown.addSuppressed(e); // says more than that the time is up
                return true;
            }
            e.addSuppressed(thrown);
            throw e;
        }
    }

    private TransactionResult commit(Attempt attempt) {
        CompletableFuture<TransactionResult> result = store.commit(attempt.transaction(), CallOptions.within(left()));
        try {
            return result.join(); // interrupted or not: its answer comes by the deadline, and must not be lost
        } catch (CompletionException e) {
            throw Pages.unwrapped(e);
        }
    }

    /** What is left of the time. */
    private Duration left() {
        if (!isTimeLeft()) {
            throw tooLate();
        }
        return Duration.ofNanos(deadlineNanos - System.nanoTime());
    }

    private boolean isTimeLeft() {
        return deadlineNanos - System.nanoTime() >= LEAST_NANOS;
    }

    private EventStoreException tooLate() {
        String why = isRepeated
                ? "others changed what it had read, or it could not be confirmed"
                : "its body and its reads took that long";
        return new EventStoreException.Aborted(
                isRepeated ? AbortReason.CONTENTION : AbortReason.EXPIRED,
                "the transaction was not committed within " + timeoutMs + " ms (attempts: " + attempts + "): " + why
                        + "; nothing was written");
    }

    private void pause() {
        long nanos = Math.min(DistributedCommit.pauseNanos(attempts), left().toNanos());
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EventStoreException.Unavailable("the thread was interrupted; nothing was written", e);
        }
    }
}
