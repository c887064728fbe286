package io.weir.benchmarks.page;

import java.util.List;

/** What charts with a row for each thing have in common: names at the left, an axis with its unit below, figures at the right. */
final class Rows {
    static final double WIDTH = 560;
    static final double ROW = 26;

    /** More are in the table only. */
    static final int MAX = 40;

    private static final double TOP = 8;
    private static final int MAX_CHARS = 42;

    private final Scale scale;
    private final String unit;
    private final int count;
    final double left;
    final double right;

    /** @param figures how wide the figures at the right are, in characters */
    Rows(List<String> names, int figures, Scale scale, String unit) {
        this.scale = scale;
        this.unit = unit;
        this.count = names.size();
        int longest = names.stream().mapToInt(String::length).max().orElse(0);
        this.left = 14 + Axis.CHAR * Math.min(MAX_CHARS, longest);
        this.right = WIDTH - 20 - Axis.CHAR * figures;
    }

    double middle(int row) {
        return TOP + ROW * row + ROW / 2;
    }

    double x(double value) {
        return scale.at(value, left, right);
    }

    /** Opens the drawing, with grid and axis. */
    void open(Html page, String what) {
        double bottom = TOP + ROW * count;
        page.raw("<svg class=\"chart\" role=\"img\" viewBox=\"0 0 560 " + Numbers.tenths(bottom + 44)
                        + "\" aria-label=\"")
                .text(what)
                .raw("\">\n");
        Axis.toTheRight(page, scale, left, right, TOP, bottom, bottom + 16);
        page.raw("<text class=\"tick mid\"")
                .at("x", (left + right) / 2)
                .at("y", bottom + 35)
                .raw(">");
        page.text(unit).raw("</text>\n");
    }

    void name(Html page, int row, String name) {
        page.raw("<text class=\"end\"")
                .at("x", left - 8)
                .at("y", middle(row) + 4)
                .raw(">");
        page.text(name.length() <= MAX_CHARS ? name : name.substring(0, MAX_CHARS - 1) + "…")
                .raw("</text>");
    }

    void figure(Html page, int row, String figure) {
        page.raw("<text")
                .at("x", right + 10)
                .at("y", middle(row) + 4)
                .raw(">")
                .text(figure)
                .raw("</text>\n");
    }

    /** Closes it, and says what is left out. */
    void close(Html page, int all) {
        page.raw("</svg>\n");
        if (all > MAX) {
            page.element("p class=\"note\"", "The first " + MAX + " of " + all + "; the table has all.");
        }
    }
}
