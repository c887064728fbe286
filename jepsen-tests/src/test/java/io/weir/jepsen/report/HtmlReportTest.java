package io.weir.jepsen.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.jepsen.checker.Anomaly;
import io.weir.jepsen.checker.AnomalyKind;
import io.weir.jepsen.checker.Judgement;
import io.weir.jepsen.checker.Verdict;
import io.weir.jepsen.history.Header;
import io.weir.jepsen.history.History;
import io.weir.jepsen.history.HistoryFile;
import io.weir.jepsen.history.HistoryRecorder;
import io.weir.jepsen.history.Line;
import io.weir.jepsen.history.MalformedHistoryException;
import io.weir.jepsen.history.Step;
import io.weir.jepsen.history.Workload;
import io.weir.jepsen.run.FaultWindow;
import io.weir.jepsen.run.RunRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code -Dreport.look=DIR} leaves the pages in a directory, to be looked at. {@code -Dreport.seconds=60} makes the long run one
 * of 230,000 operations.
 */
class HtmlReportTest {
    private static final Path SAMPLES = Path.of("src/test/resources/io/weir/jepsen/checker");
    private static final Path GOLDEN = Path.of("src/test/resources/io/weir/jepsen/report/list-append-broken.html");

    @TempDir
    Path directory;

    private long timeNs;

    /** After a change: {@code -Dreport.write=true} writes the file anew, to be looked at. */
    @Test
    void aSmallRunLooksAsAtTheLastReview() throws IOException {
        HistoryFile file = HistoryFile.read(SAMPLES.resolve("list-append-broken.edn"));
        String page =
                page(Texts.run("0.1.0", List.of(new FaultWindow("kill-one", "killed [n2]", 10_000, 30_000))), file);
        if (Boolean.getBoolean("report.write")) {
            Files.createDirectories(Objects.requireNonNull(GOLDEN.getParent()));
            Files.writeString(GOLDEN, page);
        }
        assertThat(page).isEqualTo(Files.readString(GOLDEN));
    }

    @ParameterizedTest
    @ValueSource(strings = {"list-append.edn", "list-append-broken.edn", "set.ndjson.gz", "set-broken.ndjson.gz"})
    void showsHistoriesOfEachKind(String name) throws IOException {
        HistoryFile file = HistoryFile.read(SAMPLES.resolve(name));
        Judgement judgement = Judgement.of(file, null, 0);
        String page = page(Texts.run("0.1.0", List.of()), file);
        Texts.requireWellFormed(page);
        boolean isBroken = name.contains("broken");
        assertThat(page).contains(isBroken ? "class=\"verdict anomalies\"" : "class=\"verdict valid\"");
        assertThat(page.contains("<h2>Anomalies</h2>")).isEqualTo(isBroken);
        judgement
                .verdict()
                .anomalies()
                .forEach(anomaly -> assertThat(page)
                        .contains("</h3>\n<p class=\"argument\">" + new Html().text(anomaly.text()))
                        .contains(new Html()
                                .text(anomaly.lines().get(0).toString())
                                .toString()));
        judgement
                .rates()
                .byName()
                .keySet()
                .forEach(kind -> assertThat(page).contains("<th scope=\"row\">:" + kind + "</th>"));
        assertThat(page).contains("seed 7").contains("<pre class=\"command\">weir jepsen run --seed 7</pre>");
    }

    @Test
    void aPageOfALongRunStaysSmallAndSaysWhatIsLeftOut() throws IOException {
        int seconds = Integer.getInteger("report.seconds", 16);
        MadeUpRun.Left left = MadeUpRun.of(3, 16, Duration.ofSeconds(seconds), 3);
        Judgement judgement = Judgement.of(left.file(), null, 0);
        assertThat(judgement.rates().all().invoked()).isGreaterThan(3_500L * seconds);
        assertThat(judgement.verdict().status()).isEqualTo(Verdict.Status.ANOMALIES);
        Path file = directory.resolve("report.html");
        HtmlReport.write(left.run(), left.file(), judgement, file);
        assertThat(Files.size(file)).isBetween(1L << 20, (long) HtmlReport.MAX_BYTES);
        String page = Files.readString(file);
        Texts.requireWellFormed(page);
        assertThat(page)
                .containsPattern("Left out, so that the page stays small: \\d+ of \\d+ windows, with [\\d,]+ of");
        judgement
                .verdict()
                .anomalies()
                .forEach(anomaly -> assertThat(page)
                        .as(anomaly.text())
                        .contains("<title>" + anomaly.lines().get(0).index() + ": "));
        int first = page.indexOf("<summary>");
        assertThat(page.substring(first, page.indexOf("</summary>")))
                .as("windows with anomalies come first")
                .contains("<strong class=\"tag bad\">anomaly</strong>");
        look("broken", page);
    }

