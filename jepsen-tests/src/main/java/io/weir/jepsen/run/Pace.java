package io.weir.jepsen.run;

import java.time.Duration;

/**
 * How faults follow each other.
 *
 * @param quiet before each, above zero
 * @param shortest that one lasts
 * @param longest that one lasts, above the shortest
 */
public record Pace(Duration quiet, Duration shortest, Duration longest) {
    /** Elections end within the quiet, and backlogs are worked off. */
    public static final Pace DEFAULT = new Pace(Duration.ofSeconds(5), Duration.ofSeconds(3), Duration.ofSeconds(10));

    /** Many faults in little time. */
    public static final Pace SHORT = new Pace(Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(4));

    public Pace {
        if (quiet.isNegative() || quiet.isZero() || shortest.isNegative() || shortest.compareTo(longest) >= 0) {
            throw new IllegalArgumentException("quiet " + quiet + ", faults of " + shortest + " to " + longest);
        }
    }
}
