package io.weir.consensus.partition;

import io.weir.client.spi.NodeFailure;
import io.weir.logstore.StoreException;
import io.weir.protocol.Error;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How long a partition puts up with a store that has no space. The only member of a cluster does so for ever: nobody serves in
 * its place. One of several steps aside after a moment. As a leader it would stop all writes though a majority has space, and
 * no election helps, as it would be elected again; as a follower it would fill the disk with a log that it cannot purge.
 *
 * <p>Belongs to the apply thread.
 */
final class FullStore {
    /** Longer than a neighbour takes to purge its log. */
    static final long PATIENCE_MS = 1_000;

    private final boolean isLone;
    private final LongSupplier nanoTime;
    private final Consumer<String> stepAside;
    private @Nullable Long since;

    /** @param stepAside is told the reason; may be called again until it has happened */
    FullStore(boolean isLone, LongSupplier nanoTime, Consumer<String> stepAside) {
        this.isLone = isLone;
        this.nanoTime = nanoTime;
        this.stepAside = stepAside;
    }

    /**
     * There is no space; to be called again and again as long as that is so.
     *
     * @return with what to refuse commands
     */
    NodeFailure met(StoreException.Full cause) {
        String reason = reason(cause);
        if (isLone || cause.isMap()) {
            return new NodeFailure(Error.Code.STORE_FULL, reason, false);
        }
        long now = nanoTime.getAsLong();
        if (since == null) {
            since = now;
        } else if (now - since >= TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS)) {
            stepAside.accept(reason);
        }
        return Failures.notReady(reason);
    }

    static String reason(StoreException.Full cause) {
        return "the store is full: " + cause.getMessage();
    }

    /** There is space again. */
    void ended() {
        since = null;
    }
}
