package io.weir.jepsen.report;

import io.weir.jepsen.history.Line;
import io.weir.jepsen.history.LineType;
import io.weir.jepsen.report.Series.Step;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** Two charts above each other with one time: how many operations ended how a second, and how long they took. */
final class Charts {
    static final double WIDTH = 1200;
    static final double LEFT = 76;
    static final double RIGHT = 1190;
    private static final double RATE_HEIGHT = 180;
    private static final double LATENCY_HEIGHT = 180;
    private static final double BETWEEN = 44;

    private final Material material;
    private final Axis axis;
    private final List<Step> steps;
    private final long stepNs;
    private final Bands bands;
    private final double top;

    Charts(Material material) {
        this.material = material;
        this.axis = new Axis(material.fromNs(), material.toNs(), LEFT, RIGHT);
        Series series = new Series(material.calls(), material.fromNs(), material.toNs());
        this.steps = series.steps();
        this.stepNs = series.stepNs();
        this.bands = new Bands(material.run().faults(), axis);
        this.top = bands.labelHeight() + 4;
    }

    void write(Html page) {
        double latencyTop = top + RATE_HEIGHT + BETWEEN;
        double bottom = latencyTop + LATENCY_HEIGHT;
        page.raw("<ul class=\"legend\">")
                .raw("<li>Rates:</li>")
                .raw(key("ok line", "ok"))
                .raw(key("fail line", "fail"))
                .raw(key("info line", "info, in doubt"))
                .raw("<li>Latencies:</li>")
                .raw(key("p50 line", "median"))
                .raw(key("p99 line", "99 of 100 within"))
                .raw(key("max line", "longest"))
                .raw(
                        "<li><svg width=\"28\" height=\"12\"><rect class=\"band\" width=\"28\" height=\"12\"/></svg>fault</li>")
                .raw(
                        "<li><svg width=\"28\" height=\"12\"><rect class=\"gap\" y=\"4\" width=\"28\" height=\"5\"/></svg>")
                .raw("longest time without any ok</li></ul>\n");
        page.raw("<svg class=\"chart\" role=\"img\" aria-label=\"Operations a second and latencies over time\"");
        page.raw(" viewBox=\"0 0 1200 ").at(bottom + 22).raw("\">\n");
        bands.draw(page, top, bottom);
        rates(page);
        latencies(page, latencyTop);
        finalReads(page, bottom);
        hovers(page, bottom);
        page.raw("</svg>\n<p class=\"note\">Each point is of ")
                .text(Numbers.duration(stepNs))
                .raw("; an operation counts where it ended. Latencies are of those that took effect, on a logarithmic")
                .raw(" scale. Point at a place for its numbers.</p>\n");
    }

    static String key(String classes, String name) {
        return "<li><svg width=\"28\" height=\"12\"><path class=\"" + classes + "\" d=\"M1 6H27\"/></svg>" + name
                + "</li>";
    }

    private void rates(Html page) {
        double most = 1e-9;
        for (Step step : steps) {
            for (LineType outcome : List.of(LineType.OK, LineType.FAIL, LineType.INFO)) {
                most = Math.max(most, step.rate(outcome));
            }
        }
        long tick = Scale.roundUp((long) Math.ceil(most / 4));
        double scale = RATE_HEIGHT / (tick * Math.ceil(most / tick));
        double base = top + RATE_HEIGHT;
        for (long rate = 0; rate <= Math.ceil(most / tick) * tick; rate += tick) {
            grid(page, base - rate * scale, rate < 1_000_000 ? Numbers.count(rate) : rate / 1e6 + " M");
        }
        caption(page, top, "a second");
        axis.draw(page, top, base);
        page.raw("<path class=\"area\" d=\"M")
                .at(axis.x(steps.get(0).middleNs()))
                .raw(" ")
                .at(base);
        for (Step step : steps) {
            page.raw("L").at(axis.x(step.middleNs())).raw(" ").at(base - step.rate(LineType.OK) * scale);
        }
        page.raw("V").at(base).raw("Z\"/>\n");
        for (LineType outcome : List.of(LineType.OK, LineType.FAIL, LineType.INFO)) {
            String name = outcome.keyword().substring(1) + " line";
            line(page, name, steps, step -> base - step.rate(outcome) * scale);
        }
        material.gaps().stream().max(Comparator.comparingLong(Gap::lengthNs)).ifPresent(gap -> {
            double x = axis.x(gap.fromNs());
            page.raw("<rect class=\"gap\" x=\"")
                    .at(x)
                    .raw("\" y=\"")
                    .at(base - 5)
                    .raw("\" width=\"");
            page.at(Math.max(2, axis.x(gap.toNs()) - x)).raw("\" height=\"5\"/>\n");
        });
    }

