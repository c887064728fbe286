package io.weir.jepsen.workload;

import io.weir.client.CallOptions;
import io.weir.client.EventStore;
import io.weir.client.EventStoreException;
import io.weir.client.RecordedEvent;
import io.weir.jepsen.history.HistoryRecorder;
import io.weir.jepsen.history.Operation;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** One client of a run: it does one thing after the other, and notes before and after each what it does. For one thread. */
public final class Performer {
    private final int number;
    private final EventStore store;
    private final Replicas replicas;
    private final HistoryRecorder.Client notes;
    private final Random random;
    private final Duration timeout;

    /**
     * A client that has done nothing yet.
     *
     * @param number among those that work at once, from 0
     * @param store which others may use as well
     * @param replicas the nodes, for what is asked of one in particular
     * @param random of this client alone
     * @param timeout of each operation
     */
    public Performer(
            int number,
            EventStore store,
            Replicas replicas,
            HistoryRecorder.Client notes,
            Random random,
            Duration timeout) {
        this.number = number;
        this.store = store;
        this.replicas = replicas;
        this.notes = notes;
        this.random = random;
        this.timeout = timeout;
    }

    int number() {
        return number;
    }

    EventStore store() {
        return store;
    }

    Replicas replicas() {
        return replicas;
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

    /** Whether something happens of which so many of a hundred are wanted. */
    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    /** What a future of a store completes with; what it fails with is thrown as it is. */
    static <T> T await(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof EventStoreException failure ? failure : e;
        }
    }

    static List<String> texts(Iterable<RecordedEvent> events) {
        return StreamSupport.stream(events.spliterator(), false)
                .map(RecordedEvent::text)
                .toList();
    }

    /** The same, asked of no node in particular. */
    boolean perform(Operation asked, Supplier<Operation> work) {
        return perform(asked, null, work);
    }

    /**
     * Notes an operation, does it, and notes how it ended. What the store says for sure did not happen has failed; what nobody
     * knows is in doubt. Anything else that the store throws is a defect, and ends the run.
     *
     * @param node that is asked; null if any may be
     * @return whether it took effect
     */
    boolean perform(Operation asked, @Nullable String node, Supplier<Operation> work) {
        notes.invoke(asked, node);
        Operation answered;
        try {
            answered = work.get();
        } catch (Declined e) {
            note(e);
            return false;
        } catch (EventStoreException e) {
            note(e);
            return false;
        }
        notes.ok(answered);
        return true;
    }

    private void note(Declined declined) {
        String message = String.valueOf(declined.getMessage());
        Operation answered = declined.answered();
        if (answered == null) {
            notes.fail(message);
        } else {
            notes.fail(answered, message);
        }
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
