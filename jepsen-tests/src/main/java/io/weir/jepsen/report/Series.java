package io.weir.jepsen.report;

import io.weir.jepsen.history.LineType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** How many operations ended how in each step of time, and how long those that took effect had lasted. */
final class Series {
    private static final long SECOND_NS = 1_000_000_000;
    private static final int MAX_STEPS = 600;
    private static final int STEPS_OF_SHORT_RUNS = 60;

    private final long fromNs;
    private final long toNs;
    private final long stepNs;
    private final int steps;
    private final Map<LineType, long[]> ended = new EnumMap<>(LineType.class);
    private final long[][] latencies;

    /** One step of time: the count of each outcome, and the sorted latencies of what took effect. */
    record Step(long fromNs, long toNs, Map<LineType, Long> ended, long[] latencies) {
        /** Operations a second that ended like this. */
        double rate(LineType outcome) {
            return ended.getOrDefault(outcome, 0L) * 1e9 / (toNs - fromNs);
        }

        long middleNs() {
            return fromNs + (toNs - fromNs) / 2;
        }

        /** So much of a hundred is not above; of no latencies: 0. */
        long percentile(int percent) {
            return Series.percentile(latencies, percent);
        }
    }

    Series(List<Call> calls, long fromNs, long toNs) {
        this.fromNs = fromNs;
        this.toNs = Math.max(toNs, fromNs + 1);
        long lengthNs = this.toNs - fromNs;
        long least = lengthNs / (lengthNs < 20 * SECOND_NS ? STEPS_OF_SHORT_RUNS : MAX_STEPS);
        this.stepNs = lengthNs < 20 * SECOND_NS ? Scale.roundUp(least) : Math.max(SECOND_NS, Scale.roundUp(least));
        // Half a step at the end would show twice the noise: it is added to the one before.
        this.steps = (int) Math.max(1, (lengthNs + stepNs / 2) / stepNs);
        this.latencies = new long[steps][];
        int[] oks = new int[steps];
        calls.stream().filter(Call::hasEnded).forEach(call -> {
            int step = step(call.endedNs());
            ended.computeIfAbsent(call.outcome(), outcome -> new long[steps])[step]++;
            oks[step] += call.outcome() == LineType.OK ? 1 : 0;
        });
        for (int step = 0; step < steps; step++) {
            latencies[step] = new long[oks[step]];
        }
        for (Call call : calls) {
            if (call.outcome() == LineType.OK) {
                int step = step(call.endedNs());
                latencies[step][--oks[step]] = call.endedNs() - call.beganNs();
            }
        }
        Arrays.stream(latencies).forEach(Arrays::sort);
    }

    private int step(long ns) {
        return (int) Math.min(steps - 1, (ns - fromNs) / stepNs);
    }

    /** How long each step is; the last one may be half shorter or half longer. */
    long stepNs() {
        return stepNs;
    }

    List<Step> steps() {
        List<Step> all = new ArrayList<>(steps);
        for (int step = 0; step < steps; step++) {
            long began = fromNs + step * stepNs;
            Map<LineType, Long> counts = new EnumMap<>(LineType.class);
            for (Map.Entry<LineType, long[]> outcome : ended.entrySet()) {
                counts.put(outcome.getKey(), outcome.getValue()[step]);
            }
            all.add(new Step(began, step == steps - 1 ? toNs : began + stepNs, counts, latencies[step]));
        }
        return all;
    }

    /** So much of a hundred of sorted numbers is not above this; of none: 0. */
    static long percentile(long[] sorted, int percent) {
        int rank = (int) Math.ceil(sorted.length * percent / 100.0);
        return sorted.length == 0 ? 0 : sorted[Math.max(0, rank - 1)];
    }
}
