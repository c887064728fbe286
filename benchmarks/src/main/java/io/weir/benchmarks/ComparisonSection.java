package io.weir.benchmarks;

import io.weir.benchmarks.ComparisonResult.Figures;
import io.weir.benchmarks.ComparisonResult.Ratios;
import io.weir.benchmarks.ComparisonResult.Skipped;
import io.weir.benchmarks.page.BarChart;
import io.weir.benchmarks.page.BarChart.Tone;
import io.weir.benchmarks.page.Html;
import io.weir.benchmarks.page.LatencyChart;
import io.weir.benchmarks.page.Numbers;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Weir beside other systems: a part for each contest. */
final class ComparisonSection extends ReportSection<ComparisonResult> {
    private static final String WEIR = "weir";

    /** The contest whose rate is given, so that there is nothing to compare. */
    private static final String FIXED_RATE = "latency";

    ComparisonSection(List<Kept<ComparisonResult>> results) {
        super(results);
    }

    @Override
    String title() {
        return "Beside others";
    }

    @Override
    String about() {
        return "All in one run on one machine and one disk. Beside a peer's rate stands Weir's divided by it: above 1 Weir is faster. Look at what an acknowledgement means before comparing.";
    }

    @Override
    void figures(Html page) {
        for (Kept<ComparisonResult> result : results) {
            ComparisonResult comparison = result.figures();
            page.element("h3", "#" + result.number()).raw("\n");
            page.table(
                    List.of("peer", "version", "an acknowledged event is"),
                    comparison.peers().stream()
                            .map(peer -> List.of(peer.name(), peer.versions(), peer.promise()))
                            .toList());
            comparison.sections().forEach(section -> contest(page, section));
            for (Skipped one : comparison.skipped()) {
                page.element(
                        "p class=\"left-out\"",
                        "Not measured: " + one.peer() + " in " + one.contest() + ": " + one.reason());
            }
        }
    }

    private static void contest(Html page, ComparisonResult.Section section) {
        page.raw("<h3>").text(section.contest() + ": " + section.description()).raw("</h3>\n");
        BarChart rates = new BarChart(
                "Rates in " + section.contest(),
                section.contest().startsWith("tx") ? "transactions a second" : "events a second");
        LatencyChart latencies = new LatencyChart("Latencies in " + section.contest());
        List<List<String>> rows = new ArrayList<>();
        for (Figures peer : section.figures()) {
            Ratios ratios = peer.weirBy();
            if (!section.contest().equals(FIXED_RATE)) {
                rates.bar(
                        peer.peer(),
                        peer.perSecond(),
                        List.of(peer.least(), peer.most()),
                        peer.peer().equals(WEIR) ? Tone.MAIN : Tone.OTHER,
                        ratios == null || ratios.rate() == null ? "" : "(" + Numbers.figure(ratios.rate()) + " ×)");
            }
            if (peer.latency() != null) {
                latency(latencies, peer.peer(), peer.latency());
            }
            rows.add(row(peer));
        }
        page.raw("<div class=\"pair\">\n");
        rates.write(page);
        latencies.write(page);
        page.raw("</div>\n");
        page.table(
                List.of(
                        "peer",
                        "a second",
                        "rounds",
                        "p50 ms",
                        "p99 ms",
                        "p99.9 ms",
                        "max ms",
                        "weir/it rate",
                        "p50",
                        "p99",
                        "CPU µs each",
                        "client µs",
                        "disk bytes",
                        "peak MiB",
                        "idle others %"),
                rows);
    }

    private static List<String> row(Figures peer) {
        Latencies.Summary latency = peer.latency();
        Ratios ratios = peer.weirBy();
        return List.of(
                peer.peer(),
                Numbers.figure(peer.perSecond()),
                range(List.of(peer.least(), peer.most())),
                shown(latency == null ? null : latency.p50Ms()),
                shown(latency == null ? null : latency.p99Ms()),
                shown(latency == null ? null : latency.p999Ms()),
                shown(latency == null ? null : latency.maxMs()),
                shown(ratios == null ? null : ratios.rate()),
                shown(ratios == null ? null : ratios.p50()),
                shown(ratios == null ? null : ratios.p99()),
                shown(peer.cpuMicros()),
                shown(peer.clientCpuMicros()),
                shown(peer.writtenBytes()),
                shown(peer.residentMib()),
                Numbers.figure(peer.idleShare() * 100));
    }

    private static String shown(@Nullable Double value) {
        return value == null ? "" : Numbers.figure(value);
    }
}
