package io.weir.jepsen.report;

import io.weir.jepsen.checker.Anomaly;
import io.weir.jepsen.history.Line;
import io.weir.jepsen.history.LineType;
import io.weir.jepsen.run.FaultWindow;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Who did what when: a row for each process, a box for each operation, by windows of {@value #CALLS_PER_WINDOW} operations. Those
 * with anomalies come first. A long run has more than a browser should be given: then those are left out in which least
 * happened.
 */
final class Timeline {
    private static final int CALLS_PER_WINDOW = 2_000;
    private static final int MAX_TEXT = 400;
    private static final int MAX_TEXT_ELSEWHERE = 48;
    private static final double ROW = 14;

    private final Material material;
    private final List<Window> windows = new ArrayList<>();
    private final Map<Integer, Integer> anomalies = new HashMap<>();

    /** Some operations that began one after the other, and the time from the first of them to what comes behind the last. */
    private record Window(int number, List<Call> begun, List<Call> shown, long fromNs, long toNs, boolean isAnomalous) {
        boolean isHurt(List<FaultWindow> faults) {
            return faults.stream().anyMatch(fault -> fault.beganNs() >= fromNs && fault.beganNs() < toNs);
        }

        int weight(List<FaultWindow> faults) {
            return isAnomalous ? 0 : isHurt(faults) ? 1 : 2;
        }

        String id() {
            return "window-" + number;
        }
    }

    Timeline(Material material) {
        this.material = material;
        int number = 0;
        for (Anomaly anomaly : material.judgement().verdict().anomalies()) {
            number++;
            for (Line line : anomaly.lines()) {
                anomalies.putIfAbsent(line.index(), number);
            }
        }
        cut();
    }

    private void cut() {
        List<Call> calls = material.calls();
        List<Call> open = new ArrayList<>();
        for (int from = 0; from < calls.size(); from += CALLS_PER_WINDOW) {
            int to = Math.min(calls.size(), from + CALLS_PER_WINDOW);
            List<Call> begun = calls.subList(from, to);
            long fromNs = begun.get(0).beganNs();
            long toNs = to == calls.size()
                    ? Math.max(material.toNs(), fromNs + 1)
                    : calls.get(to).beganNs();
            List<Call> shown = new ArrayList<>(open);
            shown.addAll(begun);
            boolean isAnomalous = begun.stream()
                    .anyMatch(call -> anomalies.containsKey(call.last().index()));
            windows.add(new Window(windows.size() + 1, begun, shown, fromNs, toNs, isAnomalous));
            // What never ends is shown where it began; else a row would be full of what nobody waits for.
            open = shown.stream()
                    .filter(call -> call.endedNs() >= toNs)
                    .collect(Collectors.toCollection(ArrayList::new));
        }
    }

    /** The window in which the operation of an anomaly's line began; 0 if there is none. */
    int window(Line line) {
        int invoked = line.type() == LineType.INVOKE
                ? line.index()
                : material.history().partner(line.index());
        for (Window window : windows) {
            int last =
                    window.begun().get(window.begun().size() - 1).invocation().index();
            if (invoked <= last) {
                return window.number();
            }
        }
        return 0;
    }

    /** Draws windows until so many bytes are used; says what was left out. */
    void write(Html page, int maxBytes) {
        List<FaultWindow> faults = material.run().faults();
        Map<Integer, String> drawn = new TreeMap<>();
        int used = 0;
        List<Window> byWeight = windows.stream()
                .sorted(Comparator.comparingInt((Window window) -> window.weight(faults))
                        .thenComparingInt(Window::number))
                .toList();
        Set<Integer> left = new HashSet<>();
        for (Window window : byWeight) {
            String drawing = used >= maxBytes ? "" : drawing(window);
            int bytes = drawing.getBytes(StandardCharsets.UTF_8).length;
            if (drawing.isEmpty() || used + bytes > maxBytes) {
                used = maxBytes;
                left.add(window.number());
            } else {
                used += bytes;
                drawn.put(window.number(), drawing);
            }
        }
        introduction(page, left);
        List<Window> inOrder = windows.stream()
                .filter(window -> drawn.containsKey(window.number()))
                .sorted(Comparator.comparing((Window window) -> !window.isAnomalous())
                        .thenComparingInt(Window::number))
                .toList();
        boolean isFirst = true;
        for (Window window : inOrder) {
            page.raw("<details name=\"window\"").raw(isFirst ? " open=\"\">" : ">");
            summary(page, window);
            page.raw(String.valueOf(drawn.get(window.number()))).raw("</details>\n");
            isFirst = false;
        }
    }

    private void introduction(Html page, Set<Integer> left) {
        if (windows.isEmpty()) {
            page.raw("<p>The history has no operations.</p>\n");
            return;
        }
        page.raw("<ul class=\"legend\">")
                .raw(box("ok", "ok"))
                .raw(box("fail", "fail"))
                .raw(box("info", "info, in doubt"))
                .raw(box("ok bad", "of an anomaly"))
                .raw(
                        "<li><svg width=\"28\" height=\"12\"><rect class=\"band\" width=\"28\" height=\"12\"/></svg>fault</li></ul>\n");
        page.raw(
                        "<p class=\"note\">A row is a process, and whoever took its place when it was left in doubt. Point at a box for")
                .raw(" what it was; click on one of an anomaly to come to it.</p>\n");
        if (!left.isEmpty()) {
            long calls = windows.stream()
                    .filter(window -> left.contains(window.number()))
                    .mapToLong(window -> window.begun().size())
                    .sum();
            page.raw("<p class=\"left-out\">")
                    .text("Left out, so that the page stays small: " + Numbers.count(left.size()) + " of "
                            + Numbers.count(windows.size(), "window") + ", with " + Numbers.count(calls) + " of "
                            + Numbers.count(material.calls().size(), "operation")
                            + ". Windows with anomalies were drawn first, then those in which a fault began, then the"
                            + " earliest ones. The history's file has all of it.")
                    .raw("</p>\n");
        }
    }

    private static String box(String classes, String name) {
        return "<li><svg width=\"28\" height=\"12\" class=\"calls\"><rect class=\"" + classes
                + "\" x=\"1\" y=\"1\" width=\"26\" height=\"10\"/></svg>" + name + "</li>";
    }

    private void summary(Html page, Window window) {
        long first = window.begun().get(0).invocation().index();
        long last = window.begun().get(window.begun().size() - 1).invocation().index();
        page.raw("<summary>Window ").raw(String.valueOf(window.number())).raw(": lines ");
        page.text(first + " to " + last + ", " + Numbers.count(window.begun().size(), "operation") + " from "
                + Numbers.time(window.fromNs()) + ", for " + Numbers.duration(window.toNs() - window.fromNs()));
        if (window.isAnomalous()) {
            page.raw(" <strong class=\"tag bad\">anomaly</strong>");
        }
        String kinds = material.run().faults().stream()
                .filter(fault -> fault.healedNs() > window.fromNs() && fault.beganNs() < window.toNs())
                .map(FaultWindow::nemesis)
                .distinct()
                .collect(Collectors.joining(", "));
        if (!kinds.isEmpty()) {
            page.raw(" <span class=\"tag hurt\">")
                    .text(Numbers.shortened(kinds, 120))
                    .raw("</span>");
        }
        page.raw("</summary>\n");
    }

    private String drawing(Window window) {
        Html page = new Html();
        Axis axis = new Axis(window.fromNs(), window.toNs(), Charts.LEFT, Charts.RIGHT);
        Bands bands = new Bands(material.run().faults(), axis);
        Map<Integer, List<Call>> rows =
                window.shown().stream().collect(Collectors.groupingBy(Call::lane, TreeMap::new, Collectors.toList()));
        double top = bands.labelHeight() + 4;
        double bottom = top + rows.size() * ROW + 2;
        page.raw("<svg class=\"chart calls\" id=\"")
                .raw(window.id())
                .raw("\" role=\"img\" aria-label=\"Operations by process\"");
        page.raw(" viewBox=\"0 0 1200 ").at(bottom + 22).raw("\">\n");
        axis.draw(page, top, bottom);
        bands.draw(page, top, bottom);
        page.raw("<text class=\"caption mid\" transform=\"translate(13 ")
                .at((top + bottom) / 2)
                .raw(") rotate(-90)\">process</text>\n");
        double y = top + 2;
        for (List<Call> row : rows.values()) {
            row(page, row, axis, y, window.isAnomalous() ? MAX_TEXT : MAX_TEXT_ELSEWHERE);
            y += ROW;
        }
        return page.raw("</svg>\n").toString();
    }

    private void row(Html page, List<Call> calls, Axis axis, double y, int maxText) {
        long processes = calls.stream()
                .map(call -> call.invocation().process())
                .distinct()
                .count();
        String name = calls.get(0).invocation().process() + (processes > 1 ? " +" + (processes - 1) : "");
        page.raw("<text class=\"tick end\" x=\"")
                .at(Charts.LEFT - 6)
                .raw("\" y=\"")
                .at(y + 10)
                .raw("\">");
        page.text(name).raw("</text><g transform=\"translate(0 ").at(y).raw(")\">\n");
        for (Call call : calls) {
            Integer anomaly = anomalies.get(call.last().index());
            double x = axis.x(call.beganNs());
            double end = call.hasEnded() ? axis.x(call.endedNs()) : axis.right();
            if (anomaly != null) {
                page.raw("<a href=\"#anomaly-" + anomaly + "\">");
            }
            page.raw("<rect class=\"")
                    .raw(call.outcome().keyword().substring(1))
                    .raw(anomaly == null ? "" : " bad");
            page.raw("\" x=\"")
                    .at(x)
                    .raw("\" width=\"")
                    .at(Math.max(1.2, end - x - 0.4))
                    .raw("\" height=\"10\"><title>");
            title(page, call, maxText);
            page.raw("</title></rect>").raw(anomaly == null ? "\n" : "</a>\n");
        }
        page.raw("</g>\n");
    }

    private static void title(Html page, Call call, int maxText) {
        page.raw(String.valueOf(call.last().index())).raw(": ");
        page.text(Numbers.shortened(call.text(), maxText)).raw("\nprocess ");
        page.raw(String.valueOf(call.invocation().process())).raw(", ").text(Numbers.time(call.beganNs()));
        page.text(call.hasEnded() ? " + " + Numbers.duration(call.endedNs() - call.beganNs()) : ", never ended");
    }
}
