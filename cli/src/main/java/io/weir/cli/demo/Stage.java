package io.weir.cli.demo;

import io.weir.cli.shell.CliFailure;
import io.weir.cli.shell.ExitCode;
import io.weir.client.EventStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a run must clear away: its clients, its nodes, its directory. It does so when closed and when the process is told to
 * end (Ctrl-C), so that nothing is left either way. Safe for several threads.
 */
final class Stage implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Path directory;
    private final boolean isKept;
    private final Thread hook = new Thread(this::closeAtExit, "weir-demo-cleanup");
    private @Nullable DemoCluster cluster;
    private final List<EventStore> stores = new ArrayList<>();
    private boolean isClosed;
    private volatile boolean isEnding;

    private Stage(Path directory, boolean isKept) {
        this.directory = directory;
        this.isKept = isKept;
    }

    /**
     * Opens a stage.
     *
     * @param keep a directory to use and to leave in place; null for a temporary one
     * @throws CliFailure if the directory to keep is in use or cannot be written
     */
    static Stage open(@Nullable Path keep) throws IOException {
        Stage stage = keep == null
                ? new Stage(Files.createTempDirectory("weir-demo-"), false)
                : new Stage(requireEmpty(keep), true);
        Runtime.getRuntime().addShutdownHook(stage.hook);
        return stage;
    }

    private static Path requireEmpty(Path keep) {
        try {
            Files.createDirectories(keep);
            try (Stream<Path> content = Files.list(keep)) {
                if (content.findAny().isPresent()) {
                    throw CliFailure.usage("--keep: " + keep + " is not empty", "Name a new directory.");
                }
            }
            Files.delete(Files.createTempFile(keep, "probe", ".tmp"));
            return keep.toAbsolutePath();
        } catch (IOException e) {
            throw new CliFailure(
                    ExitCode.USAGE,
                    "--keep: " + keep + " cannot be created or written: " + e,
                    "Name a new directory, in one that you may write.",
                    e);
        }
    }

    Path directory() {
        return directory;
    }

    /** Starts the nodes. */
    DemoCluster start(DemoCluster.Starter starter, int nodes, int partitions) {
        DemoCluster started = starter.start(directory, nodes, partitions);
        synchronized (this) {
            cluster = started;
        }
        return started;
    }

    /** Connects to the nodes. */
    EventStore connect(DemoCluster to) {
        EventStore connected = to.connect();
        synchronized (this) {
            stores.add(connected);
        }
        return connected;
    }

    /** Ends everything and removes the directory, unless it is kept. */
    @Override
    public void close() {
        closeAll();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending already: the hook runs, finds everything closed, and is done.
            return;
        }
    }

    /** Whether the process is about to end: what fails from now on fails because of that. */
    boolean isEnding() {
        return isEnding;
    }

    private void closeAtExit() {
        isEnding = true;
        if (!hasNodes()) {
            // Nodes that are only just starting are not known here; they are children of this process all the same.
            ProcessHandle.current().children().forEach(ProcessHandle::destroyForcibly);
        }
        closeAll();
    }

    private synchronized boolean hasNodes() {
        return cluster != null;
    }

    private synchronized void closeAll() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        try {
            closeNodes();
        } finally {
            if (!isKept) {
                delete();
            }
        }
    }

    private void closeNodes() {
        try {
            stores.forEach(EventStore::close);
        } finally {
            if (cluster != null) {
                cluster.close();
            }
        }
    }

    /** A node that is just being killed may still write: what it adds behind the walk is removed by the next one. */
    private void delete() {
        long start = System.nanoTime();
        while (true) {
            try (Stream<Path> tree = Files.walk(directory)) {
                for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
                return;
            } catch (IOException | UncheckedIOException e) {
                if (System.nanoTime() - start > PATIENCE.toNanos()) {
                    throw new IllegalStateException("could not remove " + directory + "; remove it by hand", e);
                }
                Thread.onSpinWait();
            }
        }
    }
}
