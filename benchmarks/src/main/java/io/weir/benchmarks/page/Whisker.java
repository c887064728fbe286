package io.weir.benchmarks.page;

/** A line from the least to the most of several rounds, with its ends marked. */
final class Whisker {
    private static final double HALF = 4;

    private Whisker() {}

    static void across(Html page, double from, double to, double y) {
        line(page, from, to, y, y);
        line(page, from, from, y - HALF, y + HALF);
        line(page, to, to, y - HALF, y + HALF);
    }

    static void upright(Html page, double x, double from, double to) {
        line(page, x, x, from, to);
        line(page, x - HALF, x + HALF, from, from);
        line(page, x - HALF, x + HALF, to, to);
    }

    private static void line(Html page, double x1, double x2, double y1, double y2) {
        page.raw("<line class=\"whisker\"")
                .at("x1", x1)
                .at("x2", x2)
                .at("y1", y1)
                .at("y2", y2)
                .raw("/>");
    }
}
