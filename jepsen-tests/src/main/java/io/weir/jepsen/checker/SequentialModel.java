package io.weir.jepsen.checker;

import io.weir.jepsen.history.LineType;
import io.weir.jepsen.history.Operation;
import org.jspecify.annotations.Nullable;

/**
 * What an object does if operations come one after the other. Pure.
 *
 * @param <S> its state, immutable, with equals and hashCode
 */
interface SequentialModel<S> {
    /** Where it begins. */
    S initial();

    /**
     * The state after an operation that ended like that; null if it cannot have ended like that in this state.
     *
     * @param ending {@link LineType#INFO} if the answer is not known
     */
    @Nullable
    S after(S state, Operation operation, LineType ending);
}
