package io.weir.logstore;

import java.nio.ByteBuffer;

/**
 * An event as it goes into a row.
 *
 * @param bytes the client's, from position to limit
 */
public record RowEvent(long streamId, long revision, long stampMs, ByteBuffer bytes) {}
