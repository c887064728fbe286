package io.weir.client;

import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A place in several partitions at once: partition to next position, that is, the position of the first event not seen.
 * It is the token for reading one's own writes and the checkpoint of a subscription to everything. Immutable.
 *
 * <p>A transaction over several partitions is committed before its events have their positions everywhere. Its token names it
 * instead: a replica has got as far as that when it knows the transaction and no longer holds any of it back.
 *
 * <p><b>Size.</b> Positions replace each other when tokens are merged, transactions do not, since no one of them says anything
 * about another. Who merges tokens for long, of more than some hundred transactions, has them turned into positions now and then
 * with {@link EventStore#settled}; or merges the positions of events that were read, and drops the tokens of the transactions
 * which wrote them.
 *
 * @param next partition to next position
 * @param prepared parts of transactions that may not have got their positions yet, in the order of partitions
 */
public record VectorPosition(Map<Integer, Long> next, Set<Prepared> prepared) {
    /** Before everything. */
    public static final VectorPosition START = new VectorPosition(Map.of());

    /**
     * A part of a committed transaction.
     *
     * @param partition the participant
     * @param transaction the transaction's id
     * @param index of the entry in the participant's log that has prepared it
     */
    public record Prepared(int partition, RequestId transaction, long index) {}

    public VectorPosition {
        next = Collections.unmodifiableMap(new TreeMap<>(next));
        Set<Prepared> sorted = new LinkedHashSet<>();
        prepared.stream()
                .sorted(Comparator.comparingInt(Prepared::partition).thenComparingLong(Prepared::index))
                .forEach(sorted::add);
        prepared = Collections.unmodifiableSet(sorted);
    }

    /** Of positions only. */
    public VectorPosition(Map<Integer, Long> next) {
        this(next, Set.of());
    }

    /** Of one partition only. */
    public static VectorPosition of(int partition, long nextPosition) {
        return new VectorPosition(Map.of(partition, nextPosition));
    }

    /** The next position in a partition, 0 if this holds none. */
    public long nextIn(int partition) {
        return next.getOrDefault(partition, 0L);
    }

    /** The later of both, partition by partition, and the transactions of both. */
    public VectorPosition merge(VectorPosition other) {
        Map<Integer, Long> merged = new TreeMap<>(next);
        other.next.forEach((partition, position) -> merged.merge(partition, position, Math::max));
        Set<Prepared> both = new LinkedHashSet<>(prepared);
        both.addAll(other.prepared);
        return new VectorPosition(merged, both);
    }
}
