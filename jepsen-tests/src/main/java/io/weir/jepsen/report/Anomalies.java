package io.weir.jepsen.report;

import io.weir.jepsen.checker.Anomaly;
import io.weir.jepsen.checker.Verdict;
import io.weir.jepsen.history.History;
import io.weir.jepsen.history.Line;
import io.weir.jepsen.history.LineType;
import java.util.List;
import java.util.TreeSet;

/** What is wrong: of each anomaly its name, its argument, its cycle if it is one, and the lines on which it rests. */
final class Anomalies {
    private static final int MAX_ARGUMENT = 10_000;
    private static final int MAX_LINE = 1_000;
    private static final int MAX_LINES = 64;

    private final Material material;
    private final Timeline timeline;

    Anomalies(Material material, Timeline timeline) {
        this.material = material;
        this.timeline = timeline;
    }

    /** All of them, but of those behind so many characters only the names and the beginnings of the arguments. */
    void write(Html page, int maxChars) {
        Verdict verdict = material.judgement().verdict();
        if (verdict.anomalies().isEmpty()) {
            return;
        }
        int limit = page.length() + maxChars;
        int number = 0;
        page.raw("<section><h2>Anomalies</h2>\n");
        for (Anomaly anomaly : verdict.anomalies()) {
            number++;
            page.raw("<article id=\"anomaly-").raw(String.valueOf(number)).raw("\"><h3>");
            page.raw(number + ". ").text(anomaly.kind().label()).raw("</h3>\n");
            if (page.length() < limit) {
                detailed(page, anomaly);
            } else {
                page.element("p", Numbers.shortened(anomaly.text(), 300));
                page.raw("<p class=\"left-out\">The rest of it is left out, so that the page stays small.</p>");
            }
            page.raw("</article>\n");
        }
        if (verdict.unlisted() > 0) {
            page.raw("<p class=\"left-out\">And ").text(Numbers.count(verdict.unlisted()));
            page.raw(" more of the same kinds, which are counted and not listed.</p>\n");
        }
        page.raw("</section>\n");
    }

    private void detailed(Html page, Anomaly anomaly) {
        page.element("p class=\"argument\"", Numbers.shortened(anomaly.text(), MAX_ARGUMENT));
        page.raw("\n");
        if (anomaly.kind().isCycle()) {
            CycleDrawing.write(page, anomaly, material.history());
        }
        TreeSet<Integer> numbers = new TreeSet<>();
        TreeSet<Integer> windows = new TreeSet<>();
        for (Line line : anomaly.lines()) {
            int partner = material.history().partner(line.index());
            numbers.add(line.index());
            if (line.type() != LineType.INVOKE && partner != History.NO_LINE) {
                numbers.add(partner);
            }
            windows.add(timeline.window(line));
        }
        page.raw("<p class=\"note\">It rests on these lines of the history, in ");
        String before = "";
        for (int window : windows) {
            page.raw(before).raw("<a href=\"#window-" + window + "\">window " + window + "</a>");
            before = ", ";
        }
        page.raw(":</p>\n<pre class=\"lines\">");
        List<Integer> shown = numbers.stream().limit(MAX_LINES).toList();
        for (int number : shown) {
            page.text(Numbers.shortened(material.history().line(number).toString(), MAX_LINE))
                    .raw("\n");
        }
        page.raw("</pre>\n");
        if (shown.size() < numbers.size()) {
            page.raw("<p class=\"left-out\">").text(Numbers.count(numbers.size() - shown.size(), "line"));
            page.raw(" more, in the history's file.</p>\n");
        }
    }
}
