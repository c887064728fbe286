package io.weir.jepsen.workload;

import io.weir.jepsen.history.Operation;
import org.jspecify.annotations.Nullable;

/** An operation took no effect, for a reason that is no failure of the store: a condition, too little money. */
final class Declined extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Operation answered;

    /** @param answered the operation with what was answered; null if that is nothing */
    Declined(@Nullable Operation answered, String message) {
        super(message, null, false, false);
        this.answered = answered;
    }

    @Nullable
    Operation answered() {
        return answered;
    }
}
