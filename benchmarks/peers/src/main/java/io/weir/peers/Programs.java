package io.weir.peers;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Programs that the system has, or has not. */
final class Programs {
    /** Where servers lie that the path of ordinary users leaves out. */
    private static final List<String> ELSEWHERE = List.of("/usr/sbin", "/usr/local/sbin", "/usr/local/bin");

    private Programs() {}

    /**
     * Finds a program.
     *
     * @throws CannotRunException if it is not installed; the next step is to install the package
     */
    static Path find(String name, String debianPackage) throws CannotRunException {
        String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
        return Stream.concat(Stream.of(path.split(File.pathSeparator, -1)), ELSEWHERE.stream())
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> CannotRunException.absent(
                        "the program " + name + " is not installed", "apt-get install " + debianPackage));
    }

    /** Whether {@link #find} finds it. */
    static boolean has(String name) {
        try {
            find(name, name);
            return true;
        } catch (CannotRunException e) {
            return false;
        }
    }

    /** The first line that a program prints, which for {@code --version} tells its version. */
    static String firstLine(Path program, String... arguments) throws CannotRunException, InterruptedException {
        List<String> command = Stream.concat(Stream.of(program.toString()), Stream.of(arguments))
                .toList();
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor(10, TimeUnit.SECONDS);
            return text.lines().findFirst().orElse(program.toString());
        } catch (IOException e) {
            throw new CannotRunException(program + " does not run: " + e.getMessage(), "try it by hand");
        }
    }
}
