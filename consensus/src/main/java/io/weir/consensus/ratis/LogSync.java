package io.weir.consensus.ratis;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * Forces a Raft log to disk before Ratis reads it. Ratis takes all that it can read for flushed, also what a killed process
 * had left in the page cache; a vote, or an entry that it then acknowledges, could be lost by a power cut later.
 */
final class LogSync {
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
                try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
                    file.force(true);
                }
            }
        }
        for (int i = all.size() - 1; i >= 0; i--) {
            if (Files.isDirectory(all.get(i))) {
                syncDirectory(all.get(i));
            }
        }
    }

    static void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
