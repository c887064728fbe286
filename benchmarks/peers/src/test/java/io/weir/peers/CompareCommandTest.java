package io.weir.peers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class CompareCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void badInputIsAUsageErrorThatNamesValueAndLimit() {
        assertThat(run("compare", "--peers", "weir,redis")).isEqualTo(2);
        assertThat(run("compare", "--rounds", "0")).isEqualTo(2);
        assertThat(run("compare", "--partitions", "1")).isEqualTo(2);
        assertThat(run("compare", "--workloads", "read")).isEqualTo(2);
        assertThat(run("compare", "--tx-clients", "1,0")).isEqualTo(2);
        assertThat(run("compare", "--weir", "/nowhere/weir.jar")).isEqualTo(2);
        assertThat(run("compare", "--peers", "kafka", "--dir", "/nowhere")).isEqualTo(2);
        assertThat(run("compare", "--peers", "kafka", "--file", "/nowhere/a.json"))
                .isEqualTo(2);
        assertThat(err.toString())
                .contains("--peers names \"redis\"; there are weir, kafka-flush, kafka")
                .contains("--rounds is 0; the limit is 1 to 1000")
                .contains("--partitions is 1; the limit is 2 to 64")
                .contains("read")
                .contains("--tx-clients is 0; the limit is 1 to 1000")
                .contains("--weir /nowhere/weir.jar is no file")
                .contains("--dir /nowhere is no directory")
                .contains("--file /nowhere/a.json cannot be written");
    }

    @Test
    void theFloorsAreMeasuredWithoutAnyProcess(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("report.json");
        int exitCode = run(
                "compare",
                "--peers",
                "fsync-256,lmdb-256,fsync-1",
                "--workloads",
                "append",
                "--warmup",
                "20ms",
                "--duration",
                "100ms",
                "--rounds",
                "2",
                "--dir",
                directory.toString(),
                "--file",
                file.toString(),
                "-o",
                "table");
        assertThat(exitCode).as(err.toString()).isZero();
        JsonNode figures = new ObjectMapper().readTree(Files.readString(file)).at("/sections/0/figures");
        assertThat(figures).hasSize(3).allSatisfy(peer -> {
            assertThat(peer.at("/perSecond").asDouble()).isPositive();
            assertThat(peer.at("/rounds")).hasSize(2);
            assertThat(peer.at("/latency/count").asLong()).isPositive();
        });
        assertThat(figures.at("/0/peer").asText()).isEqualTo("lmdb-256");
        assertThat(out.toString()).contains("weir-peers compare --peers lmdb-256,fsync-1,fsync-256 ");
        assertThat(directory).isDirectoryContaining(file::equals);
        assertThat(Files.list(directory)).hasSize(1);
    }

    @Test
    void helpNamesThePeers() {
        assertThat(run("compare", "--help")).isZero();
        assertThat(out.toString()).contains("kafka-flush").contains("--one-at-a-time");
    }

    private int run(String... args) {
        return Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(args);
    }
}
