package io.weir.jepsen.history;

/**
 * A part of a run.
 *
 * @param fromNs by the clock of the history's lines
 * @param toNs not before {@code fromNs}
 */
public record TimeSpan(long fromNs, long toNs) {
    public TimeSpan {
        if (toNs < fromNs) {
            throw new MalformedHistoryException("a time that ends at " + toNs + " ns begins at " + fromNs + " ns");
        }
    }

    /** Whether a part of it lies between two moments. */
    public boolean overlaps(long firstNs, long lastNs) {
        return fromNs <= lastNs && firstNs <= toNs;
    }
}
