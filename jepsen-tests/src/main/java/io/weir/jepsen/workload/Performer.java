package io.weir.jepsen.workload;

import io.weir.client.CallOptions;
import io.weir.client.EventStore;
import io.weir.client.EventStoreException;
import io.weir.jepsen.history.HistoryRecorder;
import io.weir.jepsen.history.Operation;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** One client of a run: it does one thing after the other, and notes before and after each what it does. For one thread. */
public final class Performer {
    private final EventStore store;
    private final HistoryRecorder.Client notes;
    private final Random random;
    private final Duration timeout;

    /**
     * A client that has done nothing yet.
     *
     * @param store which others may use as well
     * @param random of this client alone
     * @param timeout of each operation
     */
    public Performer(EventStore store, HistoryRecorder.Client notes, Random random, Duration timeout) {
        this.store = store;
        this.notes = notes;
        this.random = random;
        this.timeout = timeout;
    }

    EventStore store() {
        return store;
    }

    Random random() {
        return random;
    }

    CallOptions options() {
        return CallOptions.within(timeout);
    }

    Duration timeout() {
        return timeout;
    }

    /**
     * Notes an operation, does it, and notes how it ended. What the store says for sure did not happen has failed; what nobody
     * knows is in doubt. Anything else that the store throws is a defect, and ends the run.
     *
     * @return whether it took effect
     */
    boolean perform(Operation asked, Supplier<Operation> work) {
        notes.invoke(asked, null);
        try {
            notes.ok(work.get());
            return true;
        } catch (CompletionException e) {
            if (!(e.getCause() instanceof EventStoreException failure)) {
                throw e;
            }
            note(failure);
        } catch (EventStoreException e) {
            note(e);
        }
        return false;
    }

    private void note(EventStoreException failure) {
        String message = failure.getClass().getSimpleName() + ": " + failure.getMessage();
        if (failure instanceof EventStoreException.OutcomeUnknown) {
            notes.info(message);
        } else if (failure instanceof EventStoreException.ConditionFailed
                || failure instanceof EventStoreException.Aborted
                || failure instanceof EventStoreException.Unavailable
                || failure instanceof EventStoreException.Throttled
                || failure instanceof EventStoreException.StoreFull) {
            notes.fail(message);
        } else {
            notes.info(message);
            throw failure;
        }
    }
}
