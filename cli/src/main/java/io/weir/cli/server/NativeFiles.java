package io.weir.cli.server;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where native libraries of this process are unpacked: {@code native/<pid>} below the data directory. In the temporary
 * folder, where they go by default, a copy would stay after every kill; here the next start removes it. A directory of a
 * process that still runs is left alone, be it a second start by mistake.
 *
 * <p>On a full disk they do go to the temporary folder: the node could not wait for space without them.
 */
final class NativeFiles {
    private static final List<String> PROPERTIES = List.of("lmdbjava.extract.dir", "jffi.extract.dir");

    /** Some times what the libraries take. */
    private static final long ROOM_BYTES = 8 << 20;

    private final Path own;

    private NativeFiles(Path own) {
        this.own = own;
    }

    /** Removes what processes that have ended left behind, and has libraries unpacked here. Before any is loaded. */
    static NativeFiles prepare(Path dataDirectory) throws IOException {
        Path all = Files.createDirectories(dataDirectory.resolve("native"));
        try (Stream<Path> entries = Files.list(all)) {
            for (Path entry : entries.filter(NativeFiles::isLeftover).toList()) {
                removeTree(entry);
            }
        }
        Path own = all.resolve(Long.toString(ProcessHandle.current().pid()));
        boolean hasRoom = Files.getFileStore(all).getUsableSpace() >= ROOM_BYTES;
        if (hasRoom) {
            Files.createDirectories(own);
        }
        for (String property : PROPERTIES) {
            if (hasRoom && System.getProperty(property) == null) {
                System.setProperty(property, own.toString());
            }
        }
        return new NativeFiles(own);
    }

    /** Removes this process' own; what is loaded stays loaded. */
    void remove() throws IOException {
        removeTree(own);
    }

    /** A number can name a later process: then its directory is only removed later. */
    private static boolean isLeftover(Path entry) {
        String name = String.valueOf(entry.getFileName());
        if (!name.matches("[0-9]{1,18}")) {
            return false;
        }
        long pid = Long.parseLong(name);
        return pid == ProcessHandle.current().pid() || ProcessHandle.of(pid).isEmpty();
    }

    private static void removeTree(Path root) throws IOException {
        try (Stream<Path> tree = Files.walk(root)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException | DirectoryNotEmptyException e) {
            // Another start on the same directory is clearing the same leftovers, or a library is just being unpacked:
            // whoever comes next removes the rest.
        }
    }
}
