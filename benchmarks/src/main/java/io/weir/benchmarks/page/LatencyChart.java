package io.weir.benchmarks.page;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/** Latencies on a logarithmic scale, a row for each measurement: p50, p99, p99.9 and the longest. For one thread. */
public final class LatencyChart {
    private record Row(String name, double p50Ms, double p99Ms, double p999Ms, double maxMs) {
        DoubleStream values() {
            return DoubleStream.of(p50Ms, p99Ms, p999Ms, maxMs).filter(ms -> Double.isFinite(ms) && ms > 0);
        }
    }

    private final String what;
    private final List<Row> rows = new ArrayList<>();

    /** @param what for those who do not see it */
    public LatencyChart(String what) {
        this.what = what;
    }

    /** Adds a row, of milliseconds. */
    public LatencyChart row(String name, double p50Ms, double p99Ms, double p999Ms, double maxMs) {
        rows.add(new Row(name, p50Ms, p99Ms, p999Ms, maxMs));
        return this;
    }

    /** Draws it; nothing if there is nothing to draw. */
    public void write(Html page) {
        if (rows.isEmpty()) {
            return;
        }
        List<Row> shown = rows.subList(0, Math.min(Rows.MAX, rows.size()));
        double least = shown.stream().flatMapToDouble(Row::values).min().orElse(1);
        double most = shown.stream().flatMapToDouble(Row::values).max().orElse(1);
        Rows frame = new Rows(
                shown.stream().map(Row::name).toList(), 0, Scale.logarithmic(least, most), "milliseconds, logarithmic");
        page.raw("<div>");
        legend(page);
        frame.open(page, what);
        for (int i = 0; i < shown.size(); i++) {
            frame.name(page, i, shown.get(i).name());
            draw(page, frame, shown.get(i), frame.middle(i));
        }
        frame.close(page, rows.size());
        page.raw("</div>\n");
    }

    private static void draw(Html page, Rows frame, Row row, double y) {
        double[] ends = row.values().toArray();
        if (ends.length == 0) {
            return;
        }
        page.raw("<line class=\"range\"")
                .at("x1", frame.x(ends[0]))
                .at("x2", frame.x(ends[ends.length - 1]))
                .at("y1", y)
                .at("y2", y)
                .raw("/>");
        double[] all = {row.maxMs(), row.p999Ms(), row.p99Ms(), row.p50Ms()};
        for (int i = 0; i < all.length; i++) {
            if (Double.isFinite(all[i]) && all[i] > 0) {
                mark(page, i, frame.x(all[i]), y);
            }
        }
        page.raw("\n");
    }

    private static void legend(Html page) {
        String[] names = {"max", "p99.9", "p99", "p50"};
        page.raw("<ul class=\"legend\">");
        for (int i = names.length - 1; i >= 0; i--) {
            page.raw("<li><svg width=\"16\" height=\"14\">");
            mark(page, i, 8, 7);
            page.raw("</svg>" + names[i] + "</li>");
        }
        page.raw("</ul>\n");
    }

    private static void mark(Html page, int kind, double x, double y) {
        String at = "translate(" + Numbers.tenths(x) + " " + Numbers.tenths(y) + ")";
        String path = switch (kind) {
            case 0 -> "M-1-6h2v12h-2z";
            case 1 -> "M0-5.5 5.5 4.5h-11z";
            case 2 -> "M0-5.5 5.5 0 0 5.5-5.5 0z";
            default -> "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z";
        };
        page.raw("<path class=\"mark m" + kind + "\" transform=\"" + at + "\" d=\"" + path + "\"/>");
    }
}
