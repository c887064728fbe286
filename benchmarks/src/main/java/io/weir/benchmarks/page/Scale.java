package io.weir.benchmarks.page;

import java.util.ArrayList;
import java.util.List;

/**
 * From values to coordinates, and where the ticks are. What lies outside of the scale, as no value should, is drawn at its end.
 *
 * @param low value at the one end
 * @param high value at the other end, above {@code low}
 * @param isLogarithmic whether equal factors are equally long
 * @param ticks values, in order
 */
record Scale(double low, double high, boolean isLogarithmic, List<Double> ticks) {
    private static final double MOST = 1e300;
    private static final double LEAST = 1e-9;

    /** From zero: a bar that begins elsewhere misleads. */
    static Scale fromZero(double most, int maxTicks) {
        double bounded = Math.min(MOST, Double.isNaN(most) || most <= 0 ? 1 : most);
        double step = round(bounded / maxTicks);
        int count = (int) Math.max(1, Math.ceil(bounded / step - 1e-9));
        List<Double> ticks = new ArrayList<>();
        for (int i = 0; i <= count; i++) {
            ticks.add(i * step);
        }
        return new Scale(0, count * step, false, ticks);
    }

    /** Decades, or for a narrow range 1, 2 and 5 of them. */
    static Scale logarithmic(double least, double most) {
        double from = bounded(least);
        double to = Math.max(from, bounded(most));
        boolean isNarrow = to / from < 50;
        int first = (int) Math.floor(Math.log10(from) + 1e-9);
        int last = (int) Math.ceil(Math.log10(to) - 1e-9);
        int stride = Math.max(1, (last - first) / 6);
        List<Double> ticks = new ArrayList<>();
        for (int power = first; power <= Math.max(last, first + 1); power += stride) {
            for (int factor : isNarrow ? new int[] {1, 2, 5} : new int[] {1}) {
                ticks.add(factor * Math.pow(10, power));
            }
        }
        if (isNarrow) {
            // Only as far as it goes: the ticks around the range.
            while (ticks.size() > 2 && ticks.get(1) <= from * (1 + 1e-9)) {
                ticks.remove(0);
            }
            while (ticks.size() > 2 && ticks.get(ticks.size() - 2) >= to * (1 - 1e-9)) {
                ticks.remove(ticks.size() - 1);
            }
        }
        double end = Math.max(ticks.get(ticks.size() - 1), to);
        return new Scale(ticks.get(0), end, true, ticks);
    }

    private static double bounded(double value) {
        return Double.isNaN(value) ? 1 : Math.max(LEAST, Math.min(MOST, value));
    }

    /** The smallest of 1, 2, 5 times a power of ten that is not below. */
    static double round(double least) {
        double power = Math.pow(10, Math.floor(Math.log10(least) + 1e-9));
        for (int factor : new int[] {1, 2, 5}) {
            if (factor * power >= least * (1 - 1e-9)) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    /** Which part of the scale lies below a value: 0 to 1. */
    double part(double value) {
        if (Double.isNaN(value)) {
            return 0;
        }
        double inside = Math.max(low, Math.min(high, value));
        return isLogarithmic
                ? (Math.log10(inside) - Math.log10(low)) / (Math.log10(high) - Math.log10(low))
                : (inside - low) / (high - low);
    }

    /** The coordinate of a value between those of the ends. */
    double at(double value, double from, double to) {
        return from + (to - from) * part(value);
    }
}
