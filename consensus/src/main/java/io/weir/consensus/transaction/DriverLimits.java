package io.weir.consensus.transaction;

/**
 * How much a driver takes on, and how long it waits.
 *
 * @param transactions under way at once, at least 1; more are throttled
 * @param bytes of all requests under way at once, at least 1; more are throttled
 * @param violationsMs how long a transaction that is to be rejected waits for further violations, at the most, in milliseconds
 * @param decideMs what is kept of a transaction's time for its decision, at the most, in milliseconds
 * @param resolveMs how long the driver tries to resolve a decided transaction, in milliseconds; care does it afterwards
 */
public record DriverLimits(int transactions, long bytes, long violationsMs, long decideMs, long resolveMs) {
    public static final DriverLimits DEFAULTS = new DriverLimits(4_096, 64 << 20, 2_000, 2_000, 2_000);

    public DriverLimits {
        if (transactions < 1 || bytes < 1 || violationsMs < 0 || decideMs < 1 || resolveMs < 1) {
            throw new IllegalArgumentException("out of range: transactions " + transactions + ", bytes " + bytes
                    + ", violationsMs " + violationsMs + ", decideMs " + decideMs + ", resolveMs " + resolveMs);
        }
    }
}
