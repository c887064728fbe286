package io.weir.client;

import java.util.List;
import java.util.Map;

/** What a transaction did. */
public sealed interface TransactionResult {
    /**
     * All appends are recorded and became visible together.
     *
     * @param lastRevisions stream to the revision of its last event, for every stream written
     * @param token to read what was written, on any replica
     */
    record Committed(Map<String, Long> lastRevisions, VectorPosition token) implements TransactionResult {}

    /** At least one condition did not hold; nothing was written. All of them are listed. */
    record Rejected(List<Violation> violations) implements TransactionResult {}

    /**
     * The result of a committed transaction.
     *
     * @throws EventStoreException.ConditionFailed if it was rejected
     */
    default Committed orThrow() {
        if (this instanceof Rejected rejected) {
            throw new EventStoreException.ConditionFailed(rejected.violations());
        }
        return (Committed) this;
    }
}
