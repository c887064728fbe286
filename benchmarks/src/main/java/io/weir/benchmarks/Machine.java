package io.weir.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The facts of a machine that figures depend on.
 *
 * @param system operating system and architecture
 * @param processors as this process sees them
 * @param java name and version of the virtual machine
 * @param fileSystem type of the file system that the nodes write to, {@code remote} if they run elsewhere
 */
public record Machine(String system, int processors, String java, String fileSystem) {
    /** The machine that this process runs on. */
    public static Machine here(String fileSystem) {
        return new Machine(
                property("os.name") + " " + property("os.version") + " " + property("os.arch"),
                Runtime.getRuntime().availableProcessors(),
                property("java.vm.name") + " " + property("java.version"),
                fileSystem);
    }

    /** The type of a directory's file system; on {@code tmpfs}, say, an fsync costs nothing and figures mean little. */
    public static String fileSystemOf(Path directory) {
        try {
            return Files.getFileStore(directory).type();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot tell the file system of " + directory, e);
        }
    }

    private static String property(String name) {
        return System.getProperty(name, "unknown");
    }

    @Override
    public String toString() {
        return system + ", " + processors + " processors, " + java + ", file system " + fileSystem;
    }
}
