package io.weir.client;

import java.time.Instant;

/**
 * An existing stream.
 *
 * @param name its name
 * @param lastRevision revision of its last event; it holds {@code lastRevision + 1} events
 * @param slot the slot that its routing key falls into
 * @param partition the partition that owns the slot
 * @param lastPosition position of its last event
 * @param lastRecordedAt log time of its last event
 */
public record StreamInfo(
        String name, long lastRevision, int slot, int partition, long lastPosition, Instant lastRecordedAt) {}
