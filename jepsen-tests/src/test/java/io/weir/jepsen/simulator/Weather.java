package io.weir.jepsen.simulator;

import java.util.Random;

/**
 * How one run is disturbed, and by how much is asked of it: drawn once, so that some runs are calm and crowded, others a single
 * storm over two transactions. Chances are out of 1, periods are means in milliseconds of virtual time, 0 for never.
 *
 * @param marginMs how long partitions may agree to a transaction after its call's timeout; protocols must hold with any
 * @param slow chance that a message takes up to a second
 * @param stray chance that a message comes again long after anybody waits for it
 * @param late chance that an entry is applied then
 * @param hotStream chance that a write is about one of two streams
 */
record Weather(
        int partitions,
        int nodes,
        int streams,
        int clients,
        int hands,
        int operationsPerHand,
        int maxThinkMs,
        long faultsMs,
        int timeoutMs,
        int marginMs,
        int maxDelayMs,
        double wrongNode,
        double drop,
        double repeat,
        double slow,
        double stray,
        double late,
        double never,
        double twice,
        double lost,
        int crashMs,
        int moveMs,
        int jumpMs,
        int silenceMs,
        int rebuildMs,
        double falseConditions,
        double hotStream,
        long stagedMs,
        long decidedMs,
        int lookMs) {
    /** Weather of any kind. */
    static Weather of(Random random) {
        double storm = random.nextInt(4) == 0 ? 0 : random.nextDouble();
        return new Weather(
                2 + random.nextInt(3),
                2 + random.nextInt(2),
                2 + random.nextInt(7),
                2 + random.nextInt(5),
                1 + random.nextInt(3),
                1 + random.nextInt(8),
                1 + random.nextInt(300),
                2_000 + random.nextInt(8_000),
                300 + random.nextInt(2_000),
                random.nextBoolean() ? 5_000 : random.nextInt(500) - 200,
                1 + random.nextInt(30),
                0.1,
                some(random, storm, 0.15),
                some(random, storm, 0.15),
                some(random, storm, 0.30),
                some(random, storm, 0.05),
                some(random, storm, 0.05),
                some(random, storm, 0.10),
                some(random, storm, 0.10),
                some(random, storm, 0.10),
                period(random, storm, 1_500),
                period(random, storm, 1_500),
                period(random, storm, 400),
                period(random, storm, 1_000),
                period(random, storm, 3_000),
                random.nextDouble() * 0.2,
                random.nextDouble(),
                300 + random.nextInt(1_500),
                300 + random.nextInt(1_500),
                100 + random.nextInt(200));
    }

    /** Nothing is disturbed, and everybody is in a hurry. */
    static Weather calm(int streams, int clients, int hands, int operations, int maxDelayMs) {
        double never = 0;
        return new Weather(
                2,
                3,
                streams,
                clients,
                hands,
                operations,
                2,
                100,
                10_000,
                5_000,
                maxDelayMs,
                never,
                never,
                never,
                never,
                never,
                never,
                never,
                never,
                never,
                0,
                0,
                0,
                0,
                0,
                never,
                1,
                3_000,
                1_000,
                100);
    }

    private static double some(Random random, double storm, double most) {
        return random.nextBoolean() ? 0 : storm * random.nextDouble() * most;
    }

    private static int period(Random random, double storm, int leastMs) {
        return random.nextBoolean() || storm == 0 ? 0 : (int) (leastMs / (0.1 + storm * random.nextDouble()));
    }
}