    private void latencies(Html page, double from) {
        long[] all = material.latencies();
        double bottom = from + LATENCY_HEIGHT;
        caption(page, from, "latency");
        axis.draw(page, from, bottom);
        if (all.length == 0) {
            return;
        }
        double low = Math.floor(log10(all[0]));
        double high = Math.max(low + 1, Math.ceil(log10(all[all.length - 1]) - 1e-9));
        double scale = LATENCY_HEIGHT / (high - low);
        for (double power = low; power <= high; power++) {
            grid(page, bottom - (power - low) * scale, Numbers.duration(Math.round(Math.pow(10, power))));
        }
        line(page, "max line", steps, step -> height(step.percentile(100), low, scale, bottom));
        line(page, "p99 line", steps, step -> height(step.percentile(99), low, scale, bottom));
        line(page, "p50 line", steps, step -> height(step.percentile(50), low, scale, bottom));
    }

    private static double log10(long ns) {
        return Math.log10((double) Math.max(1, ns));
    }

    /** Not a number where nothing took effect. */
    private static double height(long latencyNs, double low, double scale, double bottom) {
        return latencyNs <= 0 ? Double.NaN : bottom - (log10(latencyNs) - low) * scale;
    }

    private static void grid(Html page, double y, String label) {
        page.raw("<path class=\"grid\" d=\"M")
                .at(LEFT)
                .raw(" ")
                .at(y)
                .raw("H")
                .at(RIGHT)
                .raw("\"/>");
        page.raw("<text class=\"tick end\" x=\"")
                .at(LEFT - 6)
                .raw("\" y=\"")
                .at(y + 4)
                .raw("\">");
        page.text(label).raw("</text>\n");
    }

    private static void caption(Html page, double from, String text) {
        page.raw("<text class=\"caption mid\" transform=\"translate(13 ")
                .at(from + 90)
                .raw(") rotate(-90)\">");
        page.text(text).raw("</text>\n");
    }

    /** A line through all steps; where there is no number, it is interrupted. */
    private void line(Html page, String classes, List<Step> points, ToDoubleFunction<Step> height) {
        page.raw("<path class=\"").raw(classes).raw("\" d=\"");
        boolean isDrawing = false;
        for (Step step : points) {
            double y = height.applyAsDouble(step);
            boolean isThere = !Double.isNaN(y);
            if (isThere) {
                // A point that stands alone is a line to itself: its round ends show.
                page.raw(isDrawing ? "L" : "M")
                        .at(axis.x(step.middleNs()))
                        .raw(" ")
                        .at(y)
                        .raw(isDrawing ? "" : "h0");
            }
            isDrawing = isThere;
        }
        page.raw("\"/>\n");
    }

    private void finalReads(Html page, double bottom) {
        Optional<Line> first = material.history().lines().stream()
                .filter(line -> line.operation().isFinal())
                .findFirst();
        first.ifPresent(line -> {
            double x = axis.x(line.timeNs());
            page.raw("<path class=\"final\" d=\"M")
                    .at(x)
                    .raw(" ")
                    .at(top)
                    .raw("V")
                    .at(bottom)
                    .raw("\"/>");
            page.raw("<text class=\"tick end halo\" x=\"")
                    .at(x - 5)
                    .raw("\" y=\"")
                    .at(top + 13)
                    .raw("\">final reads</text>\n");
        });
    }

    private void hovers(Html page, double bottom) {
        page.raw("<g class=\"hover\">\n");
        for (Step step : steps) {
            double x = axis.x(step.fromNs());
            page.raw("<rect x=\"")
                    .at(x)
                    .raw("\" y=\"")
                    .at(top)
                    .raw("\" width=\"")
                    .at(axis.x(step.toNs()) - x);
            page.raw("\" height=\"")
                    .at(bottom - top)
                    .raw("\"><title>")
                    .text(title(step))
                    .raw("</title></rect>\n");
        }
        page.raw("</g>\n");
    }

    private static String title(Step step) {
        String counts = "from " + Numbers.time(step.fromNs()) + ": " + Numbers.rate(step.rate(LineType.OK)) + " ok, "
                + Numbers.rate(step.rate(LineType.FAIL)) + " fail, " + Numbers.rate(step.rate(LineType.INFO))
                + " info a second";
        return step.latencies().length == 0
                ? counts
                : counts + "\nmedian " + Numbers.duration(step.percentile(50)) + ", 99 of 100 "
                        + Numbers.duration(step.percentile(99)) + ", longest " + Numbers.duration(step.percentile(100));
    }
}
