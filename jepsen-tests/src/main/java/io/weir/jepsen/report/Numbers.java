package io.weir.jepsen.report;

import java.util.Locale;

/** Numbers for people, the same in every country. */
final class Numbers {
    private Numbers() {}

    /** A coordinate, to a tenth, without a zero behind the point. */
    static String tenths(double coordinate) {
        long tenths = Math.round(coordinate * 10);
        String sign = tenths < 0 ? "-" : "";
        long size = Math.abs(tenths);
        return sign + size / 10 + (size % 10 == 0 ? "" : "." + size % 10);
    }

    static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /** With a noun, which gets an s unless it is one. */
    static String count(long count, String noun) {
        return count(count) + " " + noun + (count == 1 ? "" : "s");
    }

    /** Operations a second. */
    static String rate(double rate) {
        return String.format(Locale.ROOT, rate < 10 ? "%,.1f" : "%,.0f", rate);
    }

    /** A time, to three digits or so. */
    static String duration(long ns) {
        if (ns < 1_000) {
            return ns + " ns";
        } else if (ns < 1_000_000) {
            return scaled(ns / 1e3) + " µs";
        } else if (ns < 1_000_000_000) {
            return scaled(ns / 1e6) + " ms";
        } else if (ns < 120_000_000_000L) {
            return scaled(ns / 1e9) + " s";
        }
        long seconds = ns / 1_000_000_000;
        return seconds < 7_200
                ? seconds / 60 + " min " + seconds % 60 + " s"
                : seconds / 3_600 + " h " + seconds / 60 % 60 + " min";
    }

    /** When: exact enough to find it in a history. */
    static String time(long ns) {
        return ns < 1_000_000_000 ? duration(ns) : String.format(Locale.ROOT, "%,.3f s", ns / 1e9);
    }

    private static String scaled(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
    }

    /** The beginning of a text that may be long. */
    static String shortened(String text, int maxChars) {
        return text.length() <= maxChars
                ? text
                : text.substring(0, maxChars) + "… (" + count(text.length() - maxChars) + " more characters)";
    }
}
