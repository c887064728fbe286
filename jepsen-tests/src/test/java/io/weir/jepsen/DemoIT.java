package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.jepsen.Program.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demo on a small history with a merge: git agrees with what Weir kept, and disagrees when one event is wrong. */
@Timeout(180)
class DemoIT {
    @TempDir
    Path directory;

    private Path repository;

    @BeforeEach
    void makeHistory() throws Exception {
        repository = Files.createDirectories(directory.resolve("repository"));
        git("init", "-q", "-b", "main");
        for (int n = 0; n < 40; n++) {
            Path file = repository.resolve("dir" + n % 5).resolve("file" + n % 13);
            Files.createDirectories(file.getParent());
            Files.writeString(file, "content " + n);
            commit("change " + n);
            if (n == 20) {
                git("checkout", "-q", "-b", "side");
            }
            if (n == 25) {
                git("checkout", "-q", "main");
                Files.writeString(repository.resolve("on-main"), "here");
                commit("on main");
                git("merge", "-q", "--no-ff", "-m", "merge", "side");
            }
        }
        git("rm", "-q", "on-main");
        commit("remove");
    }

    @Test
    void gitAgrees() throws Exception {
        Result result = demo();
        result.requireExit(0);
        assertThat(result.out()).contains("every check passed");
    }

    @Test
    void gitNamesThePathThatIsWrong() throws Exception {
        Result result = demo("--corrupt", "dir0/file0");
        result.requireExit(1);
        assertThat(result.out() + result.err()).contains("dir0/file0");
    }

    private Result demo(String... more) throws Exception {
        List<String> args = new ArrayList<>(List.of("demo", "--repo", repository.toString()));
        args.addAll(List.of(more));
        return Program.run(directory, args.toArray(String[]::new));
    }

    private void commit(String message) throws Exception {
        git("add", "-A");
        git("commit", "-q", "-m", message);
    }

    private void git(String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "git", "-c", "user.name=Demo", "-c", "user.email=demo@example.org", "-c", "commit.gpgsign=false"));
        command.addAll(List.of(args));
        Path output = directory.resolve("git-output");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(repository.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        // Settings of whoever runs the tests must not change the history.
        builder.environment().put("GIT_CONFIG_GLOBAL", "/dev/null");
        builder.environment().put("GIT_CONFIG_NOSYSTEM", "1");
        Process process = builder.start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as("%s: %s", command, Files.readString(output))
                .isZero();
    }
}
