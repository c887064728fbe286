package io.weir.benchmarks;

import java.util.Locale;

/** The lines of a report for people: a name, and what was found out. */
public final class ReportTable {
    private final StringBuilder lines = new StringBuilder();

    /** Adds a line. */
    public ReportTable line(String name, String format, Object... values) {
        lines.append(String.format(Locale.ROOT, "%-10s", name))
                .append(String.format(Locale.ROOT, format, values))
                .append(System.lineSeparator());
        return this;
    }

    /** Adds a line of latencies. */
    public ReportTable latencies(String name, Latencies.Summary of) {
        return line(
                name,
                "p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, max %.2f ms, of %,d",
                of.p50Ms(),
                of.p99Ms(),
                of.p999Ms(),
                of.maxMs(),
                of.count());
    }

    @Override
    public String toString() {
        return lines.toString();
    }
}
