package io.weir.jepsen;

import io.weir.jepsen.KillRounds.Point;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * One node of three is killed at the worst moments: in the middle of applying, of a checkpoint, of an exchange of stores.
 *
 * <p>{@code -Dweir.kill.rounds=100} for a recorded run, in which every point has its turn again and again, between kills at
 * random moments; {@code -Dweir.rig.seed=N} for the same choices again.
 */
@Timeout(7_200)
class KillRoundsIT {
    private static final int ROUNDS = Integer.getInteger("weir.kill.rounds", 3);

    @TempDir
    Path directory;

    @Test
    void aReplicaThatIsKilledAnywhereComesBackEqual() throws Exception {
        long seed = Rig.seed();
        List<Point> points = new ArrayList<>(KillRounds.POINTS);
        Collections.shuffle(points, new Random(seed));
        try (KillRounds rounds = new KillRounds(directory, seed)) {
            for (int round = 1; round <= ROUNDS; round++) {
                boolean isAtPoint = round % 3 != 0;
                print(
                        "round %d: %s",
                        round, isAtPoint ? rounds.at(points.get(round % points.size())) : rounds.atRandom());
            }
            print("%d rounds, seed %d: %,d acknowledged, 0 lost, digests equal", ROUNDS, seed, rounds.checkAll());
        }
    }

    private static void print(String format, Object... values) {
        System.out.printf(Locale.ROOT, "KillRoundsIT: " + format + "%n", values);
    }
}
