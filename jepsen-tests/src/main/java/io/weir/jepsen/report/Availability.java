package io.weir.jepsen.report;

import io.weir.jepsen.history.Line;
import io.weir.jepsen.history.LineType;
import io.weir.jepsen.run.FaultWindow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** When nothing took effect: the longest of these times, and what each kind of fault cost. */
final class Availability {
    private static final int LONGEST = 8;

    private final Material material;
    private final List<FaultWindow> faults;

    Availability(Material material) {
        this.material = material;
        this.faults = material.run().faults();
    }

    void write(Html page) {
        page.raw("<section><h2>Availability</h2>\n<div class=\"columns\">\n<div>");
        page.raw("<h3>The longest times without any ok</h3>\n<table>");
        page.heads("from", "for", "faults at that time");
        material.gaps().stream()
                .sorted(Comparator.comparingLong(Gap::lengthNs).reversed().thenComparingLong(Gap::fromNs))
                .limit(LONGEST)
                .forEach(gap -> page.row(Numbers.time(gap.fromNs()), Numbers.duration(gap.lengthNs()), touching(gap)));
        page.raw("</table></div>\n<div><h3>By kind of fault</h3>\n<table>");
        page.heads("kind", "times", "lasted", "ok a second", "longest without ok");
        Map<String, List<FaultWindow>> byKind = new LinkedHashMap<>();
        faults.forEach(fault -> byKind.computeIfAbsent(fault.nemesis(), absent -> new ArrayList<>())
                .add(fault));
        byKind.forEach((kind, windows) -> row(page, kind, windows));
        quiet(page);
        page.raw(
                        "</table></div></div>\n<p class=\"note\">A time without ok belongs to each fault of which it touches the time,")
                .raw(
                        " so what a fault costs behind its healing counts. Between the work and the final reads nobody asks.")
                .raw("</p></section>\n");
    }

    private String touching(Gap gap) {
        String touched = faults.stream()
                .filter(gap::touches)
                .limit(6)
                .map(fault -> material.number(fault) + " " + fault.nemesis())
                .collect(Collectors.joining(", "));
        return touched.isEmpty() ? "none" : touched;
    }

    private void row(Html page, String kind, List<FaultWindow> windows) {
        long lastedNs = windows.stream()
                .mapToLong(fault -> fault.healedNs() - fault.beganNs())
                .sum();
        long ok = oks(windows);
        Gap longest = material.gaps().stream()
                .filter(gap -> windows.stream().anyMatch(gap::touches))
                .max(Comparator.comparingLong(Gap::lengthNs))
                .orElse(new Gap(0, 0));
        page.row(
                kind,
                Numbers.count(windows.size()),
                Numbers.duration(lastedNs),
                lastedNs == 0 ? "" : Numbers.rate(ok * 1e9 / lastedNs),
                Numbers.duration(longest.lengthNs()));
    }

    /** While clients worked and nothing was wrong. */
    private void quiet(Html page) {
        long beganNs = Long.MAX_VALUE;
        long endedNs = Long.MIN_VALUE;
        List<Long> oks = new ArrayList<>();
        for (Line line : material.history().lines()) {
            if (line.operation().isFinal()) {
                break;
            }
            beganNs = Math.min(beganNs, line.timeNs());
            endedNs = line.timeNs();
            if (line.type() == LineType.OK) {
                oks.add(line.timeNs());
            }
        }
        if (oks.isEmpty()) {
            return;
        }
        long quietNs = endedNs - beganNs;
        long coveredTo = beganNs;
        for (FaultWindow fault : sorted()) {
            long from = Math.max(coveredTo, fault.beganNs());
            long to = Math.min(endedNs, fault.healedNs());
            if (to > from) {
                quietNs -= to - from;
                coveredTo = to;
            }
        }
        long during = oks.stream()
                .filter(ns -> faults.stream().noneMatch(fault -> isIn(fault, ns)))
                .count();
        Gap longest = material.gaps().stream()
                .filter(gap -> faults.stream().noneMatch(gap::touches))
                .max(Comparator.comparingLong(Gap::lengthNs))
                .orElse(new Gap(0, 0));
        page.row(
                "no fault",
                "",
                Numbers.duration(quietNs),
                quietNs == 0 ? "" : Numbers.rate(during * 1e9 / quietNs),
                Numbers.duration(longest.lengthNs()));
    }

    private List<FaultWindow> sorted() {
        return faults.stream()
                .sorted(Comparator.comparingLong(FaultWindow::beganNs))
                .toList();
    }

    private long oks(List<FaultWindow> windows) {
        return material.history().lines().stream()
                .filter(line -> line.type() == LineType.OK)
                .filter(line -> windows.stream().anyMatch(fault -> isIn(fault, line.timeNs())))
                .count();
    }

    private static boolean isIn(FaultWindow fault, long ns) {
        return ns >= fault.beganNs() && ns < fault.healedNs();
    }
}
