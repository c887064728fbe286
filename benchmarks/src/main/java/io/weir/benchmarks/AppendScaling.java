package io.weir.benchmarks;

import io.weir.benchmarks.page.Html;
import io.weir.benchmarks.page.LineChart;
import io.weir.benchmarks.page.LineChart.Point;
import io.weir.benchmarks.page.Numbers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Throughput against one setting, where results differ in that one and in nothing else. */
final class AppendScaling {
    /** A setting of an append benchmark. */
    private enum Setting {
        STREAMS("streams"),
        PARTITIONS("partitions"),
        BYTES("bytes"),
        IN_FLIGHT("in flight");

        private final String label;

        Setting(String label) {
            this.label = label;
        }

        int of(AppendReport report) {
            return switch (this) {
                case STREAMS -> report.streams();
                case PARTITIONS -> report.partitions();
                case BYTES -> report.eventBytes();
                case IN_FLIGHT -> report.inFlight();
            };
        }

        String text(AppendReport report) {
            return Numbers.count(of(report)) + " " + label;
        }

        boolean varies(List<AppendReport> reports) {
            return reports.stream().mapToInt(this::of).distinct().count() > 1;
        }
    }

    private AppendScaling() {}

    /** The number of a result, with the settings in which it differs from others. */
    static String name(Kept<AppendReport> result, List<Kept<AppendReport>> all) {
        List<AppendReport> reports = all.stream().map(Kept::figures).toList();
        String settings = settings(result.figures(), reports, null);
        return "#" + result.number() + " " + (settings.isEmpty() ? "appends" : settings);
    }

    static void write(Html page, List<Kept<AppendReport>> results) {
        page.raw("<div class=\"pair\">\n");
        for (Setting setting : Setting.values()) {
            Map<List<Object>, List<AppendReport>> groups = new LinkedHashMap<>();
            for (Kept<AppendReport> result : results) {
                groups.computeIfAbsent(otherThan(setting, result.figures()), absent -> new ArrayList<>())
                        .add(result.figures());
            }
            List<List<AppendReport>> lines =
                    groups.values().stream().filter(setting::varies).toList();
            if (lines.isEmpty()) {
                continue;
            }
            draw(page, setting, lines, false);
            if (setting == Setting.BYTES) {
                draw(page, setting, lines, true);
            }
        }
        page.raw("</div>\n");
    }

    private static void draw(Html page, Setting setting, List<List<AppendReport>> lines, boolean isInMegabytes) {
        List<AppendReport> all = lines.stream().flatMap(List::stream).toList();
        String unit = isInMegabytes ? "MB of payload a second" : "events a second";
        LineChart chart = new LineChart(unit + " against " + setting.label, setting.label, unit);
        for (List<AppendReport> line : lines) {
            String name = settings(line.get(0), all, setting);
            chart.line(
                    name.isEmpty() ? line.get(0).cluster() : name,
                    line.stream()
                            .filter(report -> setting.of(report) > 0)
                            .map(report ->
                                    point(setting.of(report), report, isInMegabytes ? report.eventBytes() / 1e6 : 1))
                            .toList());
        }
        chart.write(page);
    }

    private static Point point(double x, AppendReport report, double factor) {
        return new Point(
                x,
                report.eventsPerSecond() * factor,
                Collections.min(report.rounds()) * factor,
                Collections.max(report.rounds()) * factor);
    }

    private static List<Object> otherThan(Setting setting, AppendReport report) {
        List<Object> key = new ArrayList<>(List.of(report.machine(), report.cluster()));
        for (Setting other : Setting.values()) {
            if (other != setting) {
                key.add(other.of(report));
            }
        }
        return key;
    }

    private static String settings(AppendReport report, List<AppendReport> all, @Nullable Setting but) {
        return List.of(Setting.values()).stream()
                .filter(setting -> setting != but && setting.varies(all))
                .map(setting -> setting.text(report))
                .collect(Collectors.joining(", "));
    }
}
