package io.weir.jepsen.simulator;

import io.weir.jepsen.history.HistoryRecorder;
import io.weir.jepsen.history.Step;
import java.util.List;

/** One thing that a client does, from its invocation to its end in the history. */
abstract class Operation {
    private final HistoryRecorder.Client notebook;
    private final Runnable next;
    final World world;
    final SimulatedClient client;
    /** What was known of each stream when this began. */
    private int[] least = new int[0];

    Operation(World world, SimulatedClient client, HistoryRecorder.Client notebook, Runnable next) {
        this.world = world;
        this.client = client;
        this.notebook = notebook;
        this.next = next;
    }

    abstract void begin();

    final void invoke(List<Step> steps) {
        least = world.ledger().acknowledged();
        world.time().note(() -> client + " begins " + steps);
        notebook.invoke(steps, null);
    }

    /** What was known of each stream when this began. */
    final int[] least() {
        return least;
    }

    final void ok(List<Step> steps) {
        world.time().note(() -> client + " ends " + steps);
        notebook.ok(steps);
        next.run();
    }

    final void fail(String why) {
        world.time().note(() -> client + " fails: " + why);
        notebook.fail(why);
        next.run();
    }

    final void info(String why) {
        world.time().note(() -> client + " does not know: " + why);
        notebook.info(why);
        next.run();
    }
}
