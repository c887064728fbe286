package io.weir.jepsen.report;

import io.weir.jepsen.checker.Anomaly;
import io.weir.jepsen.history.History;
import io.weir.jepsen.history.Line;
import io.weir.jepsen.history.LineType;
import io.weir.jepsen.history.Step;
import io.weir.jepsen.history.Values;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A cycle of transactions as a graph: a ring of boxes in two columns, clockwise from the upper left, with an arrow from each
 * transaction to the one before which it must come.
 *
 * <pre>{@code
 *   0 -> 1          0 -> 1          0 -> 1
 *     <-            ^    |          ^    |
 *                    \  v           3 <- 2
 *                      2
 * }</pre>
 */
final class CycleDrawing {
    private static final int MAX_NODES = 16;
    private static final int MAX_STEPS = 8;
    private static final int MAX_CHARS = 50;
    private static final int MORE = 14;
    private static final double BOX = 420;
    private static final double LEFT = 10;
    private static final double RIGHT = Charts.WIDTH - 10 - BOX;
    private static final double MIDDLE = (Charts.WIDTH - BOX) / 2;
    private static final double LEAST_ABOVE = 76;
    private static final double LEAST_OF_TWO = 116;
    private static final double BETWEEN = 78;
    private static final double LINE = 18;
    private static final double HEAD = 26;

    private final List<Edge> edges;
    private final List<Box> boxes = new ArrayList<>();
    private final double bottom;

    /** A transaction in its place. */
    private record Box(Line line, Set<Integer> streams, double x, double y, double height) {
        double centre() {
            return y + height / 2;
        }

        double bottom() {
            return y + height;
        }
    }

    private CycleDrawing(List<Edge> edges, List<Line> lines) {
        this.edges = edges;
        int count = edges.size();
        int pairs = count / 2;
        double[] heights = new double[pairs + count % 2];
        for (int i = 0; i < count; i++) {
            int row = row(i, count);
            double least = count == 2 ? LEAST_OF_TWO : row == 0 ? LEAST_ABOVE : 0;
            heights[row] = Math.max(heights[row], Math.max(least, height(lines.get(i))));
        }
        double[] tops = new double[heights.length + 1];
        tops[0] = 6;
        for (int row = 0; row < heights.length; row++) {
            tops[row + 1] = tops[row] + heights[row] + BETWEEN;
        }
        for (int i = 0; i < count; i++) {
            int row = row(i, count);
            boolean isAlone = count % 2 == 1 && row == pairs;
            double x = isAlone ? MIDDLE : i > 0 && i <= pairs ? RIGHT : LEFT;
            Set<Integer> streams = new HashSet<>(edges.get(i).streams());
            streams.addAll(edges.get((i + count - 1) % count).streams());
            Line line = lines.get(i);
            boxes.add(new Box(line, streams, x, tops[row], heights[row]));
        }
        this.bottom = tops[heights.length] - BETWEEN + 6;
    }

    /** Down on the right, and up again on the left. */
    private static int row(int node, int count) {
        int pairs = count / 2;
        if (node == 0) {
            return 0;
        }
        boolean isDown = node <= pairs;
        return isDown ? node - 1 : count - node;
    }

    private static double height(Line line) {
        return HEAD + Math.min(MAX_STEPS + 1, line.steps().size()) * LINE + 10;
    }

    /** Draws it, if it is a cycle and one can see it at a glance; else says why not. */
    static void write(Html page, Anomaly anomaly, History history) {
        List<Edge> edges = Edge.of(anomaly);
        if (edges.isEmpty()) {
            return;
        }
        if (edges.size() > MAX_NODES) {
            page.raw("<p class=\"left-out\">A cycle of ")
                    .text(Numbers.count(edges.size(), "transaction"))
                    .raw(" is not drawn; the argument above has all its steps.</p>\n");
            return;
        }
        List<Line> lines = edges.stream().map(edge -> history.line(edge.from())).toList();
        new CycleDrawing(edges, lines).draw(page);
    }

    private void draw(Html page) {
        page.raw("<svg class=\"chart cycle\" role=\"img\" aria-label=\"Cycle of transactions\" viewBox=\"0 0 1200 ");
        page.at(bottom).raw("\">\n");
        boxes.forEach(box -> draw(page, box));
        for (int i = 0; i < edges.size(); i++) {
            arrow(page, edges.get(i), i);
        }
        page.raw("</svg>\n");
    }

    private static void draw(Html page, Box box) {
        Line line = box.line();
        String type =
                line.type() == LineType.INVOKE ? "info" : line.type().keyword().substring(1);
        page.raw("<rect class=\"node\" rx=\"6\" x=\"")
                .at(box.x())
                .raw("\" y=\"")
                .at(box.y())
                .raw("\" width=\"");
        page.at(BOX).raw("\" height=\"").at(box.height()).raw("\"/>");
        page.raw("<path class=\"side ")
                .raw(type)
                .raw("\" d=\"M")
                .at(box.x() + 3)
                .raw(" ")
                .at(box.y() + 6);
        page.raw("V").at(box.bottom() - 6).raw("\"/>");
        String node = line.node() == null ? "" : ", node " + Numbers.shortened(line.node(), 12);
        text(
                page,
                "head",
                box.x() + 14,
                box.y() + 18,
                "line " + line.index() + ", process " + line.process() + node + ", "
                        + (line.type() == LineType.INVOKE ? "never ended" : type));
        double y = box.y() + HEAD + 14;
        List<Step> steps = line.steps();
        int shown = steps.size() > MAX_STEPS + 1 ? MAX_STEPS : steps.size();
        for (Step step : steps.subList(0, shown)) {
            text(page, box.streams().contains(step.stream()) ? "step hit" : "step", box.x() + 14, y, text(step));
            y += LINE;
        }
        if (shown < steps.size()) {
            text(page, "step", box.x() + 14, y, "and " + (steps.size() - shown) + " more steps");
        }
    }

