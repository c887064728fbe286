package io.weir.jepsen.rig;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Where a node keeps what, by partition. It knows names only, as an operator would; a file that should be there and is not is
 * an error.
 */
public final class NodeFiles {
    private final Path data;
    private final String clusterId;

    /**
     * Touches nothing yet.
     *
     * @param data the directory of the node
     * @param clusterId by which its Raft groups are named
     */
    public NodeFiles(Path data, String clusterId) {
        this.data = data;
        this.clusterId = clusterId;
    }

    /** Removes everything that the node has: a new disk. */
    public void wipe() {
        remove(data);
    }

    /** Removes a directory with all that is in it. */
    public static void remove(Path root) {
        try (Stream<Path> tree = Files.walk(root)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The directory of the Raft group of a partition. */
    public Path group(int partition) {
        return data.resolve("raft").resolve(groupId(partition));
    }

    private String groupId(int partition) {
        String name = "weir/" + clusterId + "/" + partition;
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
    }

    /** Files of the Raft log, oldest first; the last one is open, and has only been written in part. */
    public List<Path> segments(int partition) {
        try (Stream<Path> files = Files.list(group(partition).resolve("current"))) {
            return files.filter(file -> name(file).startsWith("log_"))
                    .sorted(Comparator.comparingLong(NodeFiles::firstIndex))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The index of the first entry in a file of the Raft log: {@code log_<first>-<last>}, {@code log_inprogress_<first>}. */
    public static long firstIndex(Path segment) {
        return Long.parseLong(
                name(segment).replaceFirst("log_(inprogress_)?", "").replaceFirst("-.*", ""));
    }

    /** The files of the Raft log that are complete. */
    public List<Path> closedSegments(int partition) {
        return segments(partition).stream()
                .filter(file -> !name(file).startsWith("log_inprogress"))
                .toList();
    }

    /** The last file of the Raft log. */
    public Path openSegment(int partition) {
        List<Path> all = segments(partition);
        return all.get(all.size() - 1);
    }

    /** How much has been written to the last file of the Raft log, if there is one. */
    public long openSegmentBytes(int partition) {
        if (segments(partition).isEmpty()) {
            return 0;
        }
        try (RandomAccessFile file = new RandomAccessFile(openSegment(partition).toFile(), "r")) {
            return Harm.usedBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The first file of the Raft log. */
    public Path oldestSegment(int partition) {
        return segments(partition).get(0);
    }

    /** In which term the replica is, and whom it has voted for. */
    public Path vote(int partition) {
        return group(partition).resolve("current").resolve("raft-meta");
    }

    /** The note of how far the Raft log was flushed. */
    public Path cell(int partition) {
        return data.resolve("raft-guard").resolve(groupId(partition));
    }

    /** The directory of the store of a partition. */
    public Path store(int partition) {
        return data.resolve("store-" + partition);
    }

    /** Says which environment of a store is the valid one. */
    public Path current(int partition) {
        return store(partition).resolve("CURRENT");
    }

    /** LMDB's data file. */
    public Path pages(int partition) {
        return environment(partition).resolve("data.mdb");
    }

    /** The note of the last checkpoint of a store. */
    public Path checkpoint(int partition) {
        return environment(partition).resolve("checkpoint");
    }

    /** The environment that was written last, whatever CURRENT says: damage may have hit that. */
    private Path environment(int partition) {
        try (Stream<Path> entries = Files.list(store(partition))) {
            return entries.filter(entry -> name(entry).startsWith("env-"))
                    .max(Comparator.comparingLong(entry -> modifiedMs(entry.resolve("data.mdb"))))
                    .orElseThrow(() -> new IllegalStateException("no environment in " + store(partition)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long modifiedMs(Path file) {
        try {
            return Files.exists(file) ? Files.getLastModifiedTime(file).toMillis() : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }
}
