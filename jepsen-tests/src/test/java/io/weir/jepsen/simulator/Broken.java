package io.weir.jepsen.simulator;

/**
 * A rule that did not hold.
 *
 * @param invariant its number in {@code docs/internals/transactions.md}; 0 if something failed that never may
 * @param text what was seen
 */
record Broken(int invariant, String text) {
    static final int FAILURE = 0;
    static final int ONE_FATE = 1;
    static final int DECISION_STAYS = 2;
    static final int LOCKS = 3;
    static final int LATE_PREPARE = 4;
    static final int HALF = 5;
    static final int DENSE = 6;
    static final int SAME_ANSWER = 7;
    static final int MISSED = 8;
    static final int FALSE_NO = 9;
    static final int LEFT_OVER = 10;
    static final int ORDER = 11;
    static final int FALSE_REJECTION = 12;
    /** Of the simulator alone: replicas agree. */
    static final int DIVERGED = 13;
    /** Of the simulator alone: what nothing disturbs ends soon, and in order. */
    static final int PROGRESS = 14;
    /** What is restored from a cut has of each transaction all or nothing, and what was acknowledged before. */
    static final int CUT = 15;

    @Override
    public String toString() {
        return "invariant " + invariant + ": " + text;
    }
}
