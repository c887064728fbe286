package io.weir.jepsen.workload;

import java.time.Duration;

/**
 * How much of what an activity does.
 *
 * @param clients that work at once, 1 or more
 * @param liveStreams that are written at a time, where the activity does not choose that itself; accounts of all branches are
 *     as many, but for what is left of the last one; 1 or more
 * @param appends that a stream gets at least before another one follows it, 1 or more; at most twice as many
 * @param accounts of each branch of the bank, 2 or more
 * @param pause the longest that a client rests behind an operation; zero: never
 */
public record Mix(int clients, int liveStreams, int appends, int accounts, Duration pause) {
    /** Sixteen clients without rest. */
    public static final Mix DEFAULT = new Mix(16, 10, 64, 8, Duration.ZERO);

    public Mix {
        if (clients < 1 || liveStreams < 1 || appends < 1 || accounts < 2 || pause.isNegative()) {
            throw new IllegalArgumentException("clients " + clients + ", live streams " + liveStreams + ", appends "
                    + appends + ", accounts " + accounts + ", pause " + pause);
        }
    }

    /** The same with so many clients. */
    public Mix withClients(int count) {
        return new Mix(count, liveStreams, appends, accounts, pause);
    }

    /** The same with so many streams. */
    public Mix withLiveStreams(int count) {
        return new Mix(clients, count, appends, accounts, pause);
    }

    /** The same with streams that are as long as this at least. */
    public Mix withAppends(int count) {
        return new Mix(clients, liveStreams, count, accounts, pause);
    }
}
