package io.weir.jepsen.disk;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import jnr.constants.platform.Errno;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;
import jnr.ffi.byref.IntByReference;

/** What a rig asks of Linux that Java has no call for. Safe for any thread. */
final class Kernel {
    private static final int O_RDONLY = 0;

    /** {@code _IOR('X', 125, __u32)}: stop a file system. ext4, XFS and F2FS know it; it needs CAP_SYS_ADMIN. */
    private static final long FS_IOC_SHUTDOWN = 0x8004587dL;

    /** Write nothing any more, not even the journal that lies in memory. */
    private static final int GOING_FLAGS_NOLOGFLUSH = 2;

    /** Start writing the dirty pages of the range, without waiting, and without any promise. */
    private static final int SYNC_FILE_RANGE_WRITE = 2;

    private static final LibC LIBC = LibraryLoader.create(LibC.class).load("c");

    /** The C library's own names. */
    public interface LibC {
        int open(String path, int flags);

        int close(int fd);

        int ioctl(int fd, long request, IntByReference argument);

        int sync_file_range(int fd, long offset, long bytes, int flags);
    }

    private Kernel() {}

    /**
     * Drops all that a file system has in memory and not on its device. From then on it fails every call until it is mounted
     * anew.
     *
     * @param path the mount point, or anything in the file system
     * @throws IOException with the kernel's reason
     */
    static void shutDown(Path path) throws IOException {
        withDescriptor(path, fd -> LIBC.ioctl(fd, FS_IOC_SHUTDOWN, new IntByReference(GOING_FLAGS_NOLOGFLUSH)));
    }

    /**
     * Has the kernel write a range of a file's dirty pages now, as it may do at any time of its own accord: without the rest
     * of the file, and without metadata.
     *
     * @throws NoSuchFileException if there is no such file any more
     * @throws IOException with the kernel's reason
     */
    static void writeBack(Path file, long offset, long bytes) throws IOException {
        withDescriptor(file, fd -> LIBC.sync_file_range(fd, offset, bytes, SYNC_FILE_RANGE_WRITE));
    }

    /** Returns 0, or a negative number with {@code errno} set. */
    private interface Call {
        int on(int fd);
    }

    private static void withDescriptor(Path path, Call call) throws IOException {
        int fd = LIBC.open(path.toString(), O_RDONLY);
        if (fd < 0) {
            throw failed("open", path);
        }
        try {
            if (call.on(fd) < 0) {
                throw failed("call", path);
            }
        } finally {
            int unused = LIBC.close(fd); // after reading only, nothing of it can fail that matters
        }
    }

    private static IOException failed(String what, Path path) {
        Errno errno = Errno.valueOf(Runtime.getRuntime(LIBC).getLastError());
        return errno == Errno.ENOENT
                ? new NoSuchFileException(path.toString())
                : new FileSystemException(path.toString(), null, what + ": " + errno.description());
    }
}
