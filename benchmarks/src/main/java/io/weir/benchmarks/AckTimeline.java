package io.weir.benchmarks;

import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How many appends were acknowledged around a kill, in steps of one length. A step is half open, and one begins at the kill.
 *
 * @param fromMs when the first step begins, from the kill: 0 or less
 * @param stepMs length of a step
 * @param acknowledged appends of each step, one step at least
 */
record AckTimeline(int fromMs, int stepMs, List<Integer> acknowledged) {
    static final int STEP_MS = 50;

    private static final long STEP_NS = STEP_MS * 1_000_000L;

    /**
     * Counts; what lies outside is left out. Steps that are not covered whole are none: they would look like a lull.
     *
     * @param killedNs when the kill was
     * @param fromNs since when all acknowledgements are known, at most {@code killedNs}
     * @param toNs until when, at least a step behind {@code killedNs}
     * @param acknowledgedNs when each append was acknowledged, in any order
     */
    static AckTimeline around(long killedNs, long fromNs, long toNs, Collection<Long> acknowledgedNs) {
        int before = (int) ((killedNs - fromNs) / STEP_NS);
        int[] counts = new int[before + (int) ((toNs - killedNs) / STEP_NS)];
        for (long ns : acknowledgedNs) {
            long step = before + Math.floorDiv(ns - killedNs, STEP_NS);
            if (step >= 0 && step < counts.length) {
                counts[(int) step]++;
            }
        }
        return new AckTimeline(
                -before * STEP_MS, STEP_MS, IntStream.of(counts).boxed().toList());
    }
}
