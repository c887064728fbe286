package io.weir.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The processes of one peer. What each prints goes to {@code <directory>/<name>.log}. They end with this program, unless it is
 * killed in a way that leaves it no time; those that run {@link ChildMain} end even then. Safe for several threads.
 */
final class Children implements AutoCloseable {
    /** Whether something has come about. */
    @FunctionalInterface
    interface Probe {
        /** Empty if it has, else what is missing. An exception says that something is missing, too. */
        String missing() throws Exception;
    }

    private record Child(String name, Process process, Path output) {}

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long END_S = 10;
    private static final int TAIL_CHARS = 2_000;

    private final Path directory;
    private final List<Child> children = new ArrayList<>();
    private final Thread hook = new Thread(this::kill, "end-children");

    /** @param directory where they run and print to */
    Children(Path directory) {
        this.directory = directory;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /**
     * Starts a process.
     *
     * @throws CannotRunException if there is no such program
     */
    synchronized void start(String name, List<String> command) throws CannotRunException {
        Path output = directory.resolve(name + ".log");
        try {
            Process process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                    .start();
            children.add(new Child(name, process, output));
        } catch (IOException e) {
            throw new CannotRunException(
                    name + " did not start: " + e.getMessage(), "try it by hand: " + command.get(0));
        }
    }

    /**
     * Runs a process to its end.
     *
     * @throws CannotRunException if it fails, or takes longer
     */
    void run(String name, List<String> command, Duration timeout) throws CannotRunException, InterruptedException {
        start(name, command);
        Child child = child(name);
        boolean isDone = child.process().waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
        if (!isDone || child.process().exitValue() != 0) {
            String what = isDone ? "failed" : "took more than " + timeout.toSeconds() + " s";
            throw new CannotRunException(name + " " + what + "; " + tail(child), "see what it printed");
        }
        forget(child);
    }

    /**
     * Waits for something, while all processes live.
     *
     * @throws CannotRunException with their last words if one of them ends, or after the timeout
     */
    void await(Duration timeout, Probe probe) throws CannotRunException, InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            requireAlive();
            String missing;
            try {
                missing = probe.missing();
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                missing = Reasons.of(e);
            }
            if (missing.isEmpty()) {
                return;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new CannotRunException(
                        "not ready after " + timeout.toSeconds() + " s: " + missing + "; " + tails(),
                        "a slower machine may need --one-at-a-time");
            }
            LockSupport.parkNanos(POLL_NANOS);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    /** Handles of those that were started and not run to their end. */
    synchronized Collection<ProcessHandle> handles() {
        return children.stream().map(child -> child.process().toHandle()).toList();
    }

    private synchronized void requireAlive() throws CannotRunException {
        for (Child child : children) {
            if (!child.process().isAlive()) {
                throw new CannotRunException(
                        child.name() + " ended with exit code "
                                + child.process().exitValue() + "; " + tail(child),
                        "see what it printed");
            }
        }
    }

    private synchronized Child child(String name) {
        return children.stream()
                .filter(child -> child.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private synchronized void forget(Child child) {
        children.remove(child);
    }

    private synchronized String tails() {
        return String.join(
                System.lineSeparator(), children.stream().map(Children::tail).toList());
    }

    private static String tail(Child child) {
        try {
            String text = Files.exists(child.output())
                    ? Files.readString(child.output()).strip()
                    : "";
            return text.isEmpty()
                    ? child.name() + " printed nothing"
                    : "last words of " + child.name() + ": " + text.substring(Math.max(0, text.length() - TAIL_CHARS));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private synchronized void kill() {
        children.forEach(child -> child.process().destroyForcibly());
    }

    /** SIGTERM to all, SIGKILL to those that take more than 10 s. */
    @Override
    public synchronized void close() {
        children.forEach(child -> child.process().destroy());
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(END_S);
        boolean wasInterrupted = false;
        for (Child child : children) {
            try {
                if (!child.process().waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    child.process().destroyForcibly();
                    child.process().waitFor(END_S, TimeUnit.SECONDS);
                }
            } catch (InterruptedException e) {
                wasInterrupted = true;
                child.process().destroyForcibly();
            }
        }
        children.clear();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The program is ending: the hook finds nothing left to end.
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
