package io.weir.cli.backup;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.weir.cli.FakeStore;
import io.weir.cli.Run;
import io.weir.cli.shell.ExitCode;
import io.weir.cli.shell.Json;
import io.weir.client.EventStore;
import io.weir.client.ReadRequest;
import io.weir.consensus.MemberConfig;
import io.weir.consensus.NodeConfig;
import io.weir.consensus.WeirNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code weir backup verify} and {@code restore} on the backup whose bytes are pinned. */
class BackupVerbsTest {
    /** Two partitions of cluster "shop" with two events each. */
    private static final Path PINNED = Path.of("../consensus/src/test/resources/backup-3");

    @TempDir
    Path directory;

    private Path backup = Path.of("");

    @BeforeEach
    void copy() throws IOException {
        backup = Files.createDirectories(directory.resolve("backup"));
        try (Stream<Path> files = Files.list(PINNED)) {
            for (Path file : files.toList()) {
                Files.copy(file, backup.resolve(file.getFileName()));
            }
        }
    }

    private static Run weir(String... args) {
        return Run.weir(new FakeStore(), args);
    }

    private static JsonNode json(Run run) {
        return Objects.requireNonNull(Json.parseOrNull(run.out().getBytes(StandardCharsets.UTF_8)), run.out());
    }

    private void damage(String name) throws IOException {
        byte[] bytes = Files.readAllBytes(backup.resolve(name));
        bytes[bytes.length / 2] ^= 4;
        Files.write(backup.resolve(name), bytes);
    }

    @Test
    void aSoundBackupIsShown() {
        Run run = weir("backup", "verify", backup.toString(), "-o", "json");
        assertThat(run.exitCode()).as(run.err()).isZero();
        JsonNode parts = json(run);
        assertThat(parts).hasSize(2);
        assertThat(parts.get(1).get("sound").asBoolean()).isTrue();
        assertThat(parts.get(1).get("events").asLong()).isEqualTo(2);
        assertThat(weir("backup", "verify", backup.toString(), "-o", "table").out())
                .contains("partition-1.copy")
                .contains("sound");
    }

    @Test
    void aDamagedFileIsNamedAndNothingIsRestoredFromIt() throws IOException {
        damage("partition-1.copy");
        Run verify = weir("backup", "verify", backup.toString(), "-o", "json");
        assertThat(verify.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(verify.err()).contains("partition-1.copy is damaged").contains("Use another backup");
        assertThat(json(verify).get(0).get("sound").asBoolean()).isTrue();
        assertThat(json(verify).get(1).get("damage").asText()).contains("chunk");
        Run restore = restore("--cluster-id", "shop2");
        assertThat(restore.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(restore.err()).contains("partition-1.copy is damaged");
        Run again = restore("--cluster-id", "shop2");
        assertThat(again.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(again.err()).contains("is not empty");

        damage("backup.json");
        Run unread = weir("backup", "verify", backup.toString());
        assertThat(unread.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(unread.err()).contains("backup.json is damaged");
        Files.delete(backup.resolve("backup.json"));
        Run unfinished = weir("backup", "verify", backup.toString());
        assertThat(unfinished.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(unfinished.err()).contains("not finished");
    }

    private Run restore(String... more) {
        List<String> words = Stream.concat(
                        Stream.of("backup", "restore", backup.toString(), "--dir", node().toString()), Stream.of(more))
                .toList();
        return weir(words.toArray(String[]::new));
    }

    private Path node() {
        return directory.resolve("node");
    }

    @Test
    void aNodeIsRestoredUnderAnotherIdAndSaysHowToStartIt() throws Exception {
        Run same = restore("--cluster-id", "shop");
        assertThat(same.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(same.err()).contains("\"shop\"").contains("needs another id");
        assertThat(node()).doesNotExist();

        Run run = restore("-o", "json");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(json(run).get("cluster").asText()).isEqualTo("dev");
        assertThat(json(run).get("events").asLong()).isEqualTo(4);
        assertThat(run.err()).contains("weir server --cluster-id dev --node n1 --partitions 2");

        NodeConfig config =
                new NodeConfig("dev", "n1", List.of(new MemberConfig("n1", "127.0.0.1:0", null)), 2, node());
        try (WeirNode started = WeirNode.start(config)) {
            started.awaitReady(Duration.ofSeconds(30));
            EventStore store = started.store();
            assertThat(started.partition(0).nextPosition()).isEqualTo(2);
            assertThat(store.read(ReadRequest.stream("absent"))).isEmpty();
        }
        Run again = restore("--cluster-id", "dev3");
        assertThat(again.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(again.err()).contains("never one that has run");
    }

    @Test
    void aClusterThatCannotBeReachedIsNotSaved() {
        Run run = Run.weir(
                (address, timeout) -> {
                    throw new io.weir.client.EventStoreException.Unavailable("nobody at " + address, null);
                },
                java.util.Map.of(),
                "",
                "backup",
                "create",
                directory.resolve("new").toString());
        assertThat(run.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(directory.resolve("new")).doesNotExist();
        Run full = weir("backup", "create");
        assertThat(full.exitCode()).isEqualTo(ExitCode.USAGE);
    }
}
