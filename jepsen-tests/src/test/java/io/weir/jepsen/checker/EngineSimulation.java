package io.weir.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.jepsen.history.History;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

/** Stores of which theory knows what they allow: their histories show that, and nothing else. */
class EngineSimulation {
    private static final int SERIAL_SEEDS = 10_000;
    private static final int OTHER_SEEDS = 1_000;

    /** Of a thousand small histories; a checker that sees only a few of them would be of no use. */
    private static final int MIN_FOUND = 50;

    @Test
    void aSerialOneHasNoAnomalies() {
        for (long seed = 0; seed < SERIAL_SEEDS; seed++) {
            History history = Histories.random(seed);
            Verdict verdict = ListAppendChecker.check(history);
            assertThat(verdict.isValid())
                    .as("seed %d%n%s%n%s", seed, history, verdict.report())
                    .isTrue();
        }
    }

    @Test
    void snapshotIsolationAllowsWriteSkewOnly() {
        Map<AnomalyKind, Integer> found = kinds(seed -> new SnapshotEngine());
        assertThat(found.keySet()).isSubsetOf(AnomalyKind.G2, AnomalyKind.G2_PROCESS, AnomalyKind.G2_REALTIME);
        assertThat(found.get(AnomalyKind.G2)).isGreaterThan(MIN_FOUND);
    }

    @Test
    void readCommittedLosesUpdates() {
        Map<AnomalyKind, Integer> found = kinds(seed -> new ReadCommittedEngine());
        assertThat(found.get(AnomalyKind.LOST_UPDATE)).isGreaterThan(MIN_FOUND);
        assertThat(found.get(AnomalyKind.G_SINGLE)).isGreaterThan(MIN_FOUND);
        assertThat(found)
                .as("only what is committed is read")
                .doesNotContainKeys(
                        AnomalyKind.G1A, AnomalyKind.G1B, AnomalyKind.G1C, AnomalyKind.G0, AnomalyKind.LOST);
    }

    @Test
    void aReplicaThatLagsIsSerializableButNotInRealTime() {
        Map<AnomalyKind, Integer> found = kinds(seed -> new LaggingEngine(seed, true));
        assertThat(found.keySet()).allMatch(AnomalyKind::isOfRealTime);
        assertThat(found.get(AnomalyKind.G_SINGLE_REALTIME)).isGreaterThan(MIN_FOUND);
    }

    @Test
    void withoutSessionsItLetsClientsGoBackInTime() {
        Map<AnomalyKind, Integer> found = kinds(seed -> new LaggingEngine(seed, false));
        assertThat(found.keySet()).allMatch(kind -> kind.isOfProcess() || kind.isOfRealTime());
        assertThat(found.get(AnomalyKind.G_SINGLE_PROCESS)).isGreaterThan(MIN_FOUND);
    }

    /** In how many histories each kind was found. */
    private static Map<AnomalyKind, Integer> kinds(LongFunction<Engine> engines) {
        Map<AnomalyKind, Integer> found = new EnumMap<>(AnomalyKind.class);
        for (long seed = 0; seed < OTHER_SEEDS; seed++) {
            Histories.Size size = Histories.Size.random(new Random(seed));
            History history = Histories.of(seed, engines.apply(seed), size);
            ListAppendChecker.check(history).kinds().forEach(kind -> found.merge(kind, 1, Integer::sum));
        }
        return found;
    }
}
