package io.weir.logstore;

/**
 * The end of an existing stream.
 *
 * @param streamId the stream's number inside its partition
 * @param lastRevision revision of its last event
 * @param lastPosition position of its last event
 */
public record StreamHead(long streamId, long lastRevision, long lastPosition) {}
