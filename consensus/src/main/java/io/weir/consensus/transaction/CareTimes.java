package io.weir.consensus.transaction;

/**
 * When a partition's care takes a transaction for one that nobody drives. Nothing depends on these being right: they only decide
 * when to ask. All in milliseconds, at least 1.
 *
 * @param stagedMs for so long it is staged; longer than any that is driven takes
 * @param decidedMs for so long it has been decided, and not been resolved everywhere
 * @param recoveryMs what one attempt may take
 * @param pauseMs between the first attempt at a transaction and the second; from then on twice as long each time
 * @param longestPauseMs between two attempts
 * @param tickMs between two entries that only tell the time
 * @param windowMs for so long the same transactions are looked at, if there are too many to look at all: time enough to miss
 *     them and to begin an attempt at each
 */
public record CareTimes(
        long stagedMs, long decidedMs, long recoveryMs, long pauseMs, long longestPauseMs, long tickMs, long windowMs) {
    public static final CareTimes DEFAULTS = new CareTimes(3_000, 1_000, 5_000, 250, 8_000, 1_000, 20_000);

    public CareTimes {
        if (stagedMs < 1
                || decidedMs < 1
                || recoveryMs < 1
                || pauseMs < 1
                || longestPauseMs < pauseMs
                || tickMs < 1
                || windowMs <= stagedMs + recoveryMs) {
            throw new IllegalArgumentException("out of range: stagedMs " + stagedMs + ", decidedMs " + decidedMs
                    + ", recoveryMs " + recoveryMs + ", pauseMs " + pauseMs + ", longestPauseMs " + longestPauseMs
                    + ", tickMs " + tickMs + ", windowMs " + windowMs);
        }
    }
}
