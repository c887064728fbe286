package io.weir.benchmarks.page;

import java.util.ArrayList;
import java.util.List;

/**
 * Rates over time around a moment, a strip above the other with one time: bars of equal steps, the moment, and when it was over.
 * What is far above the usual rate is cut off, marked and named: else nothing but a burst could be seen. For one thread.
 */
public final class StripChart {
    private static final double LEFT = 150;
    private static final double RIGHT = 1130;
    private static final double HEIGHT = 78;
    private static final double BETWEEN = 30;
    private static final int MAX_STRIPS = 20;
    private static final int MAX_STEPS = 4_000;

    /** Times and steps in milliseconds from the moment; rates a second. */
    private record Strip(String name, int fromMs, int stepMs, List<Double> rates, double overMs) {
        double toMs() {
            return fromMs + (double) stepMs * Math.min(MAX_STEPS, rates.size());
        }
    }

    private final String what;
    private final double usual;
    private final List<Strip> strips = new ArrayList<>();

    /**
     * An empty chart.
     *
     * @param what for those who do not see it
     * @param usual rate a second, above which there is some room
     */
    public StripChart(String what, double usual) {
        this.what = what;
        this.usual = usual;
    }

    /** Adds a strip. */
    public StripChart strip(String name, int fromMs, int stepMs, List<Double> rates, double overMs) {
        strips.add(new Strip(name, fromMs, stepMs, rates, overMs));
        return this;
    }

    /** Draws it; nothing if there is nothing to draw. */
    public void write(Html page) {
        if (strips.isEmpty()) {
            return;
        }
        List<Strip> shown = strips.subList(0, Math.min(MAX_STRIPS, strips.size()));
        double from = shown.stream().mapToDouble(Strip::fromMs).min().orElse(0);
        double to =
                Math.max(from + 1, shown.stream().mapToDouble(Strip::toMs).max().orElse(1));
        Scale rates = Scale.fromZero(2.5 * usual, 3);
        double bottom = 26 + shown.size() * (HEIGHT + BETWEEN);
        page.raw("<svg class=\"chart\" role=\"img\" viewBox=\"0 0 1152 " + Numbers.tenths(bottom + 18)
                        + "\" aria-label=\"")
                .text(what)
                .raw("\">\n");
        for (int i = 0; i < shown.size(); i++) {
            new Drawing(page, from, to, rates, 26 + i * (HEIGHT + BETWEEN)).draw(shown.get(i));
        }
        times(page, from, to, bottom - BETWEEN);
        page.raw("</svg>\n");
        if (strips.size() > MAX_STRIPS) {
            page.element("p class=\"note\"", "The first " + MAX_STRIPS + " of " + strips.size() + " rounds.");
        }
    }

    private static double x(double ms, double from, double to) {
        return LEFT + (RIGHT - LEFT) * Math.max(0, Math.min(1, (ms - from) / (to - from)));
    }

    private static void times(Html page, double from, double to, double bottom) {
        double step = Scale.round((to - from) / 12);
        for (double ms = Math.ceil(from / step) * step; ms <= to; ms += step) {
            double x = x(ms, from, to);
            page.raw("<line class=\"grid\"")
                    .at("x1", x)
                    .at("x2", x)
                    .at("y1", bottom)
                    .at("y2", bottom + 4)
                    .raw("/>");
            page.raw("<text class=\"tick mid\"").at("x", x).at("y", bottom + 18).raw(">");
            page.text(Numbers.tick(ms)).raw("</text>\n");
        }
        page.raw("<text class=\"tick mid\"")
                .at("x", (LEFT + RIGHT) / 2)
                .at("y", bottom + 40)
                .raw(">");
        page.raw("milliseconds from the kill</text>\n");
    }

    private record Drawing(Html page, double from, double to, Scale rates, double top) {
        void draw(Strip strip) {
            double base = top + HEIGHT;
            Axis.upwards(page, rates, base, top, LEFT, RIGHT);
            page.raw("<text class=\"tick mid\" transform=\"translate(16 " + Numbers.tenths(top + HEIGHT / 2))
                    .raw(") rotate(-90)\">a second</text>\n");
            bars(strip, base);
            moment("kill", 0, "", base);
            moment("over", strip.overMs(), Numbers.figure(strip.overMs()) + " ms", base);
            page.raw("<text class=\"strong\"")
                    .at("x", 26)
                    .at("y", top + HEIGHT / 2 + 4)
                    .raw(">");
            page.text(strip.name()).raw("</text>\n");
        }

        private void bars(Strip strip, double base) {
            double cut = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < Math.min(MAX_STEPS, strip.rates().size()); i++) {
                double rate = strip.rates().get(i);
                double x = x(strip.fromMs() + (double) i * strip.stepMs(), from, to);
                double end = x(strip.fromMs() + (i + 1.0) * strip.stepMs(), from, to);
                if (rate > 0) {
                    double y = rates.at(rate, base, top);
                    page.raw("<rect class=\"bar main\"").at("x", x).at("y", y);
                    page.at("width", Math.max(0.5, end - x - 0.5))
                            .at("height", base - y)
                            .raw("/>");
                }
                if (rate > rates.high() && x > cut) {
                    page.raw("<text class=\"cut\"").at("x", x).at("y", top - 8).raw(">");
                    page.text("↑ " + Numbers.figure(rate)).raw("</text>");
                    cut = x + 60;
                }
            }
            page.raw("\n");
        }

        private void moment(String kind, double ms, String label, double base) {
            double x = x(ms, from, to);
            page.raw("<line class=\"" + kind + "\"")
                    .at("x1", x)
                    .at("x2", x)
                    .at("y1", top - 4)
                    .at("y2", base)
                    .raw("/>");
            if (!label.isEmpty()) {
                page.raw("<text class=\"end over-label halo\"")
                        .at("x", x - 6)
                        .at("y", top + 12)
                        .raw(">");
                page.text(label).raw("</text>\n");
            }
        }
    }
}
