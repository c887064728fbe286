package io.weir.benchmarks.page;

/** The ticks of an axis, with their lines across the drawing. */
final class Axis {
    /** Width of a character of a label, about. */
    static final double CHAR = 6.6;

    private static final double BETWEEN_LABELS = 6;

    private Axis() {}

    /**
     * Draws an axis to the right. Every tick has its line, from {@code top} to {@code bottom}; a label that would touch the one before
     * is left out.
     */
    static void toTheRight(Html page, Scale scale, double from, double to, double top, double bottom, double labels) {
        double lastEnd = Double.NEGATIVE_INFINITY;
        for (double tick : scale.ticks()) {
            double x = scale.at(tick, from, to);
            page.raw("<line class=\"grid\"")
                    .at("x1", x)
                    .at("x2", x)
                    .at("y1", top)
                    .at("y2", bottom)
                    .raw("/>");
            String label = Numbers.tick(tick);
            double half = label.length() * CHAR / 2;
            if (x - half > lastEnd + BETWEEN_LABELS) {
                page.raw("<text class=\"tick mid\"").at("x", x).at("y", labels).raw(">");
                page.text(label).raw("</text>\n");
                lastEnd = x + half;
            }
        }
    }

    /** Draws an axis upwards, from {@code base} to {@code top}, with lines from {@code left} to {@code right}. */
    static void upwards(Html page, Scale scale, double base, double top, double left, double right) {
        for (double tick : scale.ticks()) {
            double y = scale.at(tick, base, top);
            page.raw("<line class=\"grid\"")
                    .at("x1", left)
                    .at("x2", right)
                    .at("y1", y)
                    .at("y2", y)
                    .raw("/>");
            page.raw("<text class=\"tick end\"")
                    .at("x", left - 7)
                    .at("y", y + 4)
                    .raw(">");
            page.text(Numbers.tick(tick)).raw("</text>\n");
        }
    }
}
