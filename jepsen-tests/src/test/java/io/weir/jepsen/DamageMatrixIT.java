package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.jepsen.DamageMatrix.Case;
import io.weir.jepsen.DamageMatrix.Outcome;
import io.weir.jepsen.DamageMatrix.Target;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files of stopped nodes are damaged: a replica that cannot trust itself says so, steps aside, and rebuilds from its peers,
 * without a human.
 *
 * <p>{@code -Dweir.damage.cases=28} runs the whole matrix and prints it, {@code -Dweir.rig.seed=N} makes the same choices
 * again.
 */
@Timeout(3_600)
class DamageMatrixIT {
    private static final int CASES = Integer.getInteger("weir.damage.cases", 0);

    @TempDir
    Path directory;

    @Test
    void oneDamagedNodeBecomesWhole() throws Exception {
        Tiers.assumeRequested("weir.damage.cases");
        long seed = Rig.seed();
        try (DamageMatrix matrix = new DamageMatrix(directory, seed)) {
            for (Case damage :
                    cases(seed).subList(0, Math.min(CASES, cases(seed).size()))) {
                Outcome outcome = matrix.run(damage);
                print(
                        "| %s | %s | %s | %d | %.1f s |",
                        damage,
                        outcome.movedAside().isEmpty()
                                ? "nothing moved aside"
                                : String.join("; ", outcome.movedAside()),
                        String.join(" > ", outcome.states()),
                        outcome.restarts(),
                        outcome.backMs() / 1e3);
            }
        }
    }

    private static List<Case> cases(long seed) {
        List<Case> all = new ArrayList<>();
        for (Target target : Target.values()) {
            for (Harm harm : Harm.values()) {
                all.add(new Case(target, harm));
            }
        }
        if (CASES < all.size()) {
            Collections.shuffle(all, new Random(seed)); // a sample, another one each time
        }
        return all;
    }

    @Test
    void twoNodesDamagedInDifferentPlacesLoseNothing() throws Exception {
        Tiers.assumeRequested("weir.damage.cases");
        try (DamageMatrix matrix = new DamageMatrix(directory, Rig.seed())) {
            List<String> nodes = matrix.rig().cluster().nodeIds();
            nodes.forEach(matrix::stopHard);
            matrix.damage(nodes.get(0), 0, new Case(Target.PAGES, Harm.TRUNCATE));
            matrix.damage(nodes.get(1), 0, new Case(Target.OLD_SEGMENT, Harm.FLIP));
            matrix.rig().cluster().restart(nodes.get(2));
            Outcome outcome = matrix.start(Map.of(nodes.get(0), 0, nodes.get(1), 0));
            print("store of one node and log of another: %s", outcome);
            matrix.requireWhole();
        }
    }

    @Test
    void twoShortenedLogsRefuseToServe() throws Exception {
        Tiers.assumeRequested("weir.damage.cases");
        try (DamageMatrix matrix = new DamageMatrix(directory, Rig.seed())) {
            List<String> nodes = matrix.rig().cluster().nodeIds();
            nodes.forEach(matrix::stopHard);
            for (String node : nodes.subList(0, 2)) {
                matrix.damage(node, 0, new Case(Target.OPEN_SEGMENT, Harm.TRUNCATE));
            }
            nodes.forEach(matrix.rig().cluster()::restart);
            matrix.requireNoService(0, Duration.ofSeconds(20));
            for (String node : nodes.subList(0, 2)) {
                print("two shortened logs, %s: %s", node, matrix.reason(node, 0));
            }
        }
    }

    @Test
    void theFollowersOfADamagedLeaderStay() throws Exception {
        Tiers.assumeRequested("weir.damage.cases");
        try (DamageMatrix matrix = new DamageMatrix(directory, Rig.seed())) {
            String leader = matrix.rig().awaitLeader(0);
            matrix.stopHard(leader);
            matrix.damage(leader, 0, new Case(Target.PAGES, Harm.ZERO_PAGE));
            Outcome outcome = matrix.start(Map.of(leader, 0));
            assertThat(outcome.movedAside()).allMatch(moved -> moved.startsWith(leader + ":"));
            print("a damaged leader: %s", outcome);
            matrix.requireWhole();
        }
    }

    private static void print(String format, Object... values) {
        System.out.printf(Locale.ROOT, "DamageMatrixIT: " + format + "%n", values);
    }
}
