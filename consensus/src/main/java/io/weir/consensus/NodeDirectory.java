package io.weir.consensus;

import io.weir.client.EventStoreException.CannotOpen;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's directory, held under Weir's own lock from open to close: one node at a time, in this process or any other.
 *
 * <pre>
 *   weir.lock       locked while a node runs
 *   weir.identity   whose directory this is
 *   weir.boot       the boot of the machine in which a node last ran here
 *   raft/           Ratis' logs, one directory per group
 *   store-N/        the store of partition N
 *   weir.restoring  there while the directory is restored from a backup
 * </pre>
 */
final class NodeDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeDirectory.class);

    /** Without the identity beside it: the directory is not whole. */
    static final String RESTORING = "weir.restoring";

    private final Path path;
    private final FileChannel channel;
    private final FileLock lock;

    private NodeDirectory(Path path, FileChannel channel, FileLock lock) {
        this.path = path;
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Creates the directory if need be and locks it.
     *
     * @throws CannotOpen if either fails; the message names the path
     */
    static NodeDirectory lock(Path directory) {
        Path path = directory.toAbsolutePath().normalize();
        Path file = path.resolve("weir.lock");
        FileChannel channel;
        try {
            Files.createDirectories(path);
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new CannotOpen(
                    "directory " + path + " cannot be created or written (" + e
                            + "); name one that this user may write",
                    e);
        }
        try {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw inUse(path, "another process", null);
            }
            return new NodeDirectory(path, channel, lock);
        } catch (OverlappingFileLockException e) {
            closeQuietly(channel);
            throw inUse(path, "another node of this process", e);
        } catch (IOException e) {
            closeQuietly(channel);
            throw new CannotOpen("directory " + path + " cannot be locked: " + e, e);
        } catch (CannotOpen e) {
            closeQuietly(channel);
            throw e;
        }
    }

    /**
     * Reads the identity, or writes it if there is none, and compares it.
     *
     * @param wanted gives what it must be from what is found, null for nothing
     */
    NodeIdentity claim(Function<@Nullable NodeIdentity, NodeIdentity> wanted) {
        try {
            NodeIdentity found = NodeIdentity.read(path);
            NodeIdentity identity = wanted.apply(found);
            if (found == null) {
                requireUnused();
                identity.write(path);
            } else {
                identity.requireSame(found, path);
            }
            return identity;
        } catch (IOException e) {
            throw new CannotOpen("identity of directory " + path + " cannot be read or written: " + e, e);
        }
    }

    /** A directory with data but without an identity was not ours, or has lost it: either way nobody knows whose it is. */
    private void requireUnused() {
        if (Files.exists(path.resolve(RESTORING))) {
            throw new CannotOpen(
                    "directory " + path
                            + " was being restored from a backup, and not to the end; empty it, and run \"weir"
                            + " backup restore\" again",
                    null);
        }
        if (Files.exists(raft()) || Files.exists(store(0))) {
            throw new CannotOpen(
                    "directory " + path + " holds data but no " + NodeIdentity.FILE
                            + "; restore that file, or use an empty directory",
                    null);
        }
    }

    Path path() {
        return path;
    }

    Path raft() {
        return path.resolve("raft");
    }

    Path store(int partition) {
        return path.resolve("store-" + partition);
    }

    @Override
    public void close() {
        try {
            lock.release();
        } catch (IOException e) {
            LOG.warn("{}: the lock was not released; closing the file does", path, e);
        }
        closeQuietly(channel);
    }

    private static CannotOpen inUse(Path path, String by, @Nullable Throwable cause) {
        return new CannotOpen(
                "directory " + path + " is in use by " + by + "; close that one first, or use another directory",
                cause);
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.warn("cannot close the lock file", e);
        }
    }
}
