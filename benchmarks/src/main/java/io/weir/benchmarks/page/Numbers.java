package io.weir.benchmarks.page;

import java.util.Locale;

/** Numbers for people, the same in every country. */
public final class Numbers {
    private static final double HUGE = 1e15;

    private Numbers() {}

    /** A coordinate, to a tenth, without a zero behind the point. */
    static String tenths(double coordinate) {
        long tenths = Math.round(coordinate * 10);
        return tenths % 10 == 0 ? Long.toString(tenths / 10) : String.format(Locale.ROOT, "%.1f", tenths / 10.0);
    }

    /** Any figure, to three digits at least; {@code none} for what is no number. */
    public static String figure(double value) {
        double size = Math.abs(value);
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return "none";
        } else if (size == 0) {
            return "0";
        } else if (size >= HUGE || size < 0.001) {
            return String.format(Locale.ROOT, "%.2e", value);
        }
        return String.format(
                Locale.ROOT, size >= 99.95 ? "%,.0f" : size >= 9.995 ? "%.1f" : size >= 0.1 ? "%.2f" : "%.4f", value);
    }

    /** A whole number. */
    public static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /** At a tick of an axis: no digit more than it takes. */
    static String tick(double value) {
        if (value == 0) {
            return "0";
        }
        if (Math.abs(value) >= HUGE || Math.abs(value) < 0.000_1) {
            return String.format(Locale.ROOT, "%.0e", value);
        }
        String text = String.format(Locale.ROOT, "%,.4f", value);
        return text.replaceFirst("\\.?0+$", "");
    }
}
