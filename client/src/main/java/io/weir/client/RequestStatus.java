package io.weir.client;

import java.util.List;

/** What became of a request, see {@link EventStore#status(RequestId)}. None of these can change any more. */
public sealed interface RequestStatus {
    /** It was an append, and is recorded. */
    record Appended(AppendResult.Appended result) implements RequestStatus {}

    /**
     * It was a transaction, and is recorded.
     *
     * @param lastRevisions of each append, in the order of the transaction, the revision of its last event; of one without
     *     events the revision that the stream had, -1 if it did not exist
     * @param token to read what was written, on any replica
     */
    record Committed(List<Long> lastRevisions, VectorPosition token) implements RequestStatus {}

    /** Its conditions did not hold; nothing was written. */
    record Rejected(List<Violation> violations) implements RequestStatus {}

    /** Nothing happened, and nothing ever will under this id, even if it still arrives somewhere. */
    record NotExecuted(AbortReason reason) implements RequestStatus {}

    /**
     * Nothing is known of it any more: it was executed or not, and its answer, if there was one, is no longer kept. It will not
     * be executed from now on.
     */
    enum Forgotten implements RequestStatus {
        INSTANCE
    }
}
