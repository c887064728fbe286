package io.weir.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class BenchCommandTest {
    /** The program in its place. */
    @Command(name = "weir")
    private static final class Weir {}

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void theProgramFindsTheVerb() {
        assertThat(ToolProvider.findFirst("bench")).get().isInstanceOf(BenchCommand.class);
    }

    @Test
    void aValueOutOfRangeIsAUsageErrorThatNamesTheLimit() {
        assertThat(run("append", "--in-flight", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--in-flight is 0; the limit is 1 to");
    }

    @Test
    void aDurationWithoutAUnitIsAUsageErrorWithAnExample() {
        assertThat(run("append", "--warmup", "5")).isEqualTo(2);
        assertThat(err.toString()).contains("\"5\" is not a duration such as 500ms");
    }

    @Test
    void nodesPartitionsHeapAndDirectoryAreLookedAtBeforeAnythingStarts() {
        assertThat(run("append", "--nodes", "0")).isEqualTo(2);
        assertThat(run("append", "--partitions", "65")).isEqualTo(2);
        assertThat(run("append", "--heap-mib", "1")).isEqualTo(2);
        assertThat(run("append", "--dir", "/nowhere/at/all")).isEqualTo(2);
        assertThat(err.toString())
                .contains("--nodes is 0; the limit is 1 to 9")
                .contains("--partitions is 65; the limit is 1 to 64")
                .contains("--heap-mib is 1")
                .contains("--dir /nowhere/at/all is no directory");
    }

    @Test
    void theStoreIsMeasuredAndRemoved(@TempDir Path directory) throws IOException {
        String[] plan = {
            "--events", "640", "--streams", "100", "--rounds", "2", "--dir", directory.toString(), "-o", "table"
        };
        for (String checkpointMib : List.of("0", "1")) {
            String[] args = Stream.of(List.of("store", "--checkpoint-mib", checkpointMib), List.of(plan))
                    .flatMap(List::stream)
                    .toArray(String[]::new);
            assertThat(run(args)).as(err.toString()).isZero();
        }
        assertThat(out.toString())
                .contains("median of 2 rounds")
                .contains("of 10\n")
                .contains("open ")
                .contains("--checkpoint-mib 0")
                .contains("--checkpoint-mib 1");
        assertThat(directory).isEmptyDirectory();
        assertThat(run("store", "--batch", "0")).isEqualTo(2);
        assertThat(run("store", "--dir", "/nowhere/at/all")).isEqualTo(2);
    }

    @Test
    void transactionsThatCannotBeMeasuredSayWhy() {
        assertThat(run("tx", "--streams", "63")).isEqualTo(2);
        assertThat(err.toString()).contains("--streams is 63; the limit is 64 to 1000000");
        assertThat(run("tx", "--clients", "0")).isEqualTo(2);
    }

    @Test
    void aRestartThatCannotBeMeasuredSaysWhy() {
        assertThat(run("restart", "--store-mib", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--store-mib is 0; the limit is 1 to");
        assertThat(run("restart", "--dir", "/nowhere/at/all")).isEqualTo(2);
    }

    @Test
    void allIsReadFromAStoreInThisProcess(@TempDir Path directory) {
        assertThat(run(
                        "read",
                        "--embedded",
                        "--events",
                        "3000",
                        "--rounds",
                        "2",
                        "--dir",
                        directory.toString(),
                        "-o",
                        "table"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString())
                .contains("in this process, 1 partitions")
                .contains("MB/s")
                .contains("--events 3000");
        assertThat(directory).isEmptyDirectory();
        assertThat(run("read", "--size", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--size is 0; the limit is 1 to 1000000");
    }

    @Test
    void resultsBecomeAPage(@TempDir Path directory) throws IOException {
        Path result = Files.writeString(
                directory.resolve("a.json"), SampleReports.all().get(0).json());
        Path page = directory.resolve("page.html");
        assertThat(run("report", directory.toString(), "--file", page.toString()))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).isEqualTo(page + ": 1 result" + System.lineSeparator());
        assertThat(page).content().startsWith("<!DOCTYPE html>").contains("a.json");
        Files.writeString(result, "{\"kind\":\"soak\"}");
        assertThat(run("report", result.toString(), "--file", page.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("a.json is of the kind \"soak\"");
    }

    @Test
    void aPageThatCannotBeMadeIsAUsageError(@TempDir Path directory) {
        assertThat(run("report")).isEqualTo(2);
        assertThat(run("report", directory.toString())).isEqualTo(2);
        assertThat(run("report", "/nowhere.json")).isEqualTo(2);
        assertThat(run("report", directory.toString(), "--file", "/nowhere/at/all.html"))
                .isEqualTo(2);
        assertThat(err.toString())
                .contains("benchmarks/results does not exist")
                .contains("holds no *.json or *.ndjson")
                .contains("/nowhere.json does not exist")
                .contains("--file /nowhere/at/all.html cannot be written");
    }

    @Test
    void aFailoverNeedsThreeNodes() {
        assertThat(run("failover", "--nodes", "2")).isEqualTo(2);
        assertThat(err.toString()).contains("--nodes is 2; the limit is 3 to 9");
    }

    @Test
    void streamsThatCannotBeMeasuredSayWhy() {
        assertThat(run("streams", "--many", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--many is 0; the limit is 1 to 100000000");
    }

    /** After a change: {@code -Dhelp.write=true} writes the files anew, to be reviewed. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "weir-bench",
                "weir-bench-append",
                "weir-bench-tx",
                "weir-bench-read",
                "weir-bench-streams",
                "weir-bench-failover",
                "weir-bench-restart",
                "weir-bench-store",
                "weir-bench-report"
            })
    void helpSaysWhatItSaidAtTheLastReview(String verb) throws IOException {
        CommandLine command = new CommandLine(new Weir()).addSubcommand(new BenchCommand());
        command.setUsageHelpWidth(100);
        for (String name : verb.replaceFirst("^weir-", "").split("-", -1)) {
            command = Objects.requireNonNull(command.getSubcommands().get(name));
        }
        String help = command.getUsageMessage(CommandLine.Help.Ansi.OFF);
        Path file = Path.of("src/test/resources/help", verb + ".txt");
        if (Boolean.getBoolean("help.write")) {
            Files.createDirectories(Objects.requireNonNull(file.getParent()));
            Files.writeString(file, help);
        }
        assertThat(help).isEqualTo(Files.readString(file));
    }

    @Test
    void helpIsWrittenToStandardOutput() {
        assertThat(run("append", "--help")).isZero();
        assertThat(out.toString()).contains("Exit codes:").contains("Examples:");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void durationsAreWrittenAsTheyAreRead() {
        for (String text : List.of("1ms", "500ms", "20s", "90s", "2m")) {
            Duration duration = new DurationConverter().convert(text);
            assertThat(DurationConverter.format(duration)).isEqualTo(text);
        }
        assertThat(DurationConverter.format(Duration.ZERO)).isEqualTo("0s");
    }

    @Test
    void theReportNamesTheCommandAndTheMedian() {
        AppendReport report = new AppendReport(
                "weir bench append --size 1024",
                Machine.here("ext4"),
                "3 nodes",
                4,
                32,
                1_024,
                64,
                20_000,
                List.of(10_000.0, 20_000.0, 30_000.0),
                1_000,
                new Latencies.Summary(5_000, 1.5, 2.5, 3.5, 4.5));
        assertThat(report.table())
                .contains("weir bench append --size 1024")
                .contains("20,000 events/s of 1,024 bytes (20.5 MB/s), median of 3 rounds from 10,000 to 30,000")
                .contains("p50 1.50 ms, p99 2.50 ms, p99.9 3.50 ms, max 4.50 ms at 1,000/s");
        assertThat(report.jsonLine().lines()).hasSize(1);
        assertThat(report.jsonLine())
                .contains("\"command\":\"weir bench append --size 1024\"")
                .contains("\"p50Ms\":1.5");
        assertThat(report.json())
                .contains("\"eventsPerSecond\" : 20000.0")
                .contains("\"p999Ms\" : 3.5")
                .contains("\"fileSystem\" : \"ext4\"");
    }

    @Test
    void theReportOfStreamsNamesTheRatioAndTheMemory() {
        StreamsReport report = new StreamsReport(
                "weir bench streams",
                Machine.here("ext4"),
                "3 nodes",
                100,
                10,
                1_000_000,
                0.5,
                new StreamsBench.Result(
                        List.of(20_000.0),
                        List.of(10_000.0),
                        9_000,
                        List.of(new NodeMemory(700L << 20, 2_048L << 20))));
        assertThat(report.table())
                .contains("20,000 events/s of 100 bytes to any of 10 streams")
                .contains("10,000 events/s of 100 bytes to any of 1,000,000 streams")
                .contains("ratio     0.50")
                .contains("700 MiB of its own, and 2,048 MiB of mapped files");
        assertThat(report.jsonLine()).contains("\"ratio\":0.5").contains("\"ownBytes\":734003200");
    }

    private int run(String... args) {
        return new BenchCommand().run(new PrintWriter(out), new PrintWriter(err), args);
    }
}
