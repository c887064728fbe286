package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.jepsen.Program.Result;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program as a fourth process against three servers: what it prints, and its exit codes. */
@Timeout(180)
class CommandLineIT {
    @TempDir
    static Path directory;

    private static Rig rig;

    @BeforeAll
    static void start() {
        rig = Rig.start(directory);
    }

    @AfterAll
    static void end() {
        if (rig != null) {
            rig.close();
        }
    }

    @Test
    void streamsAreWrittenAndReadAndNamed() throws Exception {
        Result appended = weir(
                "stream",
                "append",
                "order-7",
                "--expected",
                "no-stream",
                "--type",
                "Placed",
                "--data",
                "{\"total\":12}");
        appended.requireExit(0);
        assertThat(appended.out()).contains("\"lastRevision\":0");

        Result conflict = weir("stream", "append", "order-7", "--expected", "no-stream", "--data", "{}");
        conflict.requireExit(4);
        assertThat(conflict.err()).contains("order-7").contains("revision 0");

        byte[] lines = "one\ntwo\nthree\n".getBytes(StandardCharsets.UTF_8);
        try (Program program =
                Program.start(directory, withAddress("stream", "tail", "order-7", "--from", "start", "--limit", "4"))) {
            Program.run(directory, lines, withAddress("stream", "append", "order-7", "-", "--expected", "revision:0"))
                    .requireExit(0);
            assertThat(program.awaitEnd().requireExit(0).outLines()).hasSize(4);
        }

        List<String> read =
                weir("stream", "read", "order-7", "-o", "ndjson").requireExit(0).outLines();
        assertThat(read).hasSize(4);
        assertThat(read.get(0))
                .contains("\"revision\":0")
                .contains("\"type\":\"Placed\"")
                .contains("{\"total\":12}");
        assertThat(read.get(3)).contains("\"revision\":3").contains("three");
        assertThat(weir("stream", "read", "order-7", "--backwards", "--limit", "1", "-o", "ndjson")
                        .requireExit(0)
                        .outLines())
                .containsExactly(read.get(3));

        Result list = weir("stream", "list", "order-", "-o", "ndjson").requireExit(0);
        assertThat(list.outLines()).singleElement().asString().contains("order-7");
        assertThat(weir("stream", "info", "order-7", "-o", "json")
                        .requireExit(0)
                        .out())
                .containsPattern("\"lastRevision\" ?: ?3");
        Result missing = weir("stream", "info", "order-8");
        missing.requireExit(1);
        assertThat(missing.err()).contains("\"order-8\" does not exist");
    }

    @Test
    void theClusterIsDescribedAndCompared() throws Exception {
        Result status = weir("cluster", "status", "-o", "ndjson").requireExit(0);
        assertThat(status.outLines()).hasSize(3 * Rig.PARTITIONS);
        assertThat(status.outLines().stream().filter(line -> line.contains("\"LEADER\"")))
                .hasSize(Rig.PARTITIONS);
        assertThat(weir("cluster", "hash", "-o", "ndjson").requireExit(0).outLines())
                .hasSize(3 * Rig.PARTITIONS);
        Result doctor = weir("doctor");
        doctor.requireExit(0);
        assertThat(doctor.out()).contains("digests");
    }

    @Test
    void theBenchmarkComesWithTheDistribution() throws Exception {
        Result result = weir(
                "bench",
                "append",
                "--warmup",
                "100ms",
                "--rounds",
                "1",
                "--events",
                "300",
                "--latency-duration",
                "0s",
                "-o",
                "json");
        result.requireExit(0);
        assertThat(result.out()).contains("\"eventsPerSecond\"").contains("--events 300");
    }

    @Test
    void aFailoverAndManyStreamsAreMeasured() throws Exception {
        Result failover = Program.run(
                directory, "bench", "failover", "--rounds", "1", "--before", "500ms", "--dir", directory.toString());
        failover.requireExit(0);
        assertThat(failover.out()).contains("\"resumedMs\"").contains("\"maxElectionMs\":1000");
        Result streams = Program.run(
                directory,
                "bench",
                "streams",
                "--nodes",
                "1",
                "--many",
                "500",
                "--warmup",
                "100ms",
                "--rounds",
                "1",
                "--duration",
                "200ms");
        streams.requireExit(0);
        assertThat(streams.out()).contains("\"ratio\"").contains("\"ownBytes\"");
    }

    @Test
    void theJudgeOfHistoriesComesWithTheDistribution() throws Exception {
        Path samples = Distribution.moduleDirectory().resolve("src/test/resources/io/weir/jepsen/checker");
        Result good = Program.run(
                directory, "jepsen", "check", samples.resolve("set.ndjson.gz").toString());
        good.requireExit(0);
        assertThat(good.out()).contains("\"VALID\"");
        Result bad = Program.run(
                directory,
                "jepsen",
                "check",
                "-o",
                "table",
                samples.resolve("list-append-broken.edn").toString());
        bad.requireExit(1);
        assertThat(bad.out()).contains("G-single: ");
    }

    @Test
    void usageIsRefusedAndAMissingClusterIsUnavailable() throws Exception {
        weir("stream", "append", "order-9", "--data", "x").requireExit(2);
        Result nobody = Program.run(
                directory, "stream", "read", "order-7", "--connect", "weir://127.0.0.1:1", "--timeout", "2s");
        nobody.requireExit(3);
        assertThat(nobody.err()).contains("127.0.0.1:1");
    }

    @Test
    void aTailGoesOnWhenTheLeaderIsKilled() throws Exception {
        String stream = "followed";
        int partition = rig.client().partitionOf(stream);
        try (Program tail = Program.start(
                directory, withAddress("stream", "tail", stream, "--from", "start", "--limit", "20", "-o", "ndjson"))) {
            append(stream, 0, 10);
            Rig.await(
                    "ten events in the tail",
                    () -> tail.out().lines().count() >= 10 ? Optional.of(true) : Optional.empty());
            String leader = rig.awaitLeader(partition);
            rig.cluster().kill(leader);
            try {
                append(stream, 10, 20);
                List<String> lines = tail.awaitEnd().requireExit(0).outLines();
                assertThat(lines).hasSize(20);
                for (int i = 0; i < lines.size(); i++) {
                    assertThat(lines.get(i)).contains("\"revision\":" + i + ",").contains("\"n\":" + i + "}");
                }
                // While a node is down, the comparison must not claim that all replicas agree.
                Result hash = weir("cluster", "hash");
                hash.requireExit(3);
                assertThat(hash.err()).contains(leader);
            } finally {
                rig.cluster().restart(leader);
                rig.cluster().awaitReady(Rig.PATIENCE);
            }
        }
        rig.awaitEqualReplicas();
    }

    private static void append(String stream, int from, int to) {
        for (int n = from; n < to; n++) {
            rig.client()
                    .append(stream, Expected.any(), List.of(NewEvent.json("Counted", "{\"n\":" + n + "}")))
                    .join()
                    .orThrow();
        }
    }

    private static Result weir(String... args) throws Exception {
        return Program.run(directory, withAddress(args));
    }

    private static String[] withAddress(String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--connect", rig.cluster().uri()));
        return all.toArray(String[]::new);
    }
}
