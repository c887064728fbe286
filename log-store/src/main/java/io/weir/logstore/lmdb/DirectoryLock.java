package io.weir.logstore.lmdb;

import io.weir.logstore.StoreException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Exclusive use of a store's directory, by one store of one process. LMDB itself does not notice a second opener in the
 * same process and then lets both write.
 *
 * <p>The set of directories open in this JVM is a static on purpose: the operating system's lock belongs to the process,
 * and closing a second channel to the file would release it.
 */
final class DirectoryLock {
    private static final Set<Path> OPEN_HERE = ConcurrentHashMap.newKeySet();
    private static final String FILE = "weir.lock";

    private final Path directory;
    private final FileChannel channel;

    private DirectoryLock(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    /**
     * Creates the directory if needed and takes it.
     *
     * @throws StoreException.Failed if it cannot be created or written, or is in use
     */
    static DirectoryLock acquire(Path path) {
        try {
            Files.createDirectories(path);
            return acquireExisting(path.toRealPath());
        } catch (IOException e) {
            throw new StoreException.Failed("cannot use " + path + " as the directory of a store: " + e, e);
        }
    }

    private static DirectoryLock acquireExisting(Path directory) throws IOException {
        if (!OPEN_HERE.add(directory)) {
            throw inUse(directory, "this process");
        }
        FileChannel channel = null;
        boolean taken = false;
        try {
            channel = FileChannel.open(directory.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw inUse(directory, "another process");
            }
            taken = true;
            return new DirectoryLock(directory, channel);
        } finally {
            if (!taken) {
                release(directory, channel);
            }
        }
    }

    private static StoreException inUse(Path directory, String by) {
        String message = "the store in " + directory + " is in use by " + by;
        return new StoreException.Failed(message, new IllegalStateException(message));
    }

    /** Gives the directory back. */
    void release() {
        try {
            release(directory, channel);
        } catch (IOException e) {
            throw new StoreException.Failed("cannot release " + directory, e);
        }
    }

    private static void release(Path directory, @Nullable FileChannel channel) throws IOException {
        try {
            if (channel != null) {
                channel.close();
            }
        } finally {
            OPEN_HERE.remove(directory);
        }
    }
}
