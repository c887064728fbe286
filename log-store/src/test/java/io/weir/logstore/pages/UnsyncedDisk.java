package io.weir.logstore.pages;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What a power cut may leave of one file: every page independently any of the contents that it had since the last completed
 * sync, or a mixture of their sectors, and any of the lengths. Learns the contents by reading the file.
 */
final class UnsyncedDisk {
    static final int PAGE_BYTES = 4_096;
    private static final int SECTOR_BYTES = 512;

    private final Path file;
    /** By page: what it may hold, the oldest first; pages that have not changed since the sync are not in it. */
    private Map<Integer, List<byte[]>> versions = new HashMap<>();

    private List<Integer> lengths = new ArrayList<>();
    private byte[] synced;
    private byte[] seen;
    /** Since a sync that has begun and not ended; it becomes what counts when it ends. */
    private Map<Integer, List<byte[]>> versionsSinceBegin = new HashMap<>();

    private List<Integer> lengthsSinceBegin = new ArrayList<>();
    private byte[] atBegin;

    /** All that the file holds now is on the disk. */
    UnsyncedDisk(Path file) throws IOException {
        this.file = file;
        synced = Files.readAllBytes(file);
        seen = synced;
        atBegin = synced;
        lengths.add(synced.length);
    }

    /** Notes what was written since the last time. */
    void observe() throws IOException {
        byte[] now = read();
        for (int page = 0; page * PAGE_BYTES < now.length; page++) {
            byte[] content = page(now, page);
            if (!Arrays.equals(content, page(seen, page))) {
                versions.computeIfAbsent(page, p -> new ArrayList<>()).add(content);
                versionsSinceBegin.computeIfAbsent(page, p -> new ArrayList<>()).add(content);
            }
        }
        lengths.add(now.length);
        lengthsSinceBegin.add(now.length);
        seen = now;
    }

    private byte[] read() throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) channel.size());
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
            return bytes.array();
        }
    }

    /** A page of an image, zeros behind its end. */
    private static byte[] page(byte[] image, int page) {
        int from = Math.min(page * PAGE_BYTES, image.length);
        return Arrays.copyOf(Arrays.copyOfRange(image, from, Math.min(from + PAGE_BYTES, image.length)), PAGE_BYTES);
    }

    /** From now on nothing more is promised by the sync that begins. */
    void syncBegins() throws IOException {
        observe();
        atBegin = seen;
        versionsSinceBegin = new HashMap<>();
        lengthsSinceBegin = new ArrayList<>(List.of(seen.length));
    }

    /** What was there at its begin is on the disk. */
    void syncEnds() {
        synced = atBegin;
        versions = versionsSinceBegin;
        lengths = lengthsSinceBegin;
        versionsSinceBegin = new HashMap<>();
        lengthsSinceBegin = new ArrayList<>();
    }

    /** Pages whose content after a cut is not certain. */
    int unsyncedPages() {
        return versions.size();
    }

    /** The file after a cut. */
    byte[] afterCut(Random random) {
        byte[] image = Arrays.copyOf(synced, lengths.get(random.nextInt(lengths.size())));
        // From none of the unsynced writes to all of them.
        double oldest = random.nextInt(5) / 4.0;
        versions.forEach((page, contents) -> {
            byte[] content = page(synced, page);
            if (random.nextDouble() >= oldest) {
                byte[] newer = contents.get(random.nextInt(contents.size()));
                content = random.nextInt(8) == 0 ? torn(content, newer, random) : newer;
            }
            int at = page * PAGE_BYTES;
            if (at < image.length) {
                System.arraycopy(content, 0, image, at, Math.min(PAGE_BYTES, image.length - at));
            }
        });
        return image;
    }

    private static byte[] torn(byte[] older, byte[] newer, Random random) {
        byte[] torn = older.clone();
        for (int at = 0; at < PAGE_BYTES; at += SECTOR_BYTES) {
            if (random.nextBoolean()) {
                System.arraycopy(newer, at, torn, at, SECTOR_BYTES);
            }
        }
        return torn;
    }
}
