package io.weir.benchmarks;

import io.weir.benchmarks.page.Html;
import io.weir.benchmarks.page.LatencyChart;
import io.weir.benchmarks.page.Numbers;
import java.util.List;
import java.util.stream.Stream;

/** The part of the page for results of one kind: drawings, then the same in numbers, then how to find them again. */
abstract class ReportSection<T extends Measured> {
    final List<Kept<T>> results;

    ReportSection(List<Kept<T>> results) {
        this.results = results;
    }

    abstract String title();

    /** What was measured, for a reader who does not know. */
    abstract String about();

    abstract void figures(Html page);

    /** Writes it; nothing if there are no results. */
    final void write(Html page, List<Machine> machines) {
        if (results.isEmpty()) {
            return;
        }
        page.raw("<section>\n")
                .element("h2", title())
                .raw("\n")
                .element("p", about())
                .raw("\n");
        figures(page);
        page.raw("<h3>How</h3>\n");
        for (Kept<T> result : results) {
            source(page, result, machines);
        }
        page.raw("</section>\n");
    }

    private static void source(Html page, Kept<? extends Measured> result, List<Machine> machines) {
        Stamp stamp = result.stamp();
        StringBuilder text = new StringBuilder("#" + result.number() + "  " + result.file());
        if (stamp.date() != null) {
            text.append(", ").append(stamp.date());
        }
        if (stamp.weir() != null) {
            text.append(", Weir ").append(stamp.weir());
        }
        if (machines.size() > 1) {
            text.append(", machine ").append(machines.indexOf(result.figures().machine()) + 1);
        }
        page.element("p class=\"source\"", text.toString());
        page.element("pre", result.figures().command()).raw("\n");
    }

    /** What a row of a chart is called when a result has several. */
    final String name(Kept<?> result, String what) {
        return results.size() == 1 && !what.isEmpty() ? what : ("#" + result.number() + " " + what).strip();
    }

    static void latency(LatencyChart chart, String name, Latencies.Summary of) {
        chart.row(name, of.p50Ms(), of.p99Ms(), of.p999Ms(), of.maxMs());
    }

    /** Cells of a table. */
    static List<String> cells(Latencies.Summary of) {
        return List.of(
                Numbers.figure(of.p50Ms()),
                Numbers.figure(of.p99Ms()),
                Numbers.figure(of.p999Ms()),
                Numbers.figure(of.maxMs()),
                Numbers.count(of.count()));
    }

    static final List<String> LATENCY_HEADS = List.of("p50 ms", "p99 ms", "p99.9 ms", "max ms", "of");

    static String range(List<Double> rounds) {
        double least = rounds.stream().mapToDouble(each -> each).min().orElse(0);
        double most = rounds.stream().mapToDouble(each -> each).max().orElse(0);
        return Numbers.figure(least) + " to " + Numbers.figure(most);
    }

    static List<String> joined(List<String> some, List<String> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }
}
