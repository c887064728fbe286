package io.weir.benchmarks.costs;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.LongSupplier;

/** What a thread has used up. Counters of the thread alone: whatever else the machine does changes them little or not at all. */
final class Meter {
    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Meter() {}

    /** Bytes that a thread has put on the heap so far. */
    static long allocatedBytes(long threadId) {
        return THREADS.getThreadAllocatedBytes(threadId);
    }

    /** Processor time that a thread has had so far. */
    static long cpuNanos(long threadId) {
        return THREADS.getThreadCpuTime(threadId);
    }

    /**
     * What one kind of work costs to what another one does: the median of the ratios of short rounds, in each of which both have
     * their turn. A moment in which the machine is slower hits both, or one round of many.
     */
    static double medianRatio(int rounds, LongSupplier cost, LongSupplier beside) {
        double[] ratios = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            double one = cost.getAsLong();
            ratios[i] = one / beside.getAsLong();
        }
        Arrays.sort(ratios);
        return ratios[rounds / 2];
    }

    /** Shows a figure if it is wanted: {@code -Dweir.costs.print=1}. Bounds are made of these. */
    static double shown(String what, double figure) {
        if (Integer.getInteger("weir.costs.print", 0) > 0) {
            System.out.printf(Locale.ROOT, "%s: %.3f%n", what, figure);
        }
        return figure;
    }
}
