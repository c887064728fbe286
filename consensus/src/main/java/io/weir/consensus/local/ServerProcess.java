package io.weir.consensus.local;

import io.weir.client.EventStoreException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One node of a {@link LocalCluster}: a child process that can be killed, paused and started again. All that it prints goes
 * to one file, behind what earlier processes of the same node printed. Safe for several threads.
 *
 * <p>Its standard input is a pipe that is never written: it ends when this program ends, however that happens, and the
 * server with it.
 */
final class ServerProcess {
    private static final int TAIL_BYTES = 4_096;
    private static final long STOP_TIMEOUT_S = 30;
    private static final long KILL_TIMEOUT_S = 30;

    private final String id;
    private final List<String> command;
    private final Path directory;
    private final Path output;

    private @Nullable Process process;
    private long outputStart;
    private boolean isPaused;

    ServerProcess(String id, List<String> command, Path directory) {
        this.id = id;
        this.command = List.copyOf(command);
        this.directory = directory;
        this.output = directory.resolve("output.log");
    }

    String id() {
        return id;
    }

    Path directory() {
        return directory;
    }

    Path output() {
        return output;
    }

    /** Starts it, with these arguments for the JVM and these variables of the environment, both for this life. */
    synchronized void start(List<String> jvmArguments, Map<String, String> environment) {
        if (process != null) {
            throw new IllegalStateException("node " + id + " was started before and not ended");
        }
        try {
            Files.createDirectories(directory);
            outputStart = Files.exists(output) ? Files.size(output) : 0;
            ProcessBuilder builder = new ProcessBuilder(ServerCommand.withJvmArguments(command, jvmArguments));
            builder.environment().putAll(environment);
            process = builder.directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                    .start();
            isPaused = false;
        } catch (IOException e) {
            throw new EventStoreException.CannotOpen("node " + id + " did not start: " + String.join(" ", command), e);
        }
    }

    /** SIGKILL, also for a paused process; returns when the process is gone. Nothing happens if there is none. */
    synchronized void kill() {
        if (process == null) {
            return;
        }
        process.destroyForcibly();
        if (!awaitExit(process, KILL_TIMEOUT_S)) {
            throw new IllegalStateException("node " + id + ", process " + process.pid() + ", outlives SIGKILL");
        }
        forget();
    }

    /**
     * SIGTERM; returns when the process is gone. Nothing happens if there is none.
     *
     * @throws IllegalStateException if it had to be killed in the end
     */
    synchronized void stop() {
        if (process == null) {
            return;
        }
        requestStop();
        if (!awaitExit(process, STOP_TIMEOUT_S)) {
            String tail = tail();
            kill();
            throw new IllegalStateException(
                    "node " + id + " did not end within " + STOP_TIMEOUT_S + " s of SIGTERM and was killed; " + tail);
        }
        forget();
    }

    /** SIGTERM, without waiting. A paused process goes on first: it would not see the signal. */
    synchronized void requestStop() {
        if (process != null) {
            if (isPaused) {
                resume();
            }
            process.destroy();
        }
    }

    /** Waits for the end that {@link #requestStop} asked for, and kills what is left at the deadline. */
    synchronized void endBy(long deadlineNanos) {
        if (process != null) {
            awaitExit(process, Math.max(0, TimeUnit.NANOSECONDS.toSeconds(deadlineNanos - System.nanoTime())));
            kill();
        }
    }

    synchronized void pause() {
        signal("STOP");
        isPaused = true;
    }

    synchronized void resume() {
        signal("CONT");
        isPaused = false;
    }

    /** Whether it should answer now: started, not ended by us, not paused. */
    synchronized boolean isExpectedToServe() {
        return process != null && !isPaused;
    }

    /** Whether the process ended by itself. */
    synchronized boolean hasDied() {
        return process != null && !process.isAlive();
    }

    /** The exit code of a process that {@link #hasDied}. */
    synchronized int exitCode() {
        return requireProcess().exitValue();
    }

    synchronized CompletableFuture<Integer> onExit() {
        return requireProcess().onExit().thenApply(Process::exitValue);
    }

    synchronized long pid() {
        return requireProcess().pid();
    }

    /** Whether the present process has printed a line that begins so. */
    synchronized boolean hasPrintedLine(String beginning) {
        String text = outputFrom(outputStart);
        return text.startsWith(beginning) || text.contains("\n" + beginning);
    }

    /** What the present or last process printed, at most its last 4 KiB, with its file. */
    synchronized String tail() {
        try {
            long size = Files.exists(output) ? Files.size(output) : 0;
            String text = outputFrom(Math.max(outputStart, size - TAIL_BYTES)).strip();
            return text.isEmpty() ? "it printed nothing to " + output : "its last words, in " + output + ":\n" + text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String outputFrom(long start) {
        if (!Files.exists(output)) {
            return "";
        }
        try (RandomAccessFile file = new RandomAccessFile(output.toFile(), "r")) {
            byte[] bytes = new byte[Math.toIntExact(Math.max(0, file.length() - start))];
            file.seek(start);
            file.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void signal(String name) {
        try {
            Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!awaitExit(kill, KILL_TIMEOUT_S) || kill.exitValue() != 0) {
                throw new IllegalStateException(
                        "could not send SIG" + name + " to node " + id + "; is it still alive?");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the command kill is missing", e);
        }
    }

    private Process requireProcess() {
        if (process == null) {
            throw new IllegalStateException("node " + id + " is not running");
        }
        return process;
    }

    private void forget() {
        process = null;
        isPaused = false;
    }

    /** Also an interrupted caller leaves no process behind: the wait goes on, the interrupt is kept for later. */
    private static boolean awaitExit(Process process, long timeoutS) {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutS);
        boolean wasInterrupted = false;
        try {
            while (true) {
                try {
                    return process.waitFor(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    wasInterrupted = true;
                }
            }
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
