package io.weir.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.cli.git.Zoo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code weir demo} as a process of its own, with three real servers and a real kill -9. */
class DemoIT {
    private static final long TIMEOUT_S = 180;

    @TempDir
    Path temp;

    @Test
    void theZooSurvivesAKilledLeader() throws Exception {
        Path zoo = Zoo.into(temp.resolve("zoo"));

        assertThat(demo("--repo", zoo.toString())).as(output()).isZero();

        assertThat(output())
                .contains("kill -9    node n")
                .containsPattern("failover +[\\d,]+ ms from the kill")
                .containsPattern("halted +node n\\d, leader of partition \\d, with a transaction prepared everywhere")
                .containsPattern("recovered +[\\d,]+ ms from its end until all of these were decided")
                .containsPattern("atomic .* \\d+ over 2, ")
                .containsPattern(
                        "pairs +[1-9][\\d,]* pairs .*, [1-9][\\d,]* of them over several partitions, .* halves seen: 0")
                .contains("digests of 3 replicas of each of 4 partitions are equal")
                .contains("acknowledged events lost: 0")
                .contains("git ls-tree agrees at 61 commits");
        assertNothingIsLeft();
    }

    /** Runs the demo with its temporary directory inside the test's; returns the exit code. */
    private int demo(String... arguments) throws IOException, InterruptedException {
        Path tmp = Files.createDirectories(temp.resolve("tmp"));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-Djava.io.tmpdir=" + tmp,
                "-jar",
                Path.of("target", "weir", "weir.jar").toAbsolutePath().toString(),
                "demo"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(temp.resolve("output").toFile());
        // For its servers too. They live for seconds: the second compiler costs them more than it earns.
        builder.environment().put("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
        Process demo = builder.start();
        try {
            assertThat(demo.waitFor(TIMEOUT_S, TimeUnit.SECONDS)).as(output()).isTrue();
            return demo.exitValue();
        } finally {
            demo.descendants().forEach(ProcessHandle::destroyForcibly);
            demo.destroyForcibly();
        }
    }

    private String output() throws IOException {
        Path output = temp.resolve("output");
        return Files.exists(output) ? Files.readString(output) : "";
    }

    private void assertNothingIsLeft() throws IOException {
        try (Stream<Path> left = Files.list(temp.resolve("tmp"))) {
            assertThat(left.filter(path -> path.getFileName().toString().startsWith("weir")))
                    .isEmpty();
        }
        assertThat(ProcessHandle.current().descendants()).isEmpty();
    }
}
