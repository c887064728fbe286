package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.jepsen.DamageMatrix.Outcome;
import io.weir.jepsen.DamageMatrix.Place;
import io.weir.jepsen.Square.Remedy;
import io.weir.jepsen.Square.Target;
import io.weir.jepsen.rig.Harm;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files of nodes are damaged: a replica that cannot trust itself says so, steps aside, and rebuilds from its peers, without a
 * human.
 *
 * <p>Each build takes a few squares of the matrix, four at a time, one on each replica of a node. {@code -Dweir.damage.all=1}
 * takes each square by itself, and the damages that need a cluster of their own; it takes a quarter of an hour and prints the
 * table. {@code -Dweir.rig.seed=N} makes the same choices again.
 */
@Timeout(3_600)
class DamageMatrixIT {
    private static final String ALL = "weir.damage.all";
    private static final int SAMPLED_ROUNDS = 1;

    /** On a machine that has time for it a replica must be whole again within this, without help but one start of its process. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** Checkpoints all the time; closed segments stay for a while behind them. */
    private static final List<String> CHECKPOINTED = List.of(
            "--checkpoint-mib=4",
            "--checkpoint-age=500ms",
            "--keep-log-mib=2",
            "--log-segment-mib=1",
            "--verify-every=1s");

    private final long seed = Rig.seed();
    private final Random random = new Random(seed);

    @TempDir
    Path directory;

    @BeforeEach
    void printSeed() {
        print("seed %d", seed);
    }

    @Test
    void oneDamagedNodeBecomesWhole() throws Exception {
        List<List<Square>> rounds = Integer.getInteger(ALL, 0) > 0
                ? Square.all().stream().map(List::of).toList()
                : sample();
        try (DamageMatrix matrix = new DamageMatrix(directory, seed, CHECKPOINTED, Square::remedies)) {
            for (List<Square> round : rounds) {
                print(matrix.run(round));
            }
            matrix.requireWhole();
            print("%d acknowledged, none lost", matrix.ledger().acknowledged());
        }
    }

    private List<List<Square>> sample() {
        List<Square> all = new ArrayList<>(Square.all());
        Collections.shuffle(all, random);
        List<List<Square>> rounds = new ArrayList<>();
        for (int i = 0; i < SAMPLED_ROUNDS; i++) {
            rounds.add(all.subList(i * Rig.PARTITIONS, (i + 1) * Rig.PARTITIONS));
        }
        return rounds;
    }

    /** Without any checkpoint all of the log is needed. */
    @Test
    void aLogThatTheStoreHasNotIsMissed() throws Exception {
        Tiers.assumeRequested(ALL);
        List<String> never = List.of("--checkpoint-mib=1024", "--checkpoint-age=60m", "--log-segment-mib=1");
        try (DamageMatrix matrix = new DamageMatrix(directory, seed, never, square -> EnumSet.of(Remedy.LOG))) {
            print(matrix.run(Arrays.stream(Harm.values())
                    .map(harm -> new Square(Target.CLOSED_SEGMENT, harm))
                    .toList()));
            matrix.requireWhole();
        }
    }

    @Test
    void twoNodesDamagedInDifferentPlacesLoseNothing() throws Exception {
        Tiers.assumeRequested(ALL);
        try (DamageMatrix matrix = new DamageMatrix(directory, seed, CHECKPOINTED, Square::remedies)) {
            List<String> nodes = shuffled(matrix.rig().cluster().nodeIds());
            List<Place> places = Stream.of(
                            on(nodes, 0, Target.PAGES, Target.OPEN_SEGMENT),
                            on(nodes, 1, Target.CHECKPOINT, Target.PAGES),
                            on(nodes, 2, Target.VOTE, Target.CURRENT),
                            on(nodes, 3, Target.CURRENT, Target.CELL))
                    .flatMap(List::stream)
                    .toList();
            matrix.kill(nodes);
            matrix.damage(places);
            matrix.rig().cluster().restart(nodes.get(2));
            print(matrix.heal(places));
            matrix.requireWhole();
        }
    }

    private List<Place> on(List<String> nodes, int partition, Target first, Target second) {
        return List.of(
                new Place(nodes.get(0), partition, new Square(first, anyHarm())),
                new Place(nodes.get(1), partition, new Square(second, anyHarm())));
    }

    private Harm anyHarm() {
        List<Harm> all = List.of(Harm.values());
        return all.get(random.nextInt(all.size()));
    }

    private List<String> shuffled(List<String> nodes) {
        List<String> shuffled = new ArrayList<>(nodes);
        Collections.shuffle(shuffled, random);
        return shuffled;
    }

    @Test
    void twoShortenedLogsRefuseToServe() throws Exception {
        Tiers.assumeRequested(ALL);
        try (DamageMatrix matrix = new DamageMatrix(directory, seed, CHECKPOINTED, Square::remedies)) {
            List<String> nodes = shuffled(matrix.rig().cluster().nodeIds());
            int partition = random.nextInt(Rig.PARTITIONS);
            Square shortened = new Square(Target.OPEN_SEGMENT, Harm.TRUNCATE);
            List<String> two = nodes.subList(0, 2);
            matrix.kill(nodes);
            matrix.damage(two.stream()
                    .map(node -> new Place(node, partition, shortened))
                    .toList());
            nodes.forEach(matrix.rig().cluster()::restart);
            for (String node : two) {
                String reason = matrix.awaitReason(node, partition, "nobody could take this replica out of the group");
                print("two shortened logs of partition %d, %s: %s", partition, node, reason);
                assertThat(reason).contains("were flushed");
            }
            matrix.requireServiceBeside(partition);
            matrix.requireNoService(partition, Duration.ofSeconds(20));
        }
    }

    @Test
    void theFollowersOfADamagedLeaderStay() throws Exception {
        Tiers.assumeRequested(ALL);
        try (DamageMatrix matrix = new DamageMatrix(directory, seed, CHECKPOINTED, Square::remedies)) {
            for (Harm harm : List.of(Harm.FLIP, Harm.ZERO_PAGE)) {
                int partition = random.nextInt(Rig.PARTITIONS);
                matrix.rig().awaitEqualReplicas(); // and so nobody writes
                String leader = matrix.rig().awaitLeader(partition);
                List<Place> places = List.of(new Place(leader, partition, new Square(Target.PAGES, harm)));
                matrix.damageRunning(places);
                print(matrix.awaitWhole(places));
                matrix.requireWhole();
            }
        }
    }

    private static void print(List<Outcome> outcomes) {
        for (Outcome outcome : outcomes) {
            print(
                    "| %s | %s | %s | %s | %d | %.1f s |",
                    outcome.place().square().row(),
                    outcome.remedies(),
                    outcome.reason(),
                    String.join(" > ", outcome.states()),
                    outcome.restarts(),
                    outcome.backMs() / 1e3);
            assertThat(Integer.getInteger(ALL, 0) > 0 && outcome.backMs() > LIMIT.toMillis())
                    .as("took too long: %s", outcome)
                    .isFalse();
        }
    }

    private static void print(String format, Object... values) {
        System.out.printf(Locale.ROOT, "DamageMatrixIT: " + format + "%n", values);
    }
}
