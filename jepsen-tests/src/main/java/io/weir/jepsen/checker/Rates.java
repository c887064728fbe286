package io.weir.jepsen.checker;

import io.weir.jepsen.history.History;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many operations of a history ended how: a run that did little, or does not know what it did, proves little. Linear.
 *
 * @param byName of each kind of operation
 * @param all of all together
 * @param seconds from the first line to the last
 */
public record Rates(Map<String, Counts> byName, Counts all, double seconds) {
    /** More operations in doubt, of a hundred, make a run void. */
    public static final int MAX_INFO_PERCENT = 10;

    /**
     * How operations ended.
     *
     * @param invoked how many there were
     * @param ok that took effect
     * @param fail that took none
     * @param info that are in doubt, or have not ended
     */
    public record Counts(long invoked, long ok, long fail, long info) {
        private Counts plus(Calls calls, int call) {
            return new Counts(
                    invoked + 1,
                    ok + (calls.isOk(call) ? 1 : 0),
                    fail + (calls.isFailed(call) ? 1 : 0),
                    info + (calls.isInDoubt(call) ? 1 : 0));
        }

        /** For people. */
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%,d ok, %,d fail, %,d info", ok, fail, info);
        }
    }

    /** Those of a history. */
    public static Rates of(History history) {
        Calls calls = new Calls(history);
        Counts none = new Counts(0, 0, 0, 0);
        Map<String, Counts> byName = new LinkedHashMap<>();
        Counts all = none;
        for (int call = 0; call < calls.count(); call++) {
            String name = calls.operation(call).name();
            byName.put(name, byName.getOrDefault(name, none).plus(calls, call));
            all = all.plus(calls, call);
        }
        int size = history.size();
        double seconds = size == 0
                ? 0
                : (history.line(size - 1).timeNs() - history.line(0).timeNs()) / 1e9;
        return new Rates(byName, all, seconds);
    }

    /** Operations that took effect, a second; 0 if no time passed. */
    public double okPerSecond() {
        return seconds <= 0 ? 0 : all.ok() / seconds;
    }

    /**
     * Why the run is void; null if it is not.
     *
     * @param least operations that must have taken effect a second; 0: any number above none
     */
    public @Nullable String voidBecause(double least) {
        if (all.ok() == 0) {
            return "void: nothing took effect";
        }
        if (all.info() * 100 > all.invoked() * MAX_INFO_PERCENT) {
            return String.format(
                    Locale.ROOT,
                    "void: %,d of %,d operations are in doubt, more than %d %%",
                    all.info(),
                    all.invoked(),
                    MAX_INFO_PERCENT);
        }
        if (least > 0 && okPerSecond() < least) {
            return String.format(
                    Locale.ROOT, "void: %.1f operations a second took effect, less than %.1f", okPerSecond(), least);
        }
        return null;
    }
}
