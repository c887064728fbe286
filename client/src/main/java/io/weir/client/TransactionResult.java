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

    /**
     * At least one condition did not hold; nothing was written.
     *
     * @param violations all that failed, over all partitions, in the order of the transaction
     */
    record Rejected(List<Violation> violations) implements TransactionResult {}

    /**
     * Nothing happened, and nothing will: it may be sent again, as a new request.
     *
     * @param reason why
     * @param attempts how often it was tried, each time as a new request; at least 1
     */
    record Aborted(AbortReason reason, int attempts) implements TransactionResult {}

    /**
     * The result of a committed transaction.
     *
     * @throws EventStoreException.ConditionFailed if it was rejected
     * @throws EventStoreException.Aborted if it was aborted
     */
    default Committed orThrow() {
        if (this instanceof Rejected rejected) {
            throw new EventStoreException.ConditionFailed(rejected.violations());
        }
        if (this instanceof Aborted aborted) {
            throw new EventStoreException.Aborted(
                    aborted.reason(),
                    "the transaction was aborted: " + aborted.reason().explanation() + " (attempts: "
                            + aborted.attempts() + "); nothing was written, send it again as a new request");
        }
        return (Committed) this;
    }
}
