package io.weir.consensus.ratis;

import io.weir.consensus.guard.Durable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * Forces a Raft log to disk before Ratis reads it. Ratis takes all that it can read for flushed, also what a killed process
 * had left in the page cache; a vote, or an entry that it then acknowledges, could be lost by a power cut later.
 *
 * <p>An open segment is written anew for that. A process before this one may have failed to force it, and the kernel counts
 * pages that it could not write as written: to force them a second time succeeds, and writes nothing. Closed segments have been
 * forced, or they would not have been closed.
 */
final class LogSync {
    private static final String OPEN_SEGMENT = "log_inprogress_";

    /** What a copy that was not finished is called; neither Ratis nor the guard takes it for a segment. */
    private static final String COPY = "weir-copy-of-";

    private LogSync() {}

    /** Forces every file below a directory, then every directory, the deepest first. A directory that is not there has none. */
    static void sync(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> walk = Files.walk(directory)) {
            all = walk.toList();
        }
        for (Path path : all) {
            if (Files.isRegularFile(path)) {
                sync(path, path.getFileName().toString());
            }
        }
        for (int i = all.size() - 1; i >= 0; i--) {
            if (Files.isDirectory(all.get(i))) {
                Durable.forceDirectory(all.get(i));
            }
        }
    }

    private static void sync(Path file, String name) throws IOException {
        if (name.startsWith(COPY)) {
            Files.delete(file);
        } else if (name.startsWith(OPEN_SEGMENT)) {
            Path copy = file.resolveSibling(COPY + name);
            Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
            force(copy);
            Files.move(copy, file, StandardCopyOption.ATOMIC_MOVE);
        } else {
            force(file);
        }
    }

    private static void force(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }
}
