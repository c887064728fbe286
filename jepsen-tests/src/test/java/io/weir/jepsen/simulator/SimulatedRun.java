package io.weir.jepsen.simulator;

import io.weir.jepsen.checker.ListAppendChecker;
import io.weir.jepsen.checker.Verdict;
import io.weir.jepsen.history.History;
import io.weir.jepsen.history.HistoryRecorder;
import io.weir.jepsen.history.LineType;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** One run: a world is disturbed, comes to rest, and is judged. The same seed is the same run. */
final class SimulatedRun {
    /** Within so long after the last mishap nothing is locked, and all is decided and forgotten. */
    private static final long SETTLED_WITHIN_MS = 30_000;

    /** The longest that something strays, or is applied late. */
    private static final long STRAYS_MS = 31_000;

    private static final long FOREVER_MS = 3_000_000;
    private static final long LONG_JUMP_MS = 70_000;
    private static final int CUT_MS = 300;
    private static final long FAR_MS = 1_000_000;

    private final World world;
    private final Random random;
    private final Weather weather;

    /**
     * What came of a run.
     *
     * @param broken the first rule that did not hold, or null
     * @param schedule what happened, if notes were taken
     * @param operations in the history that were answered
     * @param entries applied in all partitions
     * @param counts how often some things happened
     */
    record Result(
            long seed,
            @Nullable Broken broken,
            List<String> schedule,
            History history,
            int operations,
            long events,
            long entries,
            int transactions,
            Map<String, Integer> counts) {}

    private SimulatedRun(
            long seed, @Nullable Weather chosen, Workload workload, @Nullable Mutant mutant, boolean isNoted) {
        random = new Random(seed * 0x9E3779B97F4A7C15L);
        weather = chosen == null ? Weather.of(random) : chosen;
        world = new World(random, weather, workload, mutant, isNoted);
    }

    /** As {@link #run}, and the cluster is saved again and again. */
    static Result withCuts(long seed, @Nullable Mutant mutant, boolean isNoted) {
        SimulatedRun run = new SimulatedRun(seed, null, Workload.MIXED, mutant, isNoted);
        run.every(CUT_MS, run::cut);
        return run.run(seed);
    }

    /** Saves the cluster; a leader may change meanwhile. */
    private void cut() {
        new SimulatedCut(world).begin();
        if (random.nextInt(6) == 0) {
            world.time().afterMs(random.nextInt(CUT_MS / 4), () -> {
                if (!world.isCalm()) {
                    move();
                }
            });
        }
    }

    static Result run(long seed, @Nullable Mutant mutant, boolean isNoted) {
        return new SimulatedRun(seed, null, Workload.MIXED, mutant, isNoted).run(seed);
    }

    static Result run(long seed, Weather weather, Workload workload, @Nullable Mutant mutant, boolean isNoted) {
        return new SimulatedRun(seed, weather, workload, mutant, isNoted).run(seed);
    }

