package io.weir.peers;

import io.weir.benchmarks.Latencies;
import io.weir.benchmarks.Machine;
import io.weir.benchmarks.Report;
import io.weir.benchmarks.ReportTable;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a comparison found out.
 *
 * @param command the command with all of its options, which does the same again
 * @param machine where it ran
 * @param peers those that were measured at all
 * @param sections one for each contest
 * @param skipped those that were not measured, and why
 */
record ComparisonReport(
        String command, Machine machine, List<PeerFacts> peers, List<Section> sections, List<Skipped> skipped)
        implements Report {
    @Override
    public String kind() {
        return "compare";
    }

    @Override
    public String table() {
        StringBuilder text = new StringBuilder();
        text.append(new ReportTable().line("command", "%s", command).line("machine", "%s", machine));
        Columns facts = new Columns(3, "peer", "version", "an acknowledged event is");
        peers.forEach(peer -> facts.row(List.of(peer.name(), peer.versions(), peer.promise())));
        text.append(System.lineSeparator()).append(facts);
        for (Section section : sections) {
            text.append(System.lineSeparator())
                    .append(section.contest() + ": " + section.description())
                    .append(System.lineSeparator())
                    .append(columns(section));
        }
        for (Skipped one : skipped) {
            text.append(System.lineSeparator())
                    .append("NOT MEASURED: " + one.peer() + " in " + one.contest() + ": " + one.reason())
                    .append(System.lineSeparator())
                    .append("    next step: " + one.nextStep());
        }
        return text.toString();
    }

    private static Columns columns(Section section) {
        Columns columns = new Columns(
                1,
                "peer",
                "a second",
                "least",
                "most",
                "p50 ms",
                "p99 ms",
                "p99.9 ms",
                "max ms",
                "weir/it rate",
                "weir/it p50",
                "weir/it p99",
                "CPU us each",
                "client us each",
                "disk bytes each",
                "peak MiB",
                "idle others %");
        for (Figures peer : section.figures()) {
            Latencies.Summary latency = peer.latency();
            Ratios ratios = peer.weirBy();
            columns.row(List.of(
                    peer.peer(),
                    rate(peer.perSecond()),
                    rate(peer.least()),
                    rate(peer.most()),
                    shown("%.2f", latency == null ? null : latency.p50Ms()),
                    shown("%.2f", latency == null ? null : latency.p99Ms()),
                    shown("%.2f", latency == null ? null : latency.p999Ms()),
                    shown("%.2f", latency == null ? null : latency.maxMs()),
                    shown("%.2f", ratios == null ? null : ratios.rate()),
                    shown("%.2f", ratios == null ? null : ratios.p50()),
                    shown("%.2f", ratios == null ? null : ratios.p99()),
                    shown("%,.0f", peer.cpuMicros()),
                    shown("%,.0f", peer.clientCpuMicros()),
                    shown("%,.0f", peer.writtenBytes()),
                    shown("%,.0f", peer.residentMib()),
                    shown("%.1f", peer.idleShare() * 100)));
        }
        return columns;
    }

    /** Of few transactions a second the tenths count. */
    private static String rate(double perSecond) {
        return shown(perSecond < 100 ? "%.1f" : "%,.0f", perSecond);
    }

    private static String shown(String format, @Nullable Double value) {
        return value == null ? "" : String.format(Locale.ROOT, format, value);
    }
}
