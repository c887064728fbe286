package io.weir.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.jepsen.history.HistoryFile;
import io.weir.jepsen.history.Workload;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Stores of which theory knows what they allow: their histories show that, and nothing else.
 * {@code -Dweir.checker.seeds=300000} makes more of them.
 */
class WorkloadSimulation {
    private static final int SEEDS = Integer.getInteger("weir.checker.seeds", 10_000);

    @ParameterizedTest
    @EnumSource(names = "LIST_APPEND", mode = EnumSource.Mode.EXCLUDE)
    void aSerialStoreHasNoAnomalies(Workload workload) {
        for (long seed = 0; seed < SEEDS; seed++) {
            HistoryFile file = serial(workload, seed);
            Verdict verdict = WorkloadSimulation.judge(file);
            assertThat(verdict.isValid())
                    .as("seed %d%n%s%n%s", seed, file.history(), verdict.report())
                    .isTrue();
        }
    }

    /** Void runs are another matter. */
    static Verdict judge(HistoryFile file) {
        Verdict verdict = Judgement.of(file, null, 0).verdict();
        return new Verdict(
                verdict.anomalies(),
                verdict.unlisted(),
                verdict.doubts().stream()
                        .filter(doubt -> !doubt.startsWith("void"))
                        .toList());
    }

    /** A small history of a store that keeps its promises. */
    static HistoryFile serial(Workload workload, long seed) {
        Random random = new Random(~seed);
        int operations = 5 + random.nextInt(45);
        int clients = 2 + random.nextInt(6);
        return Interleaving.of(seed, store(workload, seed), operations, clients, random.nextInt(4));
    }

    private static SerialStore store(Workload workload, long seed) {
        return switch (workload) {
            case LIST_APPEND -> throw new IllegalArgumentException("see EngineSimulation");
            case CONDITIONAL -> new ConditionalStore(seed, 1 + (int) Math.floorMod(seed, 3L), seed % 2 == 0);
            case BANK -> new BankStore(seed);
            case SET -> new ReplicatedStore(seed, true, false);
            case LOG -> new ReplicatedStore(seed, seed % 2 == 0, true);
        };
    }

    @Test
    void aReplicaThatLagsIsStaleAndNothingElse() {
        Map<AnomalyKind, Integer> found = new EnumMap<>(AnomalyKind.class);
        for (long seed = 0; seed < 1_000; seed++) {
            SerialStore store = new ReplicatedStore(seed, true, false).lagging();
            judge(Interleaving.of(seed, store, 50, 5, 1)).kinds().forEach(kind -> found.merge(kind, 1, Integer::sum));
        }
        assertThat(found).containsOnlyKeys(AnomalyKind.STALE_READ);
        assertThat(found.get(AnomalyKind.STALE_READ)).isGreaterThan(500);
    }
}
