package io.weir.peers;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.weir.benchmarks.Latencies;
import org.jspecify.annotations.Nullable;

/**
 * One round of one peer.
 *
 * @param count events or transactions that were acknowledged
 * @param perSecond of them
 * @param latency null if none were taken
 * @param cpuNanos processor time of the peer's processes
 * @param clientCpuNanos processor time of this process; null if it is the peer's
 * @param writtenBytes to the disk, by anybody, until nothing was left in the page cache; null if the system does not tell
 * @param idleShare which part of all processors the other peers took, which had nothing to do: 0 to 1
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record RoundFigures(
        long count,
        double perSecond,
        Latencies.@Nullable Summary latency,
        long cpuNanos,
        @Nullable Long clientCpuNanos,
        @Nullable Long writtenBytes,
        double idleShare) {}
