package io.weir.benchmarks.page;

import java.util.ArrayList;
import java.util.List;

/** Bars from zero, a row each, with the figure beside it and a line from the least to the most of the rounds. For one thread. */
public final class BarChart {
    /** How a bar looks. */
    public enum Tone {
        /** What the page is about. */
        MAIN,
        /** What it is compared with. */
        OTHER
    }

    private record Bar(String name, double value, double least, double most, Tone tone, String note) {}

    private final String what;
    private final String unit;
    private final List<Bar> bars = new ArrayList<>();

    /**
     * An empty chart.
     *
     * @param what for those who do not see it
     * @param unit below the axis
     */
    public BarChart(String what, String unit) {
        this.what = what;
        this.unit = unit;
    }

    /** Adds a bar for the median of values, one or more. */
    public BarChart bar(String name, double value, List<Double> rounds, Tone tone, String note) {
        double least = rounds.stream().mapToDouble(each -> each).min().orElse(value);
        double most = rounds.stream().mapToDouble(each -> each).max().orElse(value);
        bars.add(new Bar(name, value, least, most, tone, note));
        return this;
    }

    /** Draws it; nothing if there is nothing to draw. */
    public void write(Html page) {
        if (bars.isEmpty()) {
            return;
        }
        List<Bar> shown = bars.subList(0, Math.min(Rows.MAX, bars.size()));
        double most = shown.stream()
                .mapToDouble(bar -> Math.max(bar.value(), bar.most()))
                .filter(Double::isFinite)
                .max()
                .orElse(1);
        int figures = shown.stream().mapToInt(bar -> figure(bar).length()).max().orElse(0);
        Rows rows = new Rows(shown.stream().map(Bar::name).toList(), figures, Scale.fromZero(most, 4), unit);
        rows.open(page, what);
        for (int row = 0; row < shown.size(); row++) {
            Bar bar = shown.get(row);
            rows.name(page, row, bar.name());
            double y = rows.middle(row);
            page.raw("<rect class=\"bar " + (bar.tone() == Tone.MAIN ? "main" : "other") + "\"")
                    .at("x", rows.left)
                    .at("y", y - 8)
                    .at("width", rows.x(bar.value()) - rows.left)
                    .at("height", 16)
                    .raw("/>");
            if (bar.least() < bar.most()) {
                Whisker.across(page, rows.x(bar.least()), rows.x(bar.most()), y);
            }
            rows.figure(page, row, figure(bar));
        }
        rows.close(page, bars.size());
    }

    private static String figure(Bar bar) {
        return Numbers.figure(bar.value()) + (bar.note().isEmpty() ? "" : "  " + bar.note());
    }
}
