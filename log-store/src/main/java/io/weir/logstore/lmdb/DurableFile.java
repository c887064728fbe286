package io.weir.logstore.lmdb;

import io.weir.logstore.support.FaultPoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/** A small file that is replaced as a whole, and is on the disk when the replacement returns. */
final class DurableFile {
    private DurableFile() {}

    /**
     * Replaces the file in two steps: {@link #prepare} and {@link #publish}. After a crash or a power cut it holds the old
     * bytes or the new ones; a file with {@code .tmp} behind its name may be left, and is overwritten the next time.
     */
    static void replace(Path file, byte[] bytes) throws IOException {
        publish(prepare(file, bytes), file);
    }

    /** Writes the bytes beside the file. If it fails, nothing that matters has changed. */
    static FileChannel prepare(Path file, byte[] bytes) throws IOException {
        FileChannel channel = FileChannel.open(
                temporary(file),
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        boolean written = false;
        try {
            ByteBuffer rest = ByteBuffer.wrap(bytes);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            written = true;
            return channel;
        } finally {
            if (!written) {
                channel.close();
            }
        }
    }

    /** Forces what was prepared, gives it its name, and forces the name. If it fails, nobody knows which bytes the disk has. */
    static void publish(FileChannel prepared, Path file) throws IOException {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        try (prepared) {
            prepared.force(true);
        }
        FaultPoint.pass(name + ".tmp-written");
        Files.move(temporary(file), file, StandardCopyOption.ATOMIC_MOVE);
        FaultPoint.pass(name + ".renamed");
        forceDirectory(file.toAbsolutePath().resolveSibling(""));
    }

    private static Path temporary(Path file) {
        return file.resolveSibling(file.getFileName() + ".tmp");
    }

    /** Forces the names in a directory. */
    static void forceDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Forces the names that lead to a directory, and those in it: what is new there would vanish in a power cut. */
    static void forcePath(Path directory) throws IOException {
        for (Path path = directory; path != null && Files.isReadable(path); path = path.getParent()) {
            forceDirectory(path);
        }
    }
}
