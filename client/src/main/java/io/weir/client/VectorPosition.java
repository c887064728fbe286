package io.weir.client;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * A place in several partitions at once: partition to next position, that is, the position of the first event not seen.
 * It is the token for reading one's own writes and the checkpoint of a subscription to everything. Immutable.
 */
public record VectorPosition(Map<Integer, Long> next) {
    /** Before everything. */
    public static final VectorPosition START = new VectorPosition(Map.of());

    public VectorPosition {
        next = Collections.unmodifiableMap(new TreeMap<>(next));
    }

    /** Of one partition only. */
    public static VectorPosition of(int partition, long nextPosition) {
        return new VectorPosition(Map.of(partition, nextPosition));
    }

    /** The next position in a partition, 0 if this holds none. */
    public long nextIn(int partition) {
        return next.getOrDefault(partition, 0L);
    }

    /** The later of both, partition by partition. */
    public VectorPosition merge(VectorPosition other) {
        Map<Integer, Long> merged = new TreeMap<>(next);
        other.next.forEach((partition, position) -> merged.merge(partition, position, Math::max));
        return new VectorPosition(merged);
    }
}
