package io.weir.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The disk below a directory, and how much was written to it, by anybody.
 *
 * <p>Linux also counts what each process caused to be written, but by whole folios of the page cache: on ext4 of Linux 6.18 a
 * record of 1 KiB in a preallocated file counts as 1 MiB, while the disk is given 4 KiB.
 */
final class Disk {
    private static final int SECTOR_BYTES = 512;
    private static final int SECTORS_WRITTEN = 6;

    private final Path counters;

    private Disk(Path counters) {
        this.counters = counters;
    }

    /** @param directory one that is there */
    static Disk below(Path directory) {
        try {
            long device = ((Number) Files.getAttribute(directory, "unix:dev")).longValue();
            long major = (device >> 8 & 0xfff) | (device >> 32 & ~0xfffL);
            long minor = (device & 0xff) | (device >> 12 & ~0xffL);
            return new Disk(Path.of("/sys/dev/block/" + major + ":" + minor + "/stat"));
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return new Disk(Path.of("none")); // another system
        }
    }

    /** Bytes since the system started; negative if it does not tell, as of a file system that lies on no disk of its own. */
    long writtenBytes() {
        try {
            String[] fields = Files.readString(counters).strip().split("\\s+", -1);
            return Long.parseLong(fields[SECTORS_WRITTEN]) * SECTOR_BYTES;
        } catch (IOException e) {
            return -1;
        }
    }

    /** Writes all that is in the page cache. */
    static void sync() throws IOException, InterruptedException {
        new ProcessBuilder("sync").start().waitFor();
    }
}
