package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A run of the {@code weir} program as a user would start it, in a process and a directory of its own. */
final class Program implements AutoCloseable {
    private static final long TIMEOUT_S = 90;

    private final Process process;
    private final Path out;
    private final Path err;

    /**
     * What a run that has ended left behind.
     *
     * @param exitCode its exit code
     * @param out all of its standard output
     * @param err all of its standard error
     */
    record Result(int exitCode, String out, String err) {
        /** Fails, showing everything, unless the program ended so. */
        Result requireExit(int expected) {
            assertThat(exitCode).as("exit code; out:\n%s\nerr:\n%s", out, err).isEqualTo(expected);
            return this;
        }

        List<String> outLines() {
            return out.lines().toList();
        }
    }

    private Program(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** Starts it; what it prints goes to files in the directory. */
    static Program start(Path directory, String... args) throws IOException {
        return start(directory, List.of(), args);
    }

    /** The same, with further arguments for the JVM. */
    static Program start(Path directory, List<String> jvmArguments, String... args) throws IOException {
        Path own = Files.createTempDirectory(directory, "run");
        List<String> command = new ArrayList<>(List.of(Distribution.java(), "-Xmx128m"));
        command.addAll(Rig.jvmArguments());
        command.addAll(jvmArguments);
        command.addAll(List.of("-jar", Distribution.jar().toString()));
        command.addAll(List.of(args));
        Path out = own.resolve("out");
        Path err = own.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(own.toFile())
                .redirectInput(ProcessBuilder.Redirect.PIPE)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        return new Program(builder.start(), out, err);
    }

    /** Runs it to its end, without any input. */
    static Result run(Path directory, String... args) throws IOException, InterruptedException {
        return run(directory, new byte[0], args);
    }

    /** Runs it to its end, with this input. */
    static Result run(Path directory, byte[] input, String... args) throws IOException, InterruptedException {
        try (Program program = start(directory, args)) {
            program.process.getOutputStream().write(input);
            program.process.getOutputStream().close();
            return program.awaitEnd();
        }
    }

    Result awaitEnd() throws InterruptedException {
        boolean hasEnded = process.waitFor(TIMEOUT_S, TimeUnit.SECONDS);
        assertThat(hasEnded)
                .as("ended in time; out:\n%s\nerr:\n%s", out(), err())
                .isTrue();
        return new Result(process.exitValue(), out(), err());
    }

    /** What it has printed so far. */
    String out() {
        return read(out);
    }

    String err() {
        return read(err);
    }

    /** Waits for a line on standard output that begins so. */
    void awaitLine(String beginning) {
        Rig.await("\"" + beginning + "\" in the output of the program", () -> {
            assertThat(process.isAlive())
                    .as("alive; out:\n%s\nerr:\n%s", read(out), read(err))
                    .isTrue();
            return read(out).lines().filter(line -> line.startsWith(beginning)).findFirst();
        });
    }

    /** SIGTERM. */
    void requestEnd() {
        process.destroy();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
