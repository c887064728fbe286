package io.weir.cli.inspect;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.weir.cli.FakeStore;
import io.weir.cli.Run;
import io.weir.cli.shell.Json;
import io.weir.client.EventStore;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.Weir;
import io.weir.consensus.NodeFiles;
import io.weir.consensus.guard.LogGuard;
import io.weir.consensus.guard.WatermarkKeeper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code weir inspect log} and the offline part of {@code weir doctor}, on what a real node has written. */
class InspectIT {
    private static final int EVENTS = 5;

    @TempDir
    Path directory;

    @Test
    void theLogOfAStoppedNodeIsShownAndJudged() throws IOException {
        write();
        Map<Path, byte[]> before = files();
        JsonNode shown = inspect(0);
        assertThat(shown.get("running").asBoolean()).isFalse();
        assertThat(shown.get("verdict").get("kind").asText()).isEqualTo("sound");
        assertThat(shown.get("vote").get("term").asLong()).isEqualTo(1);
        long last = shown.get("verdict").get("last").asLong();
        assertThat(shown.get("flushed").get("index").asLong()).isEqualTo(last);
        assertThat(shown.get("segments")).hasSize(1);
        assertThat(shown.get("entries").get(0).get("kind").asText()).isEqualTo("configuration");
        long proposals = 0;
        for (JsonNode entry : shown.get("entries")) {
            proposals += entry.path("proposals").asLong();
        }
        assertThat(proposals).isGreaterThanOrEqualTo(EVENTS);
        JsonNode two = inspect(0, "--from", "1", "--limit", "2");
        assertThat(two.get("entries")).hasSize(2);
        assertThat(two.get("entries").get(0).get("index").asLong()).isEqualTo(1);
        JsonNode newest = inspect(0, "--limit", "1");
        assertThat(newest.get("entries").get(0).get("index").asLong()).isEqualTo(last);
        assertThat(files()).containsExactlyInAnyOrderEntriesOf(before);
    }

    @Test
    void damageIsNamedByInspectAndByTheDoctor() throws IOException {
        Path group = write();
        Path segment = segment(group);
        byte[] bytes = Files.readAllBytes(segment);
        bytes[40] ^= 1;
        Files.write(segment, bytes);
        JsonNode shown = inspect(1);
        assertThat(shown.get("verdict").get("kind").asText()).isEqualTo("quarantine");
        assertThat(shown.get("verdict").get("reason").asText())
                .contains(segment.getFileName().toString(), "checksum");
        assertThat(shown.get("segments").get(0).get("problem").asText()).contains("wrong checksum");
        Run doctor = Run.weir(new FakeStore(), "doctor", "--dir", directory.toString());
        assertThat(doctor.exitCode()).isEqualTo(1);
        assertThat(doctor.out()).contains("raft log 0", "wrong checksum", "joins it anew");
        Files.createDirectories(directory.resolve("quarantine").resolve("raft-0-1"));
        assertThat(Run.weir(new FakeStore(), "doctor", "--dir", directory.toString())
                        .out())
                .contains("moved aside", "raft-0-1");
    }

    @Test
    void aRunningNodeIsSaidToBeOne() throws IOException {
        write();
        try (EventStore store = Weir.open(directory)) {
            assertThat(store.partitions()).isPositive();
            Run run = Run.weir(new FakeStore(), "inspect", "log", directory.toString());
            assertThat(json(run).get("running").asBoolean()).isTrue();
            assertThat(Run.weir(new FakeStore(), "doctor", "--dir", directory.toString())
                            .out())
                    .contains("not looked at");
        }
    }

    @Test
    void theDirectoryOfOneGroupWillDo() throws IOException {
        Path group = write();
        Run run = Run.weir(new FakeStore(), "inspect", "log", group.toString());
        assertThat(json(run).get("verdict").get("kind").asText()).isEqualTo("sound");
        Run none = Run.weir(
                new FakeStore(), "inspect", "log", directory.resolve("raft").toString());
        assertThat(none.exitCode()).isEqualTo(1);
        assertThat(none.err()).contains("neither a node's directory");
        assertThat(Run.weir(new FakeStore(), "inspect", "log", directory.toString(), "--partition", "9")
                        .exitCode())
                .isEqualTo(2);
    }

    /** Returns the directory of the Raft group. */
    private Path write() throws IOException {
        try (EventStore store = Weir.open(directory)) {
            for (int i = 0; i < EVENTS; i++) {
                store.append("orders", Expected.any(), List.of(NewEvent.json("made", "{}")))
                        .join();
            }
        }
        LogGuard guard = requireNonNull(NodeFiles.of(directory)).guard(0);
        if (!Files.exists(guard.note())) {
            int entries = inspect(1).get("entries").size();
            try (WatermarkKeeper keeper = guard.keep()) {
                keeper.follow(entries - 1);
            }
        }
        return guard.group();
    }

    private static Path segment(Path group) throws IOException {
        try (Stream<Path> files = Files.list(group.resolve("current"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("log_"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private JsonNode inspect(int exitCode, String... more) {
        String[] command = Stream.concat(Stream.of("inspect", "log", directory.toString()), Stream.of(more))
                .toArray(String[]::new);
        Run run = Run.weir(new FakeStore(), command);
        assertThat(run.exitCode()).as(run.err() + run.out()).isEqualTo(exitCode);
        return json(run);
    }

    private static JsonNode json(Run run) {
        return requireNonNull(Json.parseOrNull(run.out().getBytes(StandardCharsets.UTF_8)), run::out);
    }

    private Map<Path, byte[]> files() throws IOException {
        Map<Path, byte[]> contents = new HashMap<>();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                contents.put(file, Files.readAllBytes(file));
            }
        }
        return contents;
    }
}
