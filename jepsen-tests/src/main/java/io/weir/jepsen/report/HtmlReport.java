package io.weir.jepsen.report;

import io.weir.jepsen.checker.Judgement;
import io.weir.jepsen.checker.Verdict;
import io.weir.jepsen.history.HistoryFile;
import io.weir.jepsen.history.MalformedHistoryException;
import io.weir.jepsen.run.RunRecord;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A run as one page of HTML: the verdict, what was done, how the store bore it, and each anomaly with the lines on which it
 * rests. The page needs nothing else and has no script; it even forbids them, so that no message of an error could become one.
 * The same data give the same bytes. Below {@value #MAX_BYTES} bytes: of what is too long it says what is left out. Pure, on
 * the caller's thread.
 */
public final class HtmlReport {
    /** No page is larger. */
    public static final int MAX_BYTES = 10 << 20;

    private static final int MAX_ANOMALIES_CHARS = 1 << 20;
    private static final int MAX_TIMELINE_BYTES = 7 << 20;

    private HtmlReport() {}

    /**
     * Writes the page anew.
     *
     * @param run what was done
     * @param file what clients saw
     * @param judgement of that file
     * @param page where to
     * @throws MalformedHistoryException if times lie years apart
     */
    public static void write(RunRecord run, HistoryFile file, Judgement judgement, Path page) throws IOException {
        Files.writeString(page, text(run, file, judgement), StandardCharsets.UTF_8);
    }

    static String text(RunRecord run, HistoryFile file, Judgement judgement) {
        Material material = Material.of(run, file, judgement);
        Verdict verdict = judgement.verdict();
        Timeline timeline = new Timeline(material);
        Overview overview = new Overview(material);
        Html page = new Html();
        head(page, Overview.title(verdict) + ": " + Numbers.shortened(run.activity(), 80) + ", seed " + run.seed());
        page.raw("<header><h1>Weir under fault: ")
                .text(Numbers.shortened(run.activity(), 80))
                .raw("</h1></header>\n<main>\n");
        overview.verdict(page);
        overview.tiles(page);
        page.raw("<section><h2>Rates and latencies</h2>\n");
        new Charts(material).write(page);
        page.raw("</section>\n");
        new Anomalies(material, timeline).write(page, MAX_ANOMALIES_CHARS);
        overview.facts(page);
        overview.counts(page);
        new Availability(material).write(page);
        overview.faults(page);
        page.raw("<section><h2>Timeline</h2>\n");
        timeline.write(page, MAX_TIMELINE_BYTES);
        page.raw("</section>\n</main>\n</body>\n</html>\n");
        return page.toString();
    }

    private static void head(Html page, String title) {
        page.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n");
        page.raw(
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n");
        page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n");
        page.raw("<meta name=\"color-scheme\" content=\"light dark\"/>\n");
        page.element("title", title).raw("\n<style>\n").raw(style()).raw("</style>\n</head>\n<body>\n");
        // How operations in doubt are filled, once for all drawings.
        page.raw(
                        "<svg width=\"0\" height=\"0\" class=\"patterns\" aria-hidden=\"true\"><defs><pattern id=\"doubt\" width=\"5\"")
                .raw(" height=\"5\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">")
                .raw("<rect width=\"2\" height=\"5\" class=\"stripe\"/></pattern></defs></svg>\n");
    }

    static String style() {
        try (InputStream bytes =
                Objects.requireNonNull(HtmlReport.class.getResourceAsStream("report.css"), "report.css is missing")) {
            return new String(bytes.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("a part of the program cannot be read", e);
        }
    }
}
