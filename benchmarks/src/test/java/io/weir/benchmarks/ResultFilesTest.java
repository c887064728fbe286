package io.weir.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResultFilesTest {
    private static final String GOOD = SampleReports.all().get(5).jsonLine();

    @TempDir
    Path directory;

    @Test
    void everyKindIsReadAsItWasKept() throws IOException {
        for (Report report : SampleReports.all()) {
            Files.writeString(directory.resolve("result.json"), report.json());
            Kept<?> kept = ResultFiles.read(List.of(directory)).get(0);
            assertThat(kept.figures()).isEqualTo(report);
            assertThat(kept.stamp().kind()).isEqualTo(report.kind());
            assertThat(kept.stamp().date()).endsWith("Z");
            assertThat(kept.file()).endsWith("result.json");
        }
    }

    @Test
    void aReportBeginsWithWhatItIs() {
        for (Report report : SampleReports.all()) {
            assertThat(report.jsonLine())
                    .startsWith("{\"kind\":\"" + report.kind() + "\",\"version\":1,\"weir\":\"")
                    .containsOnlyOnce("\"kind\"");
        }
    }

    @Test
    void aFileMayHoldSeveralAndADirectoryMoreAtAnyDepth() throws IOException {
        Files.writeString(directory.resolve("a.ndjson"), GOOD + "\n" + GOOD + "\n");
        Files.createDirectory(directory.resolve("b"));
        Files.writeString(directory.resolve("b/c.json"), SampleReports.COMPARE);
        Files.writeString(directory.resolve("notes.txt"), "no result");
        List<Kept<?>> results = ResultFiles.read(List.of(directory, directory.resolve("a.ndjson")));
        assertThat(results).extracting(Kept::number).containsExactly(1, 2, 3);
        assertThat(results.get(2).figures()).isInstanceOf(ComparisonResult.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"kind":"soak","version":1}          | of the kind "soak"; known are append, compare,
            {"kind":"append","version":2}        | of the kind append, version 2; known is 1
            {"kind":"append"}                    | of the kind append, version none; known is 1
            {"kind":"append","version":1}        | says that it is of the kind append, but:
            {"command":"weir bench append"}      | no result of a benchmark: it has no "kind"
            [1, 2]                               | no result of a benchmark
            {"kind":"append",                    | no JSON of a benchmark
            not JSON                             | no JSON of a benchmark
            """)
    void whatIsNoKnownResultIsRefusedWithItsName(String text, String message) throws IOException {
        requireRefused(text, message);
    }

    @Test
    void whatLacksSomethingOrHasMoreIsRefused() throws IOException {
        requireRefused("", "bad.json is empty");
        requireRefused(GOOD.replace("\"stopped\":[2.5,2.6],", ""), "/stopped is missing");
        requireRefused(GOOD.replace("[2.5,2.6]", "[]"), "/stopped is empty");
        requireRefused(GOOD.replace("[2.5,2.6]", "[2.5,null]"), "/stopped/1 is missing");
        requireRefused(
                GOOD.replace("\"fileSystem\":\"ext4\"", "\"fileSystem\":null"), "/machine/fileSystem is missing");
        requireRefused(GOOD.replace("\"heapMib\":512,", ""), "heapMib");
        requireRefused(GOOD.replace("\"heapMib\":512", "\"heapMib\":512.5"), "512.5");
        requireRefused(GOOD.replace("\"heapMib\":", "\"stackMib\":1,\"heapMib\":"), "stackMib");
        requireRefused("[".repeat(5_000), "nesting depth");
    }

    @Test
    void whatIsTooLargeIsNotEvenRead() throws IOException {
        Path file = directory.resolve("bad.json");
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.setLength(ResultFiles.MAX_FILE_BYTES + 1);
        }
        assertThatThrownBy(() -> ResultFiles.read(List.of(file)))
                .isInstanceOf(UnreadableResultException.class)
                .hasMessageContaining("has 16777217 bytes; the limit of a result is 16777216");
    }

    private void requireRefused(String text, String message) throws IOException {
        Path file = Files.writeString(directory.resolve("bad.json"), text);
        assertThatThrownBy(() -> ResultFiles.read(List.of(file)))
                .isInstanceOf(UnreadableResultException.class)
                .hasMessageStartingWith(file + " ")
                .hasMessageContaining(message);
    }
}