    private static void text(Html page, String classes, double x, double y, String text) {
        page.raw("<text class=\"")
                .raw(classes)
                .raw("\" x=\"")
                .at(x)
                .raw("\" y=\"")
                .at(y)
                .raw("\">")
                .text(text);
        page.raw("</text>\n");
    }

    private static String text(Step step) {
        if (step instanceof Step.Append append) {
            String revision = append.revision() == Step.Append.NO_REVISION ? "" : " at revision " + append.revision();
            return "append " + append.value() + " to stream " + append.stream() + revision;
        }
        Values values = ((Step.Read) step).values();
        String what = "read stream " + step.stream() + ": ";
        return what + (values == null ? "unknown" : text(values, MAX_CHARS - what.length()));
    }

    /** As many of the last ones as there is room for: streams only grow, so what matters is at the end. */
    private static String text(Values values, int room) {
        StringBuilder text = new StringBuilder("]");
        for (int i = values.size() - 1; i >= 0; i--) {
            String value = Integer.toString(values.at(i));
            boolean isEnough = text.length() + value.length() > room - (i == 0 ? 1 : MORE);
            if (isEnough) {
                return "[(" + (i + 1) + " more)" + text;
            }
            text.insert(0, (i == 0 ? "" : " ") + value);
        }
        return text.insert(0, "[").toString();
    }

    private void arrow(Html page, Edge edge, int at) {
        Box from = boxes.get(at);
        Box to = boxes.get((at + 1) % boxes.size());
        page.raw("<g class=\"edge ")
                .raw(edge.label())
                .raw("\"><title>")
                .text(edge.reason())
                .raw("</title>");
        if (from.y() == to.y()) {
            double away = boxes.size() == 2 ? 16 : 0;
            across(page, edge, from, to, at == 0 ? -away : away);
        } else if (from.x() == to.x()) {
            upright(page, edge, from, to);
        } else {
            bent(page, edge, from, to);
        }
        page.raw("</g>\n");
    }

    private static void across(Html page, Edge edge, Box from, Box to, double away) {
        boolean isRight = from.x() < to.x();
        double y = from.centre() + away;
        double begin = isRight ? from.x() + BOX : from.x();
        double end = isRight ? to.x() : to.x() + BOX;
        double side = isRight ? -1 : 1;
        path(page, begin, y, "H" + Numbers.tenths(end + side * 9));
        head(page, end, y, side * 10, 0);
        double label = away > 0 ? y + 18 : y - 24;
        label(page, edge, (begin + end) / 2, label, "mid");
    }

    private static void upright(Html page, Edge edge, Box from, Box to) {
        boolean isDown = from.y() < to.y();
        double x = from.x() + BOX / 2;
        double begin = isDown ? from.bottom() : from.y();
        double end = isDown ? to.y() : to.bottom();
        path(page, x, begin, "V" + Numbers.tenths(isDown ? end - 9 : end + 9));
        head(page, x, end, 0, isDown ? -10 : 10);
        label(page, edge, isDown ? x - 12 : x + 12, (begin + end) / 2 - 5, isDown ? "end" : "");
    }

    /** To the box that stands alone in the middle below, or from it. */
    private static void bent(Html page, Edge edge, Box from, Box to) {
        boolean isDown = from.y() < to.y();
        double begin = isDown ? from.x() + BOX / 2 : from.x();
        double end = isDown ? to.x() + BOX : to.x() + BOX / 2;
        if (isDown) {
            path(page, begin, from.bottom(), "V" + Numbers.tenths(to.centre()) + "H" + Numbers.tenths(end + 9));
            head(page, end, to.centre(), 10, 0);
            label(page, edge, begin - 12, from.bottom() + 30, "end");
        } else {
            path(page, begin, from.centre(), "H" + Numbers.tenths(end) + "V" + Numbers.tenths(to.bottom() + 9));
            head(page, end, to.bottom(), 0, 10);
            label(page, edge, end + 12, to.bottom() + 30, "");
        }
    }

    private static void path(Html page, double x, double y, String rest) {
        page.raw("<path d=\"M").at(x).raw(" ").at(y).raw(rest).raw("\"/>");
    }

    /** A point with its tip here, that comes from there. */
    private static void head(Html page, double x, double y, double fromX, double fromY) {
        double wideX = fromY / 2;
        double wideY = fromX / 2;
        page.raw("<path class=\"tip\" d=\"M").at(x).raw(" ").at(y);
        page.raw("L").at(x + fromX + wideX).raw(" ").at(y + fromY + wideY);
        page.raw("L").at(x + fromX - wideX).raw(" ").at(y + fromY - wideY).raw("Z\"/>");
    }

    private static void label(Html page, Edge edge, double x, double y, String anchor) {
        text(page, "label " + anchor, x, y, edge.label());
        text(page, "words " + anchor, x, y + 16, edge.caption());
    }
}
