package io.weir.cli.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The installed git, run by tests: without the user's configuration, and with the same identity and date each time. */
public final class Git {
    private Git() {}

    /** Runs git in a directory and returns what it wrote; fails the test if git fails. */
    public static byte[] run(Path directory, byte[] stdin, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("git", "-C", directory.toString()));
        command.addAll(List.of(arguments));
        Path errors = Files.createTempFile("weir-test-git", ".err");
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
            builder.environment().putAll(Map.of("GIT_CONFIG_GLOBAL", "/dev/null", "GIT_CONFIG_NOSYSTEM", "1"));
            Process git = builder.start();
            try (OutputStream in = git.getOutputStream()) {
                in.write(stdin);
            }
            byte[] output = git.getInputStream().readAllBytes();
            assertThat(git.waitFor())
                    .as(command + ": " + Files.readString(errors))
                    .isZero();
            return output;
        } catch (InterruptedException e) {
            throw new IOException(e);
        } finally {
            Files.delete(errors);
        }
    }

    /** As {@link #run}, without input, and with text as output. */
    public static String text(Path directory, String... arguments) throws IOException {
        return new String(run(directory, new byte[0], arguments), StandardCharsets.UTF_8).strip();
    }
}
