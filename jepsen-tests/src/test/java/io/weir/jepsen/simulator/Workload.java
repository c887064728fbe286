package io.weir.jepsen.simulator;

import io.weir.jepsen.history.HistoryRecorder;

/** What clients do, one thing after another. */
@FunctionalInterface
interface Workload {
    /** Of everything something. */
    Workload MIXED = (world, client, notebook, next) -> world.random().nextInt(3) == 0
            ? new ReadOperation(world, client, notebook, next)
            : new WriteOperation(world, client, notebook, next, new WritePlan(world));

    /**
     * The next thing that a hand of a client does.
     *
     * @param next runs when it has ended
     */
    Operation operation(World world, SimulatedClient client, HistoryRecorder.Client notebook, Runnable next);

    /** Appends to each of these streams, all or nothing. */
    static Workload appending(int... streams) {
        return (world, client, notebook, next) ->
                new WriteOperation(world, client, notebook, next, new WritePlan(world, streams));
    }
}
