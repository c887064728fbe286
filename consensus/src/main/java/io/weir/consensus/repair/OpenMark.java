package io.weir.consensus.repair;

import io.weir.consensus.guard.Durable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The mark of a store that is open and has not been verified: the file {@code repair/open-N}. LMDB ends the process over a page
 * that is damaged; the next start finds the mark, and reads the whole store before LMDB does.
 */
final class OpenMark {
    private final Path directory;
    private final Path file;

    /** @param data the node's directory */
    OpenMark(Path data, int partition) {
        this.directory = data.resolve("repair");
        this.file = directory.resolve("open-" + partition);
    }

    /** Whether the store was open, and not verified, when its process ended. */
    boolean isSet() {
        return Files.exists(file);
    }

    /** The store is about to be opened; durable when this returns. */
    void set() throws IOException {
        if (!isSet()) {
            Durable.createDirectories(directory);
            Durable.write(file, "");
        }
    }

    /** The store was verified, or closed in order. A power cut may bring the mark back, which costs time only. */
    void clear() throws IOException {
        Files.deleteIfExists(file);
    }
}
