package io.weir.consensus.partition;

/**
 * When replicas compare what they hold. Only a leader asks, and only of something new: a partition that nobody writes to
 * gets no marks.
 *
 * @param intervalMs so long after the last mark comes the next, if a command was applied since; more than 0
 * @param entries or when so many entries with commands have been applied since; at least 1
 * @param reportMs how long all members have to report; then those count that have. More than 0
 */
public record MarkPolicy(long intervalMs, long entries, long reportMs) {
    private static final long DEFAULT_ENTRIES = 50_000;
    private static final long LEAST_REPORT_MS = 500;

    public MarkPolicy {
        if (intervalMs < 1 || entries < 1 || reportMs < 1) {
            throw new IllegalArgumentException("a mark every " + intervalMs + " ms or " + entries
                    + " entries, reported in " + reportMs + " ms: all must be positive");
        }
    }

    /** A mark every so often, for which half of the time may be taken to report. */
    public static MarkPolicy every(long intervalMs) {
        return new MarkPolicy(intervalMs, DEFAULT_ENTRIES, Math.max(intervalMs / 2, LEAST_REPORT_MS));
    }
}