    /** A store that loses everything loses it in many ways. */
    @Test
    void aPageOfManyAnomaliesStaysSmallAndNamesAllOfThem() throws IOException {
        HistoryFile file = HistoryFile.read(SAMPLES.resolve("list-append-broken.edn"));
        Judgement judgement = Judgement.of(file, null, 0);
        List<Line> lines = file.history().lines();
        Anomaly winding = new Anomaly(AnomalyKind.LOST, "long & winding ".repeat(2_000), lines);
        Verdict verdict = new Verdict(Collections.nCopies(700, winding), 12_345, List.of());
        String page = HtmlReport.text(
                Texts.run("0.1.0", List.of()), file, new Judgement(judgement.workload(), judgement.rates(), verdict));
        Texts.requireWellFormed(page);
        assertThat(page.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(HtmlReport.MAX_BYTES / 4);
        assertThat(page)
                .contains("13,045 anomalies", "id=\"anomaly-1\"", "id=\"anomaly-700\"")
                .contains("The rest of it is left out", "And 12,345 more of the same kinds")
                .contains("more characters)");
    }

    @Test
    void theSameDataGiveTheSameBytes() {
        MadeUpRun.Left once = MadeUpRun.of(5, 4, Duration.ofSeconds(12), 1);
        MadeUpRun.Left again = MadeUpRun.of(5, 4, Duration.ofSeconds(12), 1);
        assertThat(page(once.run(), once.file())).isEqualTo(page(again.run(), again.file()));
    }

    @Test
    void manyFaultsAreStillTold() throws IOException {
        MadeUpRun.Left left = MadeUpRun.slow(6, Duration.ofSeconds(600));
        String page = page(left.run(), left.file());
        Texts.requireWellFormed(page);
        assertThat(left.run().faults()).hasSizeGreaterThan(40);
        assertThat(page).contains("class=\"verdict valid\"").contains("rotate(-90)\">1 ");
        for (FaultWindow fault : left.run().faults()) {
            assertThat(page).contains("<td>" + fault.description() + "</td>");
        }
        look("valid", page);
    }

    /** Errors come from outside, and so may everything else in the files. */
    @Test
    void whatComesFromOutsideIsNoMarkup() {
        String evil = "</title></svg><script>alert(1)</script>\"'&\u202e\u0000";
        HistoryRecorder recorder = new HistoryRecorder(() -> timeNs += 1_000);
        HistoryRecorder.Client client = recorder.newClient();
        client.invoke(List.of(Step.append(1, 1)), evil);
        client.fail(evil);
        client.invoke(List.of(Step.append(1, 2)), evil);
        client.info(evil);
        client.invoke(List.of(Step.read(1)), evil);
        client.ok(List.of(Step.saw(1, 1)));
        HistoryFile file = new HistoryFile(Header.UNKNOWN, recorder.history());
        String page = page(Texts.run(evil, List.of(new FaultWindow(evil, evil, 0, 3_000))), file);
        Texts.requireWellFormed(page);
        assertThat(page)
                .doesNotContain("<script", "</script", "\u202e", "\u0000")
                .contains("&lt;script&gt;alert(1)&lt;/script&gt;");
    }

    /** A page is sent to others, and opened without a network. */
    @Test
    void aPageNeedsNothingElse() {
        MadeUpRun.Left left = MadeUpRun.of(1, 3, Duration.ofSeconds(2), 1);
        assertThat(page(left.run(), left.file()))
                .contains("default-src 'none'")
                .doesNotContain("http:", "https:", "src=", "@import", "<script", "<link", "<img", "//")
                .doesNotContainPattern("url\\((?!#)");
    }

    @Test
    void whatProvesNothingIsGreyAndSaysWhy() {
        HistoryRecorder recorder = new HistoryRecorder(() -> timeNs += 1_000);
        HistoryRecorder.Client client = recorder.newClient();
        client.invoke(List.of(Step.append(1, 1)), "n1");
        client.info("timeout");
        String page = page(Texts.run("0.1.0", List.of()), new HistoryFile(Header.UNKNOWN, recorder.history()));
        assertThat(page)
                .contains("class=\"verdict unknown\"", "that proves nothing", "<li>void: nothing took effect</li>");
        look("unknown", page);
    }

    @Test
    void aRunInWhichNothingWasDoneHasAPage() {
        Header header = new Header(Workload.LIST_APPEND, 7, "0.1.0");
        String page = page(Texts.run("0.1.0", List.of()), new HistoryFile(header, History.of(List.of())));
        Texts.requireWellFormed(page);
        assertThat(page).contains("class=\"verdict unknown\"").contains("The history has no operations.");
    }

    @Test
    void timesThatLieYearsApartAreRefused() {
        HistoryRecorder recorder = new HistoryRecorder(() -> timeNs == 0 ? timeNs++ : Long.MAX_VALUE);
        recorder.newClient().invoke(List.of(Step.append(1, 1)), "n1");
        recorder.newClient().invoke(List.of(Step.append(1, 2)), "n1");
        HistoryFile file = new HistoryFile(Header.UNKNOWN, recorder.history());
        assertThatThrownBy(() -> page(Texts.run("0.1.0", List.of()), file))
                .isInstanceOf(MalformedHistoryException.class)
                .hasMessageContaining("years apart");
    }

    private static String page(RunRecord run, HistoryFile file) {
        return HtmlReport.text(run, file, Judgement.of(file, null, 0));
    }

    private static void look(String name, String page) {
        String at = System.getProperty("report.look");
        if (at != null) {
            try {
                Files.write(Path.of(at, name + ".html"), page.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
