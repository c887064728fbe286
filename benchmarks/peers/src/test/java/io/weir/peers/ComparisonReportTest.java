package io.weir.peers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.weir.benchmarks.BenchCommand;
import io.weir.benchmarks.Latencies;
import io.weir.benchmarks.Machine;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonReportTest {
    private static final Latencies.Summary FAST = new Latencies.Summary(100, 1, 4, 8, 16);
    private static final Latencies.Summary SLOW = new Latencies.Summary(100, 5, 40, 80, 160);

    @Test
    void figuresAreTheMedianOfTheRoundsAndSumsForEachEvent() {
        List<RoundFigures> rounds = List.of(
                new RoundFigures(100, 300, null, 1_000_000, 500_000L, 20_000L, 0.01),
                new RoundFigures(300, 100, null, 3_000_000, 300_000L, 20_000L, 0.03),
                new RoundFigures(100, 200, null, 1_000_000, 200_000L, 10_000L, 0.02));
        Figures figures = Figures.of("kafka", rounds, null, 2_048);
        assertThat(figures.perSecond()).isEqualTo(200);
        assertThat(figures.least()).isEqualTo(100);
        assertThat(figures.most()).isEqualTo(300);
        assertThat(figures.cpuMicros()).isEqualTo(10);
        assertThat(figures.clientCpuMicros()).isEqualTo(2);
        assertThat(figures.writtenBytes()).isEqualTo(100);
        assertThat(figures.residentMib()).isEqualTo(2);
        assertThat(figures.idleShare()).isEqualTo(0.03);
    }

    @Test
    void whatTheSystemDoesNotTellIsLeftOutInsteadOfBeingZero() {
        List<RoundFigures> rounds = List.of(
                new RoundFigures(100, 300, null, 1_000_000, null, 20_000L, 0),
                new RoundFigures(100, 300, null, 1_000_000, null, null, 0));
        Figures figures = Figures.of("lmdb-256", rounds, null, -1);
        assertThat(figures.clientCpuMicros()).isNull();
        assertThat(figures.writtenBytes()).isNull();
        assertThat(figures.residentMib()).isNull();
        assertThat(Figures.of("kafka", List.of(new RoundFigures(0, 0, null, 1, 1L, 1L, 0)), null, 1)
                        .cpuMicros())
                .isNull();
    }

    @Test
    void aRatioIsWeirsFigureDividedByThePeers() {
        Ratios ratios = Ratios.of(Workload.tx, figures("weir", 300, FAST), figures("kafka", 150, SLOW));
        assertThat(ratios).isEqualTo(new Ratios(2.0, 0.2, 0.1));
    }

    @Test
    void aRateThatWasGivenHasNoRatioNorHaveMissingLatencies() {
        Figures weir = figures("weir", 300, FAST);
        assertThat(Ratios.of(Workload.latency, weir, figures("kafka", 300, SLOW)))
                .isEqualTo(new Ratios(null, 0.2, 0.1));
        assertThat(Ratios.of(Workload.append, weir, figures("ratis-1", 100, null)))
                .isEqualTo(new Ratios(3.0, null, null));
        assertThat(Ratios.of(Workload.append, weir, figures("ratis-1", 0, null)))
                .isEqualTo(new Ratios(null, null, null));
    }

    @Test
    void theTableHasARowForEachPeerAndNamesThoseThatAreMissing() {
        String table = report().table();
        assertThat(table)
                .contains("weir-peers compare --peers weir,kafka,etcd")
                .contains("append: events of 1,024 bytes")
                .contains("weir   weir 0.1.0   fsynced")
                .contains("NOT MEASURED: etcd in append: the program etcd is not installed")
                .contains("next step: apt-get install etcd-server");
        assertThat(table.lines()).anyMatch(line -> line.matches("kafka +150 +150 +150 +5.00 +40.00 .* 2.00 +0.20 .*"));
    }

    @Test
    void columnsInWhichNobodyHasAnythingAreLeftOut() {
        Columns columns = new Columns(1, "peer", "a second", "p50 ms");
        columns.row(List.of("weir", "30,000", ""));
        columns.row(List.of("kafka-flush", "9", ""));
        assertThat(columns.toString().lines())
                .containsExactly("peer         a second", "weir           30,000", "kafka-flush         9");
    }

    @Test
    void scriptsReadTheSameAsJson() throws Exception {
        JsonNode json = new ObjectMapper().readTree(report().json());
        assertThat(json.at("/kind").asText()).isEqualTo("compare");
        assertThat(json.at("/version").asInt()).isEqualTo(1);
        assertThat(json.at("/command").asText()).startsWith("weir-peers compare");
        assertThat(json.at("/machine/fileSystem").asText()).isEqualTo("ext4");
        assertThat(json.at("/peers/1/promise").asText()).isEqualTo("in the page cache");
        assertThat(json.at("/sections/0/contest").asText()).isEqualTo("append");
        assertThat(json.at("/sections/0/figures/1/weirBy/rate").asDouble()).isEqualTo(2);
        assertThat(json.at("/sections/0/figures/1/rounds/0/perSecond").asDouble())
                .isEqualTo(150);
        assertThat(json.at("/sections/0/figures/0/weirBy").isMissingNode()).isTrue();
        assertThat(json.at("/skipped/0/absent").asBoolean()).isTrue();
        assertThat(report().jsonLine().lines()).hasSize(1);
    }

    /** The reader, in another module, knows every field, and refuses what it does not know. */
    @Test
    void theReportOfBenchmarksReadsIt(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("beside.json"), report().json());
        Path page = directory.resolve("page.html");
        StringWriter err = new StringWriter();
        int exitCode = new BenchCommand()
                .run(
                        new PrintWriter(new StringWriter()),
                        new PrintWriter(err),
                        "report",
                        file.toString(),
                        "--file",
                        page.toString());
        assertThat(exitCode).as(err.toString()).isZero();
        assertThat(page).content().contains("kafka 4.3.1", "150  (2.00 ×)", "Not measured: etcd in append");
    }

    private static ComparisonReport report() {
        Figures weir = figures("weir", 300, FAST);
        Figures kafka = figures("kafka", 150, SLOW);
        return new ComparisonReport(
                "weir-peers compare --peers weir,kafka,etcd",
                Machine.here("ext4"),
                List.of(
                        new PeerFacts("weir", "weir 0.1.0", "fsynced"),
                        new PeerFacts("kafka", "kafka 4.3.1", "in the page cache")),
                List.of(new Section(
                        "append",
                        "events of 1,024 bytes",
                        List.of(weir, kafka.withRatios(Ratios.of(Workload.append, weir, kafka))))),
                List.of(new Skipped(
                        "etcd", "append", "the program etcd is not installed", "apt-get install etcd-server", true)));
    }

    private static Figures figures(String peer, double perSecond, Latencies.@Nullable Summary latency) {
        RoundFigures round = new RoundFigures(100, perSecond, latency, 1_000_000, 100_000L, 10_000L, 0);
        return Figures.of(peer, List.of(round), latency, 1_024);
    }
}
