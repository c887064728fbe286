package io.weir.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParserFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/** {@code -Dreport.look=DIR} leaves a page in a directory, to be looked at. */
class ResultsPageTest {
    private static final Path GOLDEN = Path.of("src/test/resources/report.html");

    @TempDir
    Path directory;

    /** After a change: {@code -Dreport.write=true} writes the file anew, to be looked at. */
    @Test
    void aPageLooksAsAtTheLastReview() throws IOException {
        String page = ResultsPage.of(SampleReports.kept(SampleReports.all()));
        requireWellFormed(page);
        if (Boolean.getBoolean("report.write")) {
            Files.writeString(GOLDEN, page);
        }
        assertThat(page).isEqualTo(Files.readString(GOLDEN));
    }

    @Test
    void resultsThatDifferInOneSettingBecomeAPlotAgainstIt() throws IOException {
        List<Report> reports = new ArrayList<>(SampleReports.all());
        for (int streams : new int[] {1, 10, 1_000, 100_000}) {
            reports.add(SampleReports.append(4, streams, 1_024, 21_000 - streams / 20.0));
            reports.add(SampleReports.append(1, streams, 1_024, 12_000 - streams / 20.0));
        }
        reports.add(SampleReports.append(8, 64, 1_024, 24_000));
        reports.add(SampleReports.append(4, 64, 65_536, 1_200));
        Path results = Files.createDirectory(directory.resolve("results"));
        for (int i = 0; i < reports.size(); i++) {
            Files.writeString(results.resolve(i + ".json"), reports.get(i).json());
        }
        Files.writeString(results.resolve("compare.json"), SampleReports.COMPARE);
        String page = ResultsPage.of(ResultFiles.read(List.of(results)));
        requireWellFormed(page);
        assertThat(page)
                .contains("aria-label=\"events a second against streams\"")
                .contains("aria-label=\"events a second against partitions\"")
                .contains("aria-label=\"events a second against bytes\"")
                .contains("aria-label=\"MB of payload a second against bytes\"")
                .doesNotContain("against in flight")
                .contains("Not measured: etcd in append: not installed")
                .contains("40,000  (0.50 ×)");
        String at = System.getProperty("report.look");
        if (at != null) {
            Files.writeString(Path.of(at, "look.html"), page);
        }
    }

    @Test
    void settingsOfWhichTwoDifferAreNotJoinedByALine() {
        List<Report> reports =
                List.of(SampleReports.append(1, 10, 100, 1_000), SampleReports.append(4, 100, 1_024, 2_000));
        assertThat(ResultsPage.of(SampleReports.kept(reports))).doesNotContain("against");
    }

    @ParameterizedTest
    @ValueSource(
            doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY, Double.MAX_VALUE, Double.MIN_VALUE, 1e-12, 1e18})
    void anyNumberCanBeDrawn(double value) {
        Latencies.Summary latency = new Latencies.Summary(Long.MAX_VALUE, value, value, 1, value);
        Machine machine = new Machine("", Integer.MAX_VALUE, "", "");
        List<Report> reports = new ArrayList<>();
        for (int streams : new int[] {1, Integer.MAX_VALUE}) {
            reports.add(new AppendReport(
                    "", machine, "", 1, streams, 0, 1, value, List.of(value, 1.0), Long.MAX_VALUE, latency));
        }
        reports.add(new FailoverReport(
                "",
                machine,
                "",
                Long.MAX_VALUE,
                value,
                List.of(value),
                0,
                List.of(new AckTimeline(0, 0, List.of(Integer.MAX_VALUE)))));
        String page = ResultsPage.of(SampleReports.kept(reports));
        requireWellFormed(page);
        assertThat(page)
                .doesNotContain("\"NaN", "\"Infinity", "\"9223372036854775807")
                .doesNotContainPattern("[ML]-?(NaN|Inf)");
        assertThat(page).hasSizeLessThan(100_000);
    }

    @Test
    void whatComesFromOutsideIsNoMarkup() {
        String evil = "</title></svg><script>alert(1)</script>\"'&\u202e\u0000\ud800";
        Machine machine = new Machine(evil, 2, evil, evil);
        Report report = new RestartReport(evil, machine, 1, 1, 1, 1, 1, List.of(1.0), List.of(1.0));
        Kept<?> kept = new Kept<>(1, evil, new Stamp("restart", 1, evil, evil), report);
        String page = ResultsPage.of(List.of(kept));
        requireWellFormed(page);
        assertThat(page).doesNotContain("<script", "\u202e", "\u0000").contains("&lt;script&gt;alert(1)");
    }

    @Test
    void aPageNeedsNothingElse() {
        assertThat(ResultsPage.of(SampleReports.kept(SampleReports.all())))
                .contains("default-src 'none'")
                .contains("prefers-color-scheme: dark")
                .doesNotContain("http:", "https:", "src=", "@import", "<script", "<link", "<img", "url(");
    }

    /** Pages are XML as well: so each element is closed, and nothing from outside is taken for markup. */
    private static void requireWellFormed(String page) {
        try {
            SAXParserFactory.newInstance()
                    .newSAXParser()
                    .parse(new InputSource(new StringReader(page)), new DefaultHandler());
        } catch (SAXException e) {
            throw new AssertionError("not well formed: " + e.getMessage(), e);
        } catch (ParserConfigurationException | IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
