package io.weir.jepsen.disk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The disks of one test run, in a directory that names the process they belong to. A run that was killed leaves mounts
 * behind: the next rack on the same base takes them down, once it has seen that their process is no more. Nothing else is
 * ever touched.
 *
 * <p>Not for several threads.
 */
public final class DiskRack implements AutoCloseable {
    private static final Pattern OWNER = Pattern.compile("(?<pid>[0-9]{1,10})-(?<start>[0-9]{1,19})-.*");

    private final Path directory;
    private final List<LoopDisk> disks = new ArrayList<>();

    private DiskRack(Path directory) {
        this.directory = directory;
    }

    /**
     * Makes an empty rack, after it took down what dead processes left below the base.
     *
     * @param base a directory for racks alone, created if need be; the same for all runs
     */
    public static DiskRack open(Path base) {
        try {
            Path all = Files.createDirectories(base).toRealPath();
            takeDownLeftovers(all);
            ProcessHandle self = ProcessHandle.current();
            return new DiskRack(Files.createTempDirectory(all, self.pid() + "-" + startMs(self) + "-"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Why disks cannot be made here; empty if they can. Tries it: to be root may not be enough, in a container.
     *
     * @param base as in {@link #open}
     */
    public static Optional<String> whatIsMissing(Path base) {
        try (DiskRack rack = open(base)) {
            rack.add("probe", 8 << 20).cutPower();
            return Optional.empty();
        } catch (IOException | UncheckedIOException e) {
            return Optional.of("no loop-mounted disks here, which need root, mkfs.ext4, mount and loop devices: " + e);
        }
    }

    /** Adds a disk. Its size is that of the file system; what is not written takes no space. */
    public LoopDisk add(String name, long bytes) {
        try {
            LoopDisk disk = LoopDisk.create(directory, name, bytes);
            disks.add(disk);
            return disk;
        } catch (IOException e) {
            throw new UncheckedIOException("disk " + name, e);
        }
    }

    /** Removes all disks. */
    @Override
    public void close() {
        IOException first = null;
        for (LoopDisk disk : disks) {
            try {
                disk.close();
            } catch (IOException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        try {
            if (first == null) {
                Files.delete(directory);
            }
        } catch (IOException e) {
            first = e;
        }
        if (first != null) {
            throw new UncheckedIOException("disks of a test are left in " + directory, first);
        }
    }

    private static void takeDownLeftovers(Path base) throws IOException {
        List<Path> racks;
        try (Stream<Path> entries = Files.list(base)) {
            racks = entries.filter(Files::isDirectory).toList();
        }
        for (Path rack : racks) {
            Matcher owner = OWNER.matcher(String.valueOf(rack.getFileName()));
            if (owner.matches() && !isAlive(Long.parseLong(owner.group("pid")), Long.parseLong(owner.group("start")))) {
                takeDown(rack);
            }
        }
    }

    /** Processes that the dead one started may still be ending; then it fails, and the next run takes it down. */
    private static void takeDown(Path rack) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/mounts"))) {
            Path mountPoint = Path.of(line.split(" ", -1)[1]);
            if (rack.equals(mountPoint.getParent())) {
                Shell.run("umount", mountPoint.toString());
            }
        }
        try (Stream<Path> entries = Files.walk(rack, 1)) {
            for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(entry); // a directory that is not empty is no mount point of ours: it fails, and stays
            }
        }
    }

    private static boolean isAlive(long pid, long startMs) {
        return ProcessHandle.of(pid)
                .filter(process -> startMs(process) == startMs)
                .isPresent();
    }

    /** Another process may have been given the same number since. */
    private static long startMs(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }
}
