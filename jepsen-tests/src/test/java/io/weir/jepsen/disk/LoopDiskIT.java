package io.weir.jepsen.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.jepsen.Tiers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LoopDiskIT {
    private static final long BYTES = 16 << 20;
    private static final int PAGE_BYTES = 4_096;

    @TempDir
    Path base;

    @BeforeEach
    void needsDisks() {
        Tiers.assumeDisks();
    }

    @Test
    void aCutLosesExactlyWhatWasNotForced() throws IOException {
        try (DiskRack rack = DiskRack.open(base)) {
            LoopDisk disk = rack.add("n1", BYTES);
            Path file = disk.mountPoint().resolve("file");
            Path unforced = disk.mountPoint().resolve("unforced");
            try (FileChannel channel =
                    FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                write(channel, 0, 1, 100);
                channel.force(true);
                forceDirectory(disk.mountPoint());
                write(channel, 50, 2, 100);
                Files.write(unforced, new byte[PAGE_BYTES]);
                disk.cutPower();
                assertThatThrownBy(() -> channel.force(true)).isInstanceOf(IOException.class);
            }
            assertThatThrownBy(() -> Files.write(unforced, new byte[1])).isInstanceOf(IOException.class);
            disk.remount();
            assertThat(Files.readAllBytes(file)).hasSize(100 * PAGE_BYTES).containsOnly(1);
            assertThat(unforced).doesNotExist();
        }
        assertThat(base).isEmptyDirectory();
    }

    @Test
    void whatTheKernelWroteBackStaysInPart() throws IOException {
        try (DiskRack rack = DiskRack.open(base)) {
            LoopDisk disk = rack.add("n1", BYTES);
            Path file = disk.mountPoint().resolve("file");
            try (FileChannel channel =
                    FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                write(channel, 0, 1, 1_024);
                channel.force(true);
                forceDirectory(disk.mountPoint());
                write(channel, 0, 2, 1_024);
                disk.writeBackSome(new Random(1), 0.5);
                disk.cutPower();
            }
            disk.remount();
            assertThat(Files.readAllBytes(file)).contains(1).contains(2).containsOnly(1, 2);
        }
    }

    @Test
    void aFullDiskTakesNothingUntilItIsFreed() throws IOException {
        try (DiskRack rack = DiskRack.open(base)) {
            LoopDisk disk = rack.add("n1", BYTES);
            Path file = disk.mountPoint().resolve("file");
            disk.fill();
            assertThatThrownBy(() -> Files.write(file, new byte[PAGE_BYTES]))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("No space left");
            disk.free();
            Files.write(file, new byte[PAGE_BYTES]);
        }
    }

    @Test
    void aLaterRunTakesDownWhatADeadProcessLeft() throws IOException {
        Path dead = Files.createDirectories(base.resolve("1-17-x")); // no process 1 has started then
        Path alive = Files.createDirectories(base.resolve("not-a-rack"));
        LoopDisk left = LoopDisk.create(dead, "n1", BYTES);
        Files.write(left.mountPoint().resolve("file"), new byte[PAGE_BYTES]);
        try {
            try (DiskRack rack = DiskRack.open(base);
                    Stream<Path> entries = Files.list(base)) {
                assertThat(dead).doesNotExist();
                assertThat(entries).hasSize(2).contains(alive);
                assertThat(mounts()).noneMatch(line -> line.contains(dead.toString()));
                rack.add("n1", BYTES);
                DiskRack.open(base).close(); // this process lives: its disks stay
                assertThat(mounts()).anyMatch(line -> line.contains(base.toString()));
            }
        } finally {
            if (Files.exists(dead)) {
                left.close();
            }
        }
        assertThat(mounts()).noneMatch(line -> line.contains(base.toString()));
    }

    private static List<String> mounts() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mounts"));
    }

    private static void write(FileChannel channel, int page, int value, int pages) throws IOException {
        byte[] bytes = new byte[PAGE_BYTES];
        Arrays.fill(bytes, (byte) value);
        for (int i = page; i < pages; i++) {
            channel.write(ByteBuffer.wrap(bytes), (long) i * PAGE_BYTES);
        }
    }

    private static void forceDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory)) {
            channel.force(true);
        }
    }
}
