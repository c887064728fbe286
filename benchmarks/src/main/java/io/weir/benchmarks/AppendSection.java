package io.weir.benchmarks;

import io.weir.benchmarks.page.BarChart;
import io.weir.benchmarks.page.Html;
import io.weir.benchmarks.page.LatencyChart;
import io.weir.benchmarks.page.Numbers;
import java.util.ArrayList;
import java.util.List;

/** Appends: how many a second, after how long, and how that scales. */
final class AppendSection extends ReportSection<AppendReport> {
    AppendSection(List<Kept<AppendReport>> results) {
        super(results);
    }

    @Override
    String title() {
        return "Appends";
    }

    @Override
    String about() {
        return "Single appends from one client: as fast as they are acknowledged, then at a fixed rate, each timed from when it was due. Thin lines reach from the slowest to the fastest round.";
    }

    @Override
    void figures(Html page) {
        AppendScaling.write(page, results);
        BarChart rates = new BarChart("Events a second of each result", "events a second");
        LatencyChart latencies = new LatencyChart("Latencies of appends");
        List<List<String>> rows = new ArrayList<>();
        for (Kept<AppendReport> result : results) {
            AppendReport report = result.figures();
            String name = AppendScaling.name(result, results);
            rates.bar(name, report.eventsPerSecond(), report.rounds(), BarChart.Tone.MAIN, "");
            Latencies.Summary latency = report.latency();
            if (latency != null) {
                latency(latencies, name, latency);
            }
            rows.add(joined(
                    List.of(
                            "#" + result.number(),
                            Numbers.count(report.partitions()),
                            Numbers.count(report.streams()),
                            Numbers.count(report.eventBytes()),
                            Numbers.count(report.inFlight()),
                            Numbers.figure(report.eventsPerSecond()),
                            range(report.rounds()),
                            Numbers.figure(report.eventsPerSecond() * report.eventBytes() / 1e6),
                            latency == null ? "" : Numbers.count(report.latencyRate())),
                    latency == null ? List.of("", "", "", "", "") : cells(latency)));
        }
        page.raw("<div class=\"pair\">\n");
        rates.write(page);
        latencies.write(page);
        page.raw("</div>\n");
        page.table(
                joined(
                        List.of(
                                "",
                                "partitions",
                                "streams",
                                "bytes",
                                "in flight",
                                "events/s",
                                "rounds",
                                "MB/s",
                                "at rate"),
                        LATENCY_HEADS),
                rows);
    }
}
