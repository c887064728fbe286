package io.weir.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.jepsen.history.History;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The checker against the definition: tiny histories, of which every serial order is tried. */
class ListAppendCheckerProperties {
    /** Both ways: nothing that is strictly serializable is called an anomaly, and nothing else passes. */
    @Property(tries = 20_000)
    void agreesWithTheDefinition(@ForAll long seed) {
        History history = tiny(seed);
        Verdict verdict = ListAppendChecker.check(history);
        assertThat(verdict.isValid())
                .as("seed %d%n%s%n%s", seed, history, verdict.report())
                .isEqualTo(SerialOrders.exists(history));
    }

    @Property(tries = 200)
    void saysTheSameAgain(@ForAll long seed) {
        History history = tiny(seed);
        assertThat(ListAppendChecker.check(history)).isEqualTo(ListAppendChecker.check(history));
    }

    /** A few transactions of an engine of some kind, changed up to four times. */
    static History tiny(long seed) {
        Random random = new Random(seed);
        Histories.Size size = new Histories.Size(
                2 + random.nextInt(4), 1 + random.nextInt(4), 1 + random.nextInt(3), 1 + random.nextInt(4));
        History history = Edits.withoutRevisions(Histories.of(seed, engine(random), size));
        for (int i = random.nextInt(5); i > 0; i--) {
            history = Corruption.corrupt(history, random);
        }
        return history;
    }

    private static Engine engine(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> new SnapshotEngine();
            case 1 -> new ReadCommittedEngine();
            case 2 -> new LaggingEngine(random.nextLong(), random.nextBoolean());
            default -> new SerialEngine();
        };
    }
}
