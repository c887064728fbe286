package io.weir.peers;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.weir.benchmarks.Latencies;
import io.weir.benchmarks.Pipeline;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one peer did in one contest.
 *
 * @param peer its name
 * @param perSecond events or transactions a second, median of the rounds
 * @param least of the rounds
 * @param most of the rounds
 * @param latency of all rounds; null if none were taken
 * @param cpuMicros processor time of its processes for each event or transaction, in microseconds
 * @param clientCpuMicros the same of this process; null if it is the peer's
 * @param writtenBytes to the disk for each event or transaction, by anybody; null if the system does not tell
 * @param residentMib the most that its processes had in memory, all together; null if the system does not tell
 * @param idleShare which part of all processors the other peers took meanwhile, 0 to 1, the most of any round
 * @param weirBy null for Weir itself, and if Weir was not measured
 * @param rounds in their order
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Figures(
        String peer,
        double perSecond,
        double least,
        double most,
        Latencies.@Nullable Summary latency,
        @Nullable Double cpuMicros,
        @Nullable Double clientCpuMicros,
        @Nullable Double writtenBytes,
        @Nullable Double residentMib,
        double idleShare,
        @Nullable Ratios weirBy,
        List<RoundFigures> rounds) {
    /**
     * Sums up.
     *
     * @param rounds one or more
     * @param latency of all rounds
     * @param residentKib negative if the system does not tell
     */
    static Figures of(String peer, List<RoundFigures> rounds, Latencies.@Nullable Summary latency, long residentKib) {
        List<Double> rates =
                rounds.stream().map(RoundFigures::perSecond).sorted().toList();
        return new Figures(
                peer,
                Pipeline.median(rates),
                rates.get(0),
                rates.get(rates.size() - 1),
                latency,
                each(rounds, round -> round.cpuNanos() / 1e3),
                each(rounds, round -> round.clientCpuNanos() == null ? null : round.clientCpuNanos() / 1e3),
                each(rounds, round -> round.writtenBytes() == null ? null : (double) round.writtenBytes()),
                residentKib < 0 ? null : residentKib / 1024.0,
                rounds.stream().mapToDouble(RoundFigures::idleShare).max().orElse(0),
                null,
                List.copyOf(rounds));
    }

    Figures withRatios(Ratios ratios) {
        return new Figures(
                peer,
                perSecond,
                least,
                most,
                latency,
                cpuMicros,
                clientCpuMicros,
                writtenBytes,
                residentMib,
                idleShare,
                ratios,
                rounds);
    }

    /** The sum over all rounds for each event of all rounds; null if a round lacks it or nothing was done. */
    private static @Nullable Double each(List<RoundFigures> rounds, Function<RoundFigures, @Nullable Double> amountOf) {
        long events = 0;
        double sum = 0;
        for (RoundFigures round : rounds) {
            Double amount = amountOf.apply(round);
            if (amount == null) {
                return null;
            }
            sum += amount;
            events += round.count();
        }
        return events == 0 ? null : sum / events;
    }
}
