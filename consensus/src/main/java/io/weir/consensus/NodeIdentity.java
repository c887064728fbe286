package io.weir.consensus;

import io.weir.client.EventStoreException.CannotOpen;
import io.weir.consensus.guard.Durable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whose directory this is: a small text file, written once, compared at every start. A node that opened another's directory
 * would vote twice, and one with another number of partitions would look for streams where they are not.
 *
 * @param clusterId name of the cluster
 * @param nodeId name of the node
 * @param partitions how many partitions
 * @param members all members as {@code id address}, in the order of the configuration
 */
record NodeIdentity(String clusterId, String nodeId, int partitions, List<String> members) {
    static final String FILE = "weir.identity";

    /** The only format; a newer one is refused. */
    static final int FORMAT = 1;

    static NodeIdentity of(NodeConfig config) {
        // The address of an only member is nobody's business, and may change with every start.
        boolean isLone = config.members().size() == 1;
        return new NodeIdentity(
                config.clusterId(),
                config.nodeId(),
                config.partitions(),
                config.members().stream()
                        .map(member -> isLone ? member.id() : member.id() + " " + member.peerAddress())
                        .toList());
    }

    /** What is written in the directory, or null if nothing is. */
    static @Nullable NodeIdentity read(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            return null;
        }
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        String format = value(file, lines, "format");
        if (!format.equals(String.valueOf(FORMAT))) {
            throw new CannotOpen(
                    file + " has format " + format + "; this version of Weir knows format " + FORMAT
                            + "; open the directory with the version that wrote it",
                    null);
        }
        List<String> members = new ArrayList<>();
        for (String line : lines) {
            if (line.startsWith("member=")) {
                members.add(line.substring("member=".length()));
            }
        }
        try {
            return new NodeIdentity(
                    value(file, lines, "cluster"),
                    value(file, lines, "node"),
                    Integer.parseInt(value(file, lines, "partitions")),
                    members);
        } catch (NumberFormatException e) {
            throw new CannotOpen(file + " is damaged: its number of partitions is not a number", e);
        }
    }

    /** Fails, naming both values, if this is not the same. */
    void requireSame(NodeIdentity found, Path directory) {
        requireEqual(directory, "cluster", clusterId, found.clusterId);
        requireEqual(directory, "node", nodeId, found.nodeId);
        requireEqual(directory, "number of partitions", partitions, found.partitions);
        requireEqual(directory, "list of members", members, found.members);
    }

    /** Writes the file so that after a crash it is there as a whole or not at all. */
    void write(Path directory) throws IOException {
        StringBuilder text = new StringBuilder();
        text.append("format=").append(FORMAT).append('\n');
        text.append("cluster=").append(clusterId).append('\n');
        text.append("node=").append(nodeId).append('\n');
        text.append("partitions=").append(partitions).append('\n');
        members.forEach(member -> text.append("member=").append(member).append('\n'));
        Durable.write(directory.resolve(FILE), text.toString());
    }

    private static String value(Path file, List<String> lines, String name) {
        for (String line : lines) {
            if (line.startsWith(name + "=")) {
                return line.substring(name.length() + 1);
            }
        }
        throw new CannotOpen(file + " is damaged: it names no " + name, null);
    }

    private static void requireEqual(Path directory, String what, Object wanted, Object found) {
        if (!Objects.equals(wanted, found)) {
            throw new CannotOpen(
                    "directory " + directory + " belongs to another " + what + ": it has " + found
                            + ", the configuration says " + wanted + "; use the right directory or an empty one",
                    null);
        }
    }
}
