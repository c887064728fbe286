package io.weir.consensus.transfer;

import java.time.Duration;

/**
 * What copies may take of a node. Each member may have its own.
 *
 * @param bytesPerSecond how fast a node sends, all its copies together; at least one chunk a second
 * @param senders copies that a node sends at a time; further callers are told to come again
 * @param longest after this long a copy ends, finished or not: while it is sent, its pages and Raft's log are kept
 * @param silence after this long without a chunk, or without room for one, a copy ends
 */
public record TransferLimits(long bytesPerSecond, int senders, Duration longest, Duration silence) {
    private static final long LEAST_RATE = 256 << 10;

    /** 64 MiB/s leave a disk and a network room for appends; two senders; an hour; 30 seconds. */
    public static final TransferLimits DEFAULT =
            new TransferLimits(64L << 20, 2, Duration.ofHours(1), Duration.ofSeconds(30));

    public TransferLimits {
        if (bytesPerSecond < LEAST_RATE || senders < 1) {
            throw new IllegalArgumentException(
                    senders + " senders at " + bytesPerSecond + " bytes a second: at least one at " + LEAST_RATE);
        }
        if (longest.isNegative() || longest.isZero() || silence.isNegative() || silence.isZero()) {
            throw new IllegalArgumentException(
                    "copies of " + longest + " with pauses of " + silence + ": both must be positive");
        }
    }
}
