package io.weir.peers;

import java.time.Duration;

/**
 * The course of a comparison.
 *
 * @param warmup how long each peer works before anything is measured
 * @param rounds how many rounds each peer has
 * @param roundDuration of a round; but
 * @param latencyDuration of a round of latencies
 * @param latencyRate appends a second in it
 * @param isOneAtATime whether a peer is ended before the next one starts
 */
record Plan(
        Duration warmup,
        int rounds,
        Duration roundDuration,
        Duration latencyDuration,
        long latencyRate,
        boolean isOneAtATime) {}
