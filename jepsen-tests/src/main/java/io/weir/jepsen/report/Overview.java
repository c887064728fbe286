package io.weir.jepsen.report;

import io.weir.jepsen.checker.Rates;
import io.weir.jepsen.checker.Verdict;
import io.weir.jepsen.history.Line;
import io.weir.jepsen.history.LineType;
import io.weir.jepsen.run.FaultWindow;
import io.weir.jepsen.run.RunRecord;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The upper part of a page: the verdict, what was run, how to run it again, and what is to be counted. */
final class Overview {
    private static final int MAX_FAULTS = 500;
    private static final int MAX_ERRORS = 12;
    private static final int MAX_TEXT = 2_000;

    private final Material material;
    private final RunRecord run;

    Overview(Material material) {
        this.material = material;
        this.run = material.run();
    }

    void verdict(Html page) {
        Verdict verdict = material.judgement().verdict();
        String mark = switch (verdict.status()) {
            case VALID -> "✓";
            case ANOMALIES -> "✗";
            case UNKNOWN -> "?";
        };
        page.raw("<div class=\"verdict ")
                .raw(verdict.status().name().toLowerCase(Locale.ROOT))
                .raw("\">");
        page.raw("<span class=\"mark\" aria-hidden=\"true\">").raw(mark).raw("</span><div><p class=\"word\">");
        page.text(title(verdict)).raw("</p>").element("p", meaning(verdict)).raw("</div></div>\n");
        if (!verdict.doubts().isEmpty()) {
            page.raw("<div class=\"doubts\"><p>Not proved, because:</p><ul>");
            verdict.doubts().forEach(doubt -> page.element("li", Numbers.shortened(doubt, MAX_TEXT)));
            page.raw("</ul></div>\n");
        }
    }

    /** The verdict in a word or two. */
    static String title(Verdict verdict) {
        return switch (verdict.status()) {
            case VALID -> "No anomaly";
            case ANOMALIES -> found(verdict) == 1 ? "An anomaly" : Numbers.count(found(verdict)) + " anomalies";
            case UNKNOWN -> "Unknown";
        };
    }

    private static int found(Verdict verdict) {
        return verdict.anomalies().size() + verdict.unlisted();
    }

    private static String meaning(Verdict verdict) {
        return switch (verdict.status()) {
            case VALID ->
                "All answers that clients got are answers of a store that keeps its promises, and everything was looked at.";
            case ANOMALIES ->
                "No store that keeps its promises can have given these answers: "
                        + verdict.anomalies().stream()
                                .map(anomaly -> anomaly.kind().label())
                                .distinct()
                                .collect(Collectors.joining(", "))
                        + ".";
            case UNKNOWN -> "Nothing wrong was found, and that proves nothing.";
        };
    }

    void tiles(Html page) {
        Rates rates = material.judgement().rates();
        long[] latencies = material.latencies();
        long longestNs = material.gaps().stream().mapToLong(Gap::lengthNs).max().orElse(0);
        page.raw("<dl class=\"tiles\">");
        tile(page, "operations", Numbers.count(rates.all().invoked()));
        tile(page, "took effect", Numbers.rate(rates.okPerSecond()) + "/s");
        tile(page, "outside of faults", Numbers.rate(run.okPerSecondUnhurt(material.history())) + "/s");
        tile(page, "median latency", latency(latencies, 50));
        tile(page, "99 of 100 within", latency(latencies, 99));
        tile(page, "longest gap", Numbers.duration(longestNs));
        tile(page, "faults", Numbers.count(run.faults().size()));
        tile(page, "healed to serving", Numbers.duration(TimeUnit.MILLISECONDS.toNanos(run.recoveryMs())));
        page.raw("</dl>\n");
    }

    private static String latency(long[] sorted, int percent) {
        return sorted.length == 0 ? "none" : Numbers.duration(Series.percentile(sorted, percent));
    }

    private static void tile(Html page, String name, String value) {
        page.raw("<div>").element("dt", name).element("dd", value).raw("</div>");
    }

