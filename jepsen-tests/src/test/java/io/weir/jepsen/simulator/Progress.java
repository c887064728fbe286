package io.weir.jepsen.simulator;

import io.weir.jepsen.history.History;
import io.weir.jepsen.history.Line;
import io.weir.jepsen.history.LineType;
import io.weir.jepsen.simulator.SimulatedRun.Result;
import org.jspecify.annotations.Nullable;

/** Runs that nothing disturbs, in which everybody wants the same: all of it has to be done, soon, and in order. */
@SuppressWarnings("ImmutableEnumChecker") // a record of numbers, and functions without state
enum Progress {
    /** Two that take the same two streams, each beginning at its own home. */
    OPPOSITE_ORDER(Weather.calm(2, 2, 1, 1, 4), Workload.appending(0, 1), 1_000),
    /** Many on one hot stream. */
    HOT_STREAM(
            Weather.calm(4, 6, 1, 4, 4),
            (world, client, notebook, next) -> {
                int other = 1 + 2 * world.random().nextInt(2);
                return new WriteOperation(world, client, notebook, next, new WritePlan(world, 0, other));
            },
            8_000),
    /** Pipelines on a stream that transactions lock again and again. */
    PIPELINES(
            Weather.calm(2, 3, 4, 5, 0),
            (world, client, notebook, next) -> {
                boolean isAcross = world.random().nextInt(4) == 0;
                WritePlan plan = isAcross ? new WritePlan(world, 0, 1) : new WritePlan(world, 0);
                return new WriteOperation(world, client, notebook, next, plan);
            },
            8_000);

    /** Where one of a pipeline meets a lock that is gone for the next, all behind it are sent again. That is rare. */
    private static final int MOST_OUT_OF_ORDER = 40;

    private final Weather weather;
    private final Workload workload;
    private final long withinMs;

    Progress(Weather weather, Workload workload, long withinMs) {
        this.weather = weather;
        this.workload = workload;
        this.withinMs = withinMs;
    }

    /** What is wrong, or null. The longest that an operation took is noted in {@code longestMs}. */
    @Nullable
    Broken broken(long seed, @Nullable Mutant mutant, long[] longestMs) {
        Result result = SimulatedRun.run(seed, weather, workload, mutant, false);
        if (result.broken() != null) {
            return result.broken();
        }
        Integer outOfOrder = result.counts().get("answer: refused OUT_OF_ORDER");
        if (outOfOrder != null && outOfOrder > MOST_OUT_OF_ORDER) {
            return new Broken(Broken.PROGRESS, outOfOrder + " pipelined commands came out of order");
        }
        return late(result.history(), longestMs);
    }

    private @Nullable Broken late(History history, long[] longestMs) {
        for (Line line : history.lines()) {
            if (line.type() != LineType.INVOKE) {
                continue;
            }
            int partner = history.partner(line.index());
            Line end = partner == History.NO_LINE ? null : history.line(partner);
            if (end == null || end.type() != LineType.OK) {
                return new Broken(Broken.PROGRESS, line + " ended as " + end);
            }
            long tookMs = (end.timeNs() - line.timeNs()) / Timeline.NANOS_PER_MS;
            longestMs[0] = Math.max(longestMs[0], tookMs);
            if (tookMs > withinMs) {
                return new Broken(Broken.PROGRESS, line + " took " + tookMs + " ms");
            }
        }
        return null;
    }
}
