package io.weir.logstore;

/**
 * A stream that a transaction holds. Ordered by stream, then holder.
 *
 * @param stream need not exist
 * @param exclusive the transaction writes the stream; else it has a condition on it
 */
public record Lock(StreamKey stream, TransactionKey holder, boolean exclusive) {}
