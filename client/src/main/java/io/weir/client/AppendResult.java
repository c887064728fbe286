package io.weir.client;

/** What an append did. A failed condition is a value, not an exception. */
public sealed interface AppendResult {
    /**
     * The events are recorded, on a majority's disks.
     *
     * @param firstRevision revision of the first appended event
     * @param lastRevision revision of the last; {@code firstRevision - 1} if there were no events
     * @param token to read what was written, on any replica: {@link ReadLevel#atLeast}
     */
    record Appended(long firstRevision, long lastRevision, VectorPosition token) implements AppendResult {}

    /** The condition did not hold; nothing was written. */
    record Rejected(Violation violation) implements AppendResult {}

    /**
     * The result of a successful append.
     *
     * @throws EventStoreException.ConditionFailed if it was rejected
     */
    default Appended orThrow() {
        if (this instanceof Rejected rejected) {
            throw new EventStoreException.ConditionFailed(java.util.List.of(rejected.violation()));
        }
        return (Appended) this;
    }
}
