package io.weir.benchmarks.page;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.DoubleStream;

/** How a figure grows with another: points from zero upwards, on a logarithmic axis to the right, a line for each series. For one thread. */
public final class LineChart {
    private static final int STYLES = 6;
    private static final double LEFT = 76;
    private static final double RIGHT = 536;
    private static final double TOP = 14;
    private static final double BOTTOM = 250;

    /**
     * A point.
     *
     * @param x above zero
     * @param y median
     * @param least of the rounds
     * @param most of the rounds
     */
    public record Point(double x, double y, double least, double most) {}

    private record Line(String name, List<Point> points) {}

    private final String what;
    private final String across;
    private final String up;
    private final List<Line> lines = new ArrayList<>();

    /**
     * An empty chart.
     *
     * @param what for those who do not see it
     * @param across unit of the axis to the right
     * @param up unit of the axis upwards
     */
    public LineChart(String what, String across, String up) {
        this.what = what;
        this.across = across;
        this.up = up;
    }

    /** Adds a line through points, in any order. */
    public LineChart line(String name, List<Point> points) {
        lines.add(new Line(
                name,
                points.stream()
                        .sorted(Comparator.comparingDouble(Point::x).thenComparingDouble(Point::y))
                        .toList()));
        return this;
    }

    /** Draws it. */
    public void write(Html page) {
        Scale y = Scale.fromZero(
                lines.stream()
                        .flatMap(line -> line.points().stream())
                        .flatMapToDouble(point -> DoubleStream.of(point.y(), point.most()))
                        .filter(Double::isFinite)
                        .max()
                        .orElse(1),
                5);
        double[] xs = lines.stream()
                .flatMap(line -> line.points().stream())
                .mapToDouble(Point::x)
                .sorted()
                .distinct()
                .toArray();
        Scale x = new Scale(
                xs[0],
                Math.max(xs[xs.length - 1], xs[0] * 1.01),
                true,
                DoubleStream.of(xs).boxed().toList());
        page.raw("<div>");
        legend(page);
        page.raw("<svg class=\"chart\" role=\"img\" viewBox=\"0 0 560 300\" aria-label=\"")
                .text(what)
                .raw("\">\n");
        axes(page, x, y);
        for (int i = 0; i < lines.size(); i++) {
            draw(page, lines.get(i), i % STYLES, x, y);
        }
        page.raw("</svg></div>\n");
    }

    private void legend(Html page) {
        if (lines.size() < 2) {
            return;
        }
        page.raw("<ul class=\"legend\">");
        for (int i = 0; i < lines.size(); i++) {
            page.raw("<li><svg width=\"28\" height=\"12\"><path class=\"line s" + i % STYLES
                            + "\" d=\"M1 6H27\"/></svg>")
                    .text(lines.get(i).name())
                    .raw("</li>");
        }
        page.raw("</ul>\n");
    }

    private void axes(Html page, Scale x, Scale y) {
        Axis.upwards(page, y, BOTTOM, TOP, LEFT, RIGHT);
        Axis.toTheRight(page, x, LEFT + 14, RIGHT - 14, BOTTOM, BOTTOM + 4, BOTTOM + 18);
        page.raw("<text class=\"tick mid\"")
                .at("x", (LEFT + RIGHT) / 2)
                .at("y", BOTTOM + 39)
                .raw(">");
        page.text(across + ", logarithmic").raw("</text>\n");
        page.raw("<text class=\"tick mid\" transform=\"translate(14 132) rotate(-90)\">")
                .text(up)
                .raw("</text>\n");
    }

    private static void draw(Html page, Line line, int style, Scale x, Scale y) {
        page.raw("<path class=\"line s" + style + "\" d=\"");
        boolean isFirst = true;
        for (Point point : line.points()) {
            if (Double.isFinite(point.y())) {
                page.raw((isFirst ? "M" : "L")
                        + Numbers.tenths(x.at(point.x(), LEFT + 14, RIGHT - 14))
                        + " "
                        + Numbers.tenths(y.at(point.y(), BOTTOM, TOP)));
                isFirst = false;
            }
        }
        page.raw("\"/>\n");
        for (Point point : line.points()) {
            if (!Double.isFinite(point.y())) {
                continue;
            }
            double at = x.at(point.x(), LEFT + 14, RIGHT - 14);
            if (point.least() < point.most()) {
                Whisker.upright(page, at, y.at(point.most(), BOTTOM, TOP), y.at(point.least(), BOTTOM, TOP));
            }
            page.raw("<circle class=\"point s" + style + "\" r=\"4\"")
                    .at("cx", at)
                    .at("cy", y.at(point.y(), BOTTOM, TOP))
                    .raw("/>\n");
        }
    }
}
