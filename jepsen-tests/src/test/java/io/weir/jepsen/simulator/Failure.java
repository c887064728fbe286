package io.weir.jepsen.simulator;

import io.weir.jepsen.simulator.SimulatedRun.Result;

/** What a run that went wrong says. */
final class Failure {
    private Failure() {}

    /** The seed, all that happened, what is wrong, and how to see it again. */
    static String text(Result result) {
        return "seed " + result.seed() + "\n" + String.join("\n", result.schedule()) + "\nseed " + result.seed()
                + ", after "
                + result.events() + " events: " + result.broken()
                + "\nagain: mvn -pl jepsen-tests -am test -Dtest=TransactionSimulation"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dweir.simulator.seed=" + result.seed();
    }
}
