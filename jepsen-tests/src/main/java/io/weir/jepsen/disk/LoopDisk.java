package io.weir.jepsen.disk;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;

/**
 * A disk of a test: an ext4 file system of its own in a file, mounted through a loop device. Its power can be cut: all that
 * was not forced to it is gone then, as it would be from a machine without electricity, to the byte.
 *
 * <p>What it does not imitate is a drive that lies about its cache: what the file system was told to be on disk stays there.
 *
 * <p>Made by a {@link DiskRack}; needs root. Not for several threads.
 */
public final class LoopDisk implements AutoCloseable {
    private static final long UNMOUNT_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int FILL_BYTES = 1 << 20;
    /** What is not reserved but written: the owner of the disk may write meanwhile. */
    private static final long WRITTEN_BYTES = 64L << 20;

    private static final int LEAST_FILL_BYTES = 512;
    private static final long WRITE_BACK_BYTES = 64 << 10;

    private final Path image;
    private final Path mountPoint;
    private boolean isMounted;
    private boolean isFrozen;

    private LoopDisk(Path image, Path mountPoint) {
        this.image = image;
        this.mountPoint = mountPoint;
    }

    /** Makes and mounts {@code directory/<name>} from {@code directory/<name>.img}. */
    static LoopDisk create(Path directory, String name, long bytes) throws IOException {
        LoopDisk disk = new LoopDisk(directory.resolve(name + ".img"), directory.resolve(name));
        boolean isDone = false;
        try {
            try (RandomAccessFile file = new RandomAccessFile(disk.image.toFile(), "rw")) {
                file.setLength(bytes);
            }
            // No share for root, or a full disk would be full for others only. Inode tables are zero anyway.
            Shell.run("mkfs.ext4", "-q", "-F", "-m", "0", "-E", "lazy_itable_init=1,nodiscard", disk.image.toString());
            Files.createDirectory(disk.mountPoint);
            disk.mount();
            isDone = true;
            return disk;
        } finally {
            if (!isDone) {
                disk.close();
            }
        }
    }

    /** The root of the file system. */
    public Path mountPoint() {
        return mountPoint;
    }

    private void mount() throws IOException {
        // The loop device goes with the mount: there is nothing else to undo.
        Shell.run("mount", "-t", "ext4", "-o", "loop,noatime", image.toString(), mountPoint.toString());
        isMounted = true;
    }

    /** Takes the power away: every call to the file system fails from now on, and what was not forced is lost. */
    public void cutPower() throws IOException {
        Kernel.shutDown(mountPoint);
    }

    /** It does not answer any more: whoever writes or forces waits. */
    public void freeze() throws IOException {
        Shell.run("fsfreeze", "--freeze", mountPoint.toString());
        isFrozen = true;
    }

    /** Undoes {@link #freeze}. Idempotent. */
    public void thaw() throws IOException {
        if (isFrozen) {
            Shell.run("fsfreeze", "--unfreeze", mountPoint.toString());
            isFrozen = false;
        }
    }

    /** Gives the power back: who had files open must be gone. Waits a while for the kernel to let go of them. */
    public void remount() throws IOException {
        unmount();
        mount();
    }

    /**
     * Writes some pages of some files back, at random, as the kernel may at any time: what was not forced may be on disk
     * nevertheless, in any part. A cut alone would drop exactly all of it.
     *
     * @param share of the ranges of 64 KiB of every file below the mount point, 0 to 1
     */
    public void writeBackSome(RandomGenerator random, double share) throws IOException {
        Files.walkFileTree(mountPoint, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                for (long offset = 0; offset < attributes.size(); offset += WRITE_BACK_BYTES) {
                    if (random.nextDouble() < share) {
                        try {
                            Kernel.writeBack(file, offset, WRITE_BACK_BYTES);
                        } catch (NoSuchFileException e) {
                            break; // the node has just removed it
                        }
                    }
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE; // likewise
                }
                throw e;
            }
        });
    }

    /** Has most of what is free reserved for a file, and writes that file until nothing fits any more. */
    public void fill() throws IOException {
        free();
        Files.createFile(filler());
        long reserved = mountPoint.toFile().getUsableSpace() - WRITTEN_BYTES;
        if (reserved > 0) {
            Shell.run("fallocate", "--length", Long.toString(reserved), filler().toString());
        }
        int chunk = FILL_BYTES;
        try (OutputStream file = Files.newOutputStream(filler(), StandardOpenOption.APPEND)) {
            while (chunk >= LEAST_FILL_BYTES) {
                try {
                    file.write(new byte[chunk]);
                } catch (IOException e) {
                    chunk /= 2; // full, which is what was asked
                }
            }
        }
    }

    /** As {@link #fill()}, but leaves about so much. */
    public void fill(int leftBytes) throws IOException {
        fill();
        try (RandomAccessFile file = new RandomAccessFile(filler().toFile(), "rw")) {
            file.setLength(file.length() - leftBytes);
        }
    }

    /** Undoes {@link #fill}. */
    public void free() throws IOException {
        Files.deleteIfExists(filler());
    }

    private Path filler() {
        return mountPoint.resolve("filler");
    }

    private void unmount() throws IOException {
        thaw();
        long deadline = System.nanoTime() + UNMOUNT_NANOS;
        while (isMounted) {
            try {
                Shell.run("umount", mountPoint.toString());
                isMounted = false;
            } catch (IOException e) {
                if (System.nanoTime() - deadline > 0) {
                    throw e;
                }
                LockSupport.parkNanos(POLL_NANOS); // a killed process is still being taken apart
            }
        }
    }

    /** Unmounts it and removes it with all that is on it. Idempotent. */
    @Override
    public void close() throws IOException {
        unmount();
        Files.deleteIfExists(mountPoint);
        Files.deleteIfExists(image);
    }
}
