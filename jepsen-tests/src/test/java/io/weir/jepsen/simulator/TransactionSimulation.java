package io.weir.jepsen.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.jepsen.simulator.SimulatedRun.Result;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Runs of many seeds, in each of which all that the protocol promises has to hold. {@code -Dweir.simulator.seeds=100000} runs as
 * many, {@code -Dweir.simulator.from=N} begins with that one, {@code -Dweir.simulator.seed=N} runs one and prints its schedule and its history as EDN.
 */
class TransactionSimulation {
    private static final int SEEDS = Integer.getInteger("weir.simulator.seeds", 1_500);
    private static final long FROM = Long.getLong("weir.simulator.from", 0);
    private static final long ONE = Long.getLong("weir.simulator.seed", -1);

    /** Where nothing gets through, nothing is found. */
    private static final double LEAST_OPERATIONS = 5;

    /** In so many runs everything in {@link #HAPPEN} comes about, each hundreds of times but for the rarest. */
    private static final int SEEDS_FOR_ALL = 1_000;

    private static final List<String> HAPPEN = List.of(
            "DECIDE: FORGOTTEN_OR_NEVER",
            "DECIDE: NEVER",
            "PREPARE: LOCKED",
            "PREPARE: NO",
            "command: LOCKED",
            "answer: ABORTED CONTENTION",
            "answer: ABORTED EXPIRED",
            "answer: ABORTED FENCED",
            "answer: ABORTED RECOVERED",
            "answer: ABORTED REJECTED",
            "answer: COMMITTED",
            "answer: appended",
            "answer: done",
            "answer: refused FENCED",
            "answer: refused SESSION_EXPIRED",
            "answer: rejected",
            "read under a lock: AGAIN",
            "read under a lock: ANSWER",
            "log time jumps",
            "node dies",
            "replica replays");

    @Test
    void allInvariantsHoldInAllRuns() {
        long startNanos = System.nanoTime();
        long operations = 0;
        long entries = 0;
        long events = 0;
        long transactions = 0;
        Map<String, Integer> counts = new TreeMap<>();
        long first = ONE >= 0 ? ONE : FROM;
        long last = ONE >= 0 ? ONE + 1 : FROM + SEEDS;
        for (long seed = first; seed < last; seed++) {
            Result result = SimulatedRun.run(seed, null, ONE >= 0);
            if (result.broken() != null) {
                Result again = SimulatedRun.run(seed, null, true);
                throw new AssertionError(Failure.text(again));
            }
            if (ONE >= 0) {
                System.out.println(String.join("\n", result.schedule()));
                System.out.println(result.history());
            }
            result.counts().forEach((what, times) -> counts.merge(what, times, Integer::sum));
            operations += result.operations();
            entries += result.entries();
            events += result.events();
            transactions += result.transactions();
        }
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        System.out.printf(
                "%d seeds in %.1f s: %d operations were checked, %d transactions, %d log entries, %d events%n",
                last - first, seconds, operations, transactions, entries, events);
        if (last - first >= SEEDS_FOR_ALL) {
            assertThat(operations / (double) (last - first)).isGreaterThan(LEAST_OPERATIONS);
            assertThat(counts).containsKeys(HAPPEN.toArray(String[]::new));
        }
    }

    @Test
    void aSeedIsARun() {
        Result once = SimulatedRun.run(7, null, true);
        Result again = SimulatedRun.run(7, null, true);
        assertThat(again.schedule()).isEqualTo(once.schedule());
        assertThat(again.history()).isEqualTo(once.history());
    }
}