    void facts(Html page) {
        page.raw("<section><h2>Run</h2>\n<table class=\"facts\">");
        page.row("seed", Long.toString(run.seed()));
        page.row(
                "clients did",
                run.activity() + ", judged as "
                        + material.judgement().workload().label());
        page.row(
                "clients",
                Numbers.count(run.clients()) + ", each operation for "
                        + Numbers.duration(run.timeout().toNanos()));
        page.row("for", Numbers.duration(run.time().toNanos()));
        page.row("nodes", cut(String.join(", ", run.nodes())));
        page.row("kinds of faults", run.nemeses().isEmpty() ? "none" : cut(String.join(", ", run.nemeses())));
        page.row("skipped", run.skipped().isEmpty() ? "nothing" : cut(String.join("; ", run.skipped())));
        page.row("Weir", cut(run.weir()));
        page.row("machine", cut(run.machine()));
        page.raw("</table>\n<p>To run it again:</p>\n").element("pre class=\"command\"", cut(run.command()));
        page.raw("</section>\n");
    }

    private static String cut(String text) {
        return Numbers.shortened(text, MAX_TEXT);
    }

    void counts(Html page) {
        Rates rates = material.judgement().rates();
        page.raw("<section><h2>Operations</h2>\n<div class=\"columns\"><div><table>");
        page.heads("kind", "ok", "fail", "info", "all");
        rates.byName().forEach((name, counts) -> counts(page, ":" + name, counts));
        if (rates.byName().size() > 1) {
            counts(page, "all", rates.all());
        }
        page.raw(
                        "</table>\n<p class=\"note\"><b>ok</b> took effect, <b>fail</b> took none and never will, <b>info</b> is in")
                .raw(" doubt: it did, may still, or never will.</p></div>\n");
        errors(page);
        page.raw("</div></section>\n");
    }

    private static void counts(Html page, String name, Rates.Counts counts) {
        page.row(
                name,
                Numbers.count(counts.ok()),
                Numbers.count(counts.fail()),
                Numbers.count(counts.info()),
                Numbers.count(counts.invoked()));
    }

    /** What was said most often of those that did not take effect; the beginning of a message says its kind. */
    private void errors(Html page) {
        Map<String, Long> byKind = new TreeMap<>();
        for (Line line : material.history().lines()) {
            if (line.error() != null && line.type() != LineType.INVOKE) {
                String kind = line.error().split(":", 2)[0];
                byKind.merge(line.type().keyword().substring(1) + ": " + Numbers.shortened(kind, 80), 1L, Long::sum);
            }
        }
        if (byKind.isEmpty()) {
            return;
        }
        List<Map.Entry<String, Long>> most = byKind.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .toList();
        page.raw("<div><table>").heads("error", "times");
        most.stream().limit(MAX_ERRORS).forEach(error -> page.row(error.getKey(), Numbers.count(error.getValue())));
        if (most.size() > MAX_ERRORS) {
            page.row("and " + (most.size() - MAX_ERRORS) + " other kinds", "");
        }
        page.raw("</table></div>");
    }

    void faults(Html page) {
        page.raw("<section><h2>Faults</h2>\n");
        if (run.faults().isEmpty()) {
            page.raw("<p>Nothing was hurt.</p></section>\n");
            return;
        }
        page.raw("<table>").heads("#", "kind", "from", "for", "what");
        int number = 0;
        for (FaultWindow fault :
                run.faults().subList(0, Math.min(MAX_FAULTS, run.faults().size()))) {
            page.row(
                    Integer.toString(++number),
                    Numbers.shortened(fault.nemesis(), 80),
                    Numbers.time(fault.beganNs()),
                    Numbers.duration(fault.healedNs() - fault.beganNs()),
                    Numbers.shortened(fault.description(), 300));
        }
        page.raw("</table>\n");
        if (number < run.faults().size()) {
            page.raw("<p class=\"left-out\">And ")
                    .text(Numbers.count(run.faults().size() - number))
                    .raw(" more.</p>\n");
        }
        page.raw("</section>\n");
    }
}
