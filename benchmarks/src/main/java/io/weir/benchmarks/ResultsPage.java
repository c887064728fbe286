package io.weir.benchmarks;

import io.weir.benchmarks.page.Html;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Results as one page of HTML that needs nothing else; it has no script, and forbids them. The same results give the same bytes. */
final class ResultsPage {
    private ResultsPage() {}

    static String of(List<Kept<?>> results) {
        List<Machine> machines = results.stream()
                .map(result -> result.figures().machine())
                .distinct()
                .toList();
        Html page = new Html();
        page.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n");
        page.raw(
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n");
        page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n");
        page.raw("<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>Benchmarks of Weir</title>\n<style>\n");
        page.raw(style()).raw("</style>\n</head>\n<body>\n<main>\n<h1>Benchmarks of Weir</h1>\n");
        machines(page, machines);
        new ComparisonSection(of(results, ComparisonResult.class)).write(page, machines);
        new AppendSection(of(results, AppendReport.class)).write(page, machines);
        new WeirSections.Transactions(of(results, TransactionReport.class)).write(page, machines);
        new WeirSections.Reads(of(results, ReadReport.class)).write(page, machines);
        new WeirSections.Streams(of(results, StreamsReport.class)).write(page, machines);
        new WeirSections.Failovers(of(results, FailoverReport.class)).write(page, machines);
        new WeirSections.Restarts(of(results, RestartReport.class)).write(page, machines);
        new WeirSections.Stores(of(results, StoreReport.class)).write(page, machines);
        return page.raw("</main>\n</body>\n</html>\n").toString();
    }

    private static void machines(Html page, List<Machine> machines) {
        for (int i = 0; i < machines.size(); i++) {
            page.element("p", (machines.size() == 1 ? "" : "Machine " + (i + 1) + ": ") + machines.get(i))
                    .raw("\n");
        }
        if (machines.size() > 1) {
            page.raw("<p class=\"left-out\">The results are of several machines: compare those of one only.</p>\n");
        }
    }

    private static <T extends Measured> List<Kept<T>> of(List<Kept<?>> results, Class<T> type) {
        List<Kept<T>> found = new ArrayList<>();
        for (Kept<?> result : results) {
            if (type.isInstance(result.figures())) {
                found.add(new Kept<>(result.number(), result.file(), result.stamp(), type.cast(result.figures())));
            }
        }
        return found;
    }

    static String style() {
        try (InputStream bytes =
                Objects.requireNonNull(ResultsPage.class.getResourceAsStream("report.css"), "report.css is missing")) {
            return new String(bytes.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("a part of the program cannot be read", e);
        }
    }
}
