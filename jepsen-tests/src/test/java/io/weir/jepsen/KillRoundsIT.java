package io.weir.jepsen;

import io.weir.jepsen.KillRounds.Point;
import io.weir.jepsen.rig.NodeFiles;
import java.nio.file.Files;
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
 * random moments; {@code -Dweir.rig.seed=N} for the same choices again. A cluster lives for ten rounds: copies of what has grown
 * for longer take most of the time.
 */
@Timeout(7_200)
class KillRoundsIT {
    private static final int ROUNDS = Integer.getInteger("weir.kill.rounds", 1);
    private static final int ROUNDS_OF_A_CLUSTER = 10;

    @TempDir
    Path directory;

    private final long seed = Rig.seed();
    private final List<Point> points = new ArrayList<>(KillRounds.POINTS);

    @Test
    void aReplicaThatIsKilledAnywhereComesBackEqual() throws Exception {
        Collections.shuffle(points, new Random(seed));
        long acknowledged = 0;
        for (int done = 0; done < ROUNDS; done += ROUNDS_OF_A_CLUSTER) {
            Path cluster = Files.createDirectory(directory.resolve("cluster-" + done));
            acknowledged += run(cluster, done + 1, Math.min(ROUNDS, done + ROUNDS_OF_A_CLUSTER));
            NodeFiles.remove(cluster);
        }
        print("%d rounds, seed %d: %,d acknowledged, 0 lost, digests equal", ROUNDS, seed, acknowledged);
    }

    private long run(Path cluster, int first, int last) throws Exception {
        try (KillRounds rounds = new KillRounds(cluster, seed + first)) {
            for (int round = first; round <= last; round++) {
                boolean isAtPoint = round % 3 != 0;
                print(
                        "round %d: %s",
                        round, isAtPoint ? rounds.at(points.get(round % points.size())) : rounds.atRandom());
            }
            return rounds.checkAll();
        }
    }

    private static void print(String format, Object... values) {
        System.out.printf(Locale.ROOT, "KillRoundsIT: " + format + "%n", values);
    }
}