    private Result run(long seed) {
        world.time().note(() -> weather + ", streams " + world.streams());
        try {
            live();
            judge();
        } catch (RuntimeException e) {
            StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace));
            world.broken(Broken.FAILURE, trace.toString());
        }
        History history = world.history().history();
        int operations = (int) history.lines().stream()
                .filter(line -> line.type() == LineType.OK || line.type() == LineType.FAIL)
                .count();
        long entries = world.partitions().stream()
                .mapToLong(SimulatedPartition::entries)
                .sum();
        return new Result(
                seed,
                world.broken(),
                world.time().notes(),
                history,
                operations,
                world.time().happened(),
                entries,
                world.ledger().transactions(),
                world.counts());
    }

    private void live() {
        world.nodes().forEach(SimulatedNode::start);
        world.clients().forEach(SimulatedClient::start);
        disturb();
        runUntil(weather.faultsMs(), false);
        rest();
        runUntil(FOREVER_MS, true);
        boolean strays = weather.stray() + weather.late() + weather.twice() > 0;
        long restMs = strays
                ? Math.max(world.time().nowMs(), weather.faultsMs() + STRAYS_MS)
                : world.time().nowMs();
        runUntil(restMs, false);
    }

    /** Lets time pass; ends early when something is broken, or, if wanted, when all clients are done. */
    private void runUntil(long untilMs, boolean endsWithClients) {
        long untilNanos = untilMs * Timeline.NANOS_PER_MS;
        while (world.broken() == null
                && !(endsWithClients && world.clients().stream().allMatch(SimulatedClient::isDone))
                && world.time().step(untilNanos)) {}
    }

    private void disturb() {
        every(weather.crashMs(), this::crash);
        every(weather.moveMs(), this::move);
        every(weather.jumpMs(), this::jump);
        every(weather.silenceMs(), () -> partition().beSilent(100 + random.nextInt(3_000)));
        every(weather.rebuildMs(), () -> {
            partition().rebuild();
            world.count("replica replays");
        });
    }

    private void every(int periodMs, Runnable mishap) {
        if (periodMs > 0) {
            world.time().afterMs((long) (-Math.log(1 - random.nextDouble()) * periodMs), () -> {
                if (!world.isCalm()) {
                    mishap.run();
                    every(periodMs, mishap);
                }
            });
        }
    }

    private SimulatedPartition partition() {
        return world.partitions().get(random.nextInt(weather.partitions()));
    }

    private void crash() {
        SimulatedNode node = world.nodes().get(random.nextInt(weather.nodes()));
        if (!node.isUp()) {
            return;
        }
        world.time().note(() -> "n" + node.id() + " dies");
        world.count("node dies");
        node.crash();
        for (SimulatedPartition partition : world.partitions()) {
            if (partition.leader() == node) {
                world.time().afterMs(random.nextInt(600), () -> elect(partition));
            }
        }
        world.time().afterMs(50 + random.nextInt(2_000), () -> {
            if (!node.isUp()) {
                world.time().note(() -> "n" + node.id() + " starts");
                node.start();
            }
        });
    }

    /** Gives a partition a leader that lives, if it has none. */
    private void elect(SimulatedPartition partition) {
        List<SimulatedNode> up =
                world.nodes().stream().filter(SimulatedNode::isUp).toList();
        if (up.isEmpty()) {
            world.time().afterMs(100, () -> elect(partition));
        } else if (!partition.leader().isUp()) {
            lead(partition, up.get(random.nextInt(up.size())));
        }
    }

    private void lead(SimulatedPartition partition, SimulatedNode node) {
        world.time().note(() -> "n" + node.id() + " leads p" + partition.number());
        partition.leader().depose(partition.number());
        partition.moveTo(node.id());
    }

    private void move() {
        SimulatedPartition partition = partition();
        SimulatedNode node = world.nodes().get(random.nextInt(weather.nodes()));
        if (node.isUp() && partition.leader() != node) {
            lead(partition, node);
        }
    }

    private void jump() {
        SimulatedPartition partition = partition();
        long ms = random.nextInt(3) == 0 ? LONG_JUMP_MS : 1_000 + random.nextInt(9_000);
        world.time().note(() -> "p" + partition.number() + "'s time is " + ms + " ms further");
        partition.jump(ms);
        world.count("log time jumps");
    }

    /** No mishap from now on: all nodes live, all partitions have leaders. */
    private void rest() {
        world.time().note(() -> "calm");
        world.calm();
        for (SimulatedNode node : world.nodes()) {
            if (!node.isUp()) {
                node.start();
            }
        }
        world.partitions().forEach(this::elect);
    }

    private void judge() {
        settle();
        readAll();
        forget();
        if (world.broken() == null && random.nextInt(4) == 0) {
            world.partitions().forEach(SimulatedPartition::rebuild);
        }
        if (world.broken() == null) {
            Verdict verdict = ListAppendChecker.check(world.history().history());
            if (!verdict.isValid()) {
                world.broken(Broken.ORDER, verdict.report());
            }
        }
    }

    /** Nobody asks for anything any more. */
    private void settle() {
        long boundMs = world.time().nowMs() + SETTLED_WITHIN_MS;
        while (world.broken() == null && unsettled() != null) {
            if (world.time().nowMs() >= boundMs) {
                world.broken(Broken.LEFT_OVER, unsettled() + ", " + SETTLED_WITHIN_MS + " ms after the last mishap");
            }
            runUntil(world.time().nowMs() + 100, false);
        }
    }

    private @Nullable String unsettled() {
        for (SimulatedPartition partition : world.partitions()) {
            String left = partition.audit().unsettled();
            if (left != null) {
                return left;
            }
        }
        return null;
    }

    /** What nobody reads cannot be missed. */
    private void readAll() {
        for (SimulatedPartition partition : world.partitions()) {
            boolean[] isDone = new boolean[1];
            SimulatedClient client = world.clients().get(0);
            HistoryRecorder.Client notebook = world.history().newClient();
            new ReadOperation(world, client, notebook, () -> isDone[0] = true, partition.number()).begin();
            long boundMs = world.time().nowMs() + 2L * weather.timeoutMs();
            while (world.broken() == null && !isDone[0] && world.time().nowMs() < boundMs) {
                runUntil(world.time().nowMs() + 10, false);
            }
        }
    }

    /** When everything is past its expiry, nothing is kept. */
    private void forget() {
        world.partitions().forEach(partition -> partition.jump(FAR_MS));
        for (int i = 0; i < 20 && world.broken() == null && kept() > 0; i++) {
            world.partitions().forEach(partition -> partition.leader().tick(partition));
            runUntil(world.time().nowMs() + 200, false);
        }
        if (world.broken() == null && kept() > 0) {
            world.broken(Broken.LEFT_OVER, kept() + " transactions are kept for ever");
        }
    }

    private int kept() {
        return world.partitions().stream()
                .mapToInt(partition -> partition.audit().kept())
                .sum();
    }
}
