package io.weir.jepsen.rig;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What becomes of bytes on a {@link Link}.
 *
 * @param passage whether they arrive
 * @param delay after which they arrive, at least 0; the next ones do not wait for it
 * @param jitter up to which more it may be, by chance, at least 0; they arrive in their order
 * @param stall how long all stands still when a packet was lost and must be sent again, at least 0
 * @param stallPercent with which chance a piece of up to 64 KiB is such a packet, 0 to 100
 * @param bytesPerSecond no more than so many, at least 1; {@link #UNLIMITED}
 */
public record Condition(
        Passage passage, Duration delay, Duration jitter, Duration stall, int stallPercent, long bytesPerSecond) {
    public static final long UNLIMITED = Long.MAX_VALUE;

    /** As the loopback interface is. */
    public static final Condition CLEAR = of(Passage.OPEN);

    /** Nothing arrives, and nobody is told: what is sent now arrives when the link is clear again, if it still matters. */
    public static final Condition BLOCKED = of(Passage.BLOCKED);

    /** Connections end, and new ones are refused. */
    public static final Condition REFUSED = of(Passage.REFUSED);

    /** Whether bytes arrive. */
    public enum Passage {
        OPEN,
        BLOCKED,
        REFUSED
    }

    public Condition {
        if (delay.isNegative()
                || jitter.isNegative()
                || stall.isNegative()
                || stallPercent < 0
                || stallPercent > 100
                || bytesPerSecond < 1) {
            throw new IllegalArgumentException("delay " + delay + ", jitter " + jitter + ", stall " + stall + " with "
                    + stallPercent + " %, " + bytesPerSecond + " bytes/s");
        }
    }

    private static Condition of(Passage passage) {
        return new Condition(passage, Duration.ZERO, Duration.ZERO, Duration.ZERO, 0, UNLIMITED);
    }

    /** A link of a long way. */
    public static Condition slow(Duration delay, Duration jitter) {
        return new Condition(Passage.OPEN, delay, jitter, Duration.ZERO, 0, UNLIMITED);
    }

    /** A link that loses packets: TCP sends them again, and all behind them wait. */
    public static Condition lossy(int percent, Duration stall) {
        return new Condition(Passage.OPEN, Duration.ZERO, Duration.ZERO, stall, percent, UNLIMITED);
    }

    /** A link that is too narrow. */
    public static Condition narrow(long bytesPerSecond) {
        return new Condition(Passage.OPEN, Duration.ZERO, Duration.ZERO, Duration.ZERO, 0, bytesPerSecond);
    }

    /** Only what is not as on a clear link. */
    @Override
    public String toString() {
        List<String> words = new ArrayList<>();
        if (passage != Passage.OPEN) {
            words.add(passage.name().toLowerCase(Locale.ROOT));
        }
        if (!delay.isZero() || !jitter.isZero()) {
            words.add(delay.toMillis() + " to " + delay.plus(jitter).toMillis() + " ms late");
        }
        if (stallPercent > 0) {
            words.add(stallPercent + " % lost and sent again after " + stall.toMillis() + " ms");
        }
        if (bytesPerSecond != UNLIMITED) {
            words.add(bytesPerSecond / 1_000 + " KB/s");
        }
        return words.isEmpty() ? "clear" : String.join(", ", words);
    }
}
