package io.weir.consensus.transaction;

import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionInfo;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The transactions of a partition that its care looks at: all that are open; or, if these are too many, some at a time, in turn,
 * from the first again after the last. Each window stays for long enough to begin an attempt at everything in it. Were it to stay
 * until all is finished, what cannot be, because a partition has no leader, would hide what can. For one thread at a time.
 */
final class CareWindow {
    private final CarePort here;
    private final int max;
    private final long stayNanos;
    /** Where the window begins: behind this one; null: with the first. */
    private @Nullable TransactionId after;
    /** The last one when the window was full for the first time: the next begins behind it. */
    private @Nullable TransactionId last;

    private @Nullable Long untilNanos;

    /** @param max how many are looked at, at once */
    CareWindow(CarePort here, int max, long stayMs) {
        this.here = here;
        this.max = max;
        this.stayNanos = TimeUnit.MILLISECONDS.toNanos(stayMs);
    }

    /** Begins with the first again. */
    void reset() {
        after = null;
        last = null;
        untilNanos = null;
    }

    /** Those to look at now. When some are finished, those behind them come in. */
    List<TransactionInfo> look(long now) {
        Long until = untilNanos;
        if (until == null || now - until >= 0) {
            after = last;
            last = null;
            untilNanos = now + stayNanos;
        }
        List<TransactionInfo> open = here.open(after, max);
        if (last == null && open.size() == max) {
            last = open.get(max - 1).getId();
            untilNanos = now + stayNanos;
        } else if (open.isEmpty()) {
            untilNanos = null; // the next look begins with the first
        }
        return open;
    }
}
