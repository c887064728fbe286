package io.weir.jepsen.rig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The wall clock of a process, put wrong by libfaketime, which is loaded into it before anything else. The monotonic clock, by
 * which timeouts run, and the times of files stay as they are.
 */
public final class WallClock {
    private static final String LIBRARY = "libfaketimeMT.so.1"; // the one for programs with threads
    private static final List<Path> PLACES =
            List.of(Path.of("/usr/lib"), Path.of("/usr/lib64"), Path.of("/usr/local/lib"));

    private WallClock() {}

    /** Why clocks cannot be put wrong here; empty if they can. Tries it. */
    public static Optional<String> whatIsMissing() {
        Optional<Path> library = library();
        if (library.isEmpty()) {
            return Optional.of("no " + LIBRARY + " below " + PLACES + ": install libfaketime");
        }
        long aheadSeconds = TimeUnit.HOURS.toSeconds(1);
        try {
            long seen = seconds(Duration.ofSeconds(aheadSeconds)) - seconds(Duration.ZERO);
            return Math.abs(seen - aheadSeconds) < aheadSeconds / 2
                    ? Optional.empty()
                    : Optional.of(library.get() + " has no effect here: a clock that is to be " + aheadSeconds
                            + " s ahead is " + seen + " s ahead");
        } catch (IOException | NumberFormatException e) {
            return Optional.of(library.get() + " cannot be used here: " + e);
        }
    }

    private static long seconds(Duration off) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("date", "+%s").redirectErrorStream(true);
        builder.environment().putAll(off(off));
        Process process = builder.start();
        process.getOutputStream().close();
        return Long.parseLong(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
    }

    /**
     * The environment of a process whose wall clock is off.
     *
     * @param off by how much it is ahead; negative: behind
     * @throws IllegalStateException if {@link #whatIsMissing} says so
     */
    public static Map<String, String> off(Duration off) {
        Path library = library().orElseThrow(() -> new IllegalStateException("no " + LIBRARY));
        Map<String, String> environment = new HashMap<>();
        environment.put("LD_PRELOAD", library.toString());
        environment.put("FAKETIME", (off.isNegative() ? "-" : "+") + off.abs().toMillis() / 1e3);
        environment.put("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        environment.put("DONT_FAKE_MONOTONIC", "1"); // its name in older versions
        environment.put("NO_FAKE_STAT", "1");
        return environment;
    }

    /** {@code /usr/lib/faketime}, or the same below a directory for an architecture. */
    private static Optional<Path> library() {
        return PLACES.stream()
                .filter(Files::isDirectory)
                .flatMap(place -> Stream.concat(Stream.of(place), children(place).stream()))
                .map(place -> place.resolve("faketime").resolve(LIBRARY))
                .filter(Files::isRegularFile)
                .findFirst();
    }

    private static List<Path> children(Path place) {
        try (Stream<Path> children = Files.list(place)) {
            return children.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
