package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.jepsen.history.Header;
import io.weir.jepsen.history.HistoryFile;
import io.weir.jepsen.history.Workload;
import io.weir.jepsen.run.RunFile;
import io.weir.jepsen.run.RunRecord;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportCommandTest {
    private static final Path SAMPLES = Path.of("src/test/resources/io/weir/jepsen/checker");

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void writesThePageAndSaysWhere() throws IOException {
        leaveRun("list-append.edn");
        assertThat(run("report", directory.toString())).as(err.toString()).isZero();
        Path page = directory.resolve("report.html");
        assertThat(out.toString()).isEqualTo("VALID " + page + System.lineSeparator());
        assertThat(Files.readString(page))
                .startsWith("<!DOCTYPE html>")
                .endsWith("</html>\n")
                .contains("seed 7");
    }

    @Test
    void theExitCodeIsTheVerdict() throws IOException {
        leaveRun("list-append-broken.edn");
        assertThat(run("report", directory.toString())).isEqualTo(1);
        assertThat(out.toString()).startsWith("ANOMALIES ");
        leaveRun("list-append.edn");
        assertThat(run("report", "--min-rate", "1e9", directory.toString())).isEqualTo(5);
        assertThat(Files.readString(directory.resolve("report.html"))).contains("void: ");
    }

    @Test
    void whatIsNoRunIsToldWithTheFile() throws IOException {
        assertThat(run("report", directory.toString())).isEqualTo(2);
        assertThat(err.toString()).endsWith("run.json: there is no such file" + System.lineSeparator());
        leaveRun("list-append.edn");
        Files.writeString(directory.resolve("run.json"), "{}");
        assertThat(run("report", directory.toString())).isEqualTo(2);
        assertThat(err.toString()).endsWith("run.json: format is missing" + System.lineSeparator());
        leaveRun("list-append.edn");
        Files.writeString(directory.resolve("history.ndjson.gz"), "no history");
        assertThat(run("report", directory.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("history.ndjson.gz: row 1");
        Files.delete(directory.resolve("history.ndjson.gz"));
        assertThat(run("report", directory.toString())).isEqualTo(2);
        assertThat(err.toString()).endsWith("history.ndjson.gz: there is no such file" + System.lineSeparator());
        assertThat(directory.resolve("report.html")).doesNotExist();
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void aWrongUseIsTold() {
        assertThat(run("report")).isEqualTo(2);
        assertThat(err.toString()).contains("Missing required parameter: 'DIR'");
        assertThat(run("report", "--min-rate", "NaN", directory.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("--min-rate is NaN");
    }

    private void leaveRun(String sample) throws IOException {
        HistoryFile file = HistoryFile.read(SAMPLES.resolve(sample));
        new HistoryFile(new Header(Workload.LIST_APPEND, 7, "0.1.0"), file.history())
                .write(directory.resolve("history.ndjson.gz"));
        RunRecord record = new RunRecord(
                "list-append",
                List.of(),
                List.of(),
                7,
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                3,
                List.of("n1", "n2"),
                List.of(),
                10,
                "0.1.0",
                "here",
                "weir jepsen run --seed 7");
        RunFile.write(record, directory.resolve("run.json"));
    }

    private int run(String... args) {
        return new JepsenCommand().run(new PrintWriter(out), new PrintWriter(err), args);
    }
}
