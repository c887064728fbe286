package io.weir.consensus.repair;

import io.weir.consensus.guard.Durable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The note of what a node was doing with a replica, in {@code repair/partition-N}: a crash must not make it forget that it was
 * in the middle of a repair, nor that there has been a replica at all.
 *
 * <pre>
 *   step=REJOINING
 *   reason=...
 * </pre>
 */
public final class ReplicaRecord {
    /** What must be done, or has been. */
    enum Step {
        /** There has been no replica here: it may start as a new member, if its files say the same. */
        NEW,
        /** Its store was restored from a backup, and no group has run on it: the log begins behind it. */
        RESTORED,
        /** The replica is a member. If its files are gone, it has forgotten. */
        MEMBER,
        /** Its store must be replaced. */
        REPAIRING_STORE,
        /** It must leave and join, from the beginning, whatever has been done of that already. */
        REJOINING
    }

    private final Path directory;
    private final Path file;
    private Step step = Step.NEW;
    private String reason = "";

    private ReplicaRecord(Path directory, String name) {
        this.directory = directory;
        this.file = directory.resolve(name);
    }

    /**
     * @param data the node's directory
     * @throws IOException if the note cannot be read
     */
    static ReplicaRecord read(Path data, int partition) throws IOException {
        ReplicaRecord record = new ReplicaRecord(data.resolve("repair"), "partition-" + partition);
        if (!Files.exists(record.file)) {
            return record;
        }
        // A note that cannot be understood is one of something: only the most careful way on is right.
        record.step = Step.REJOINING;
        record.reason = "the note " + record.file + " cannot be understood";
        for (String line : Files.readAllLines(record.file, StandardCharsets.UTF_8)) {
            if (line.startsWith("reason=")) {
                record.reason = line.substring("reason=".length());
            }
        }
        for (Step step : Step.values()) {
            if (Files.readString(record.file).startsWith("step=" + step + "\n")) {
                record.step = step;
            }
        }
        return record;
    }

    /**
     * Notes for a partition that its store was restored.
     *
     * @param data the node's directory
     */
    public static void restored(Path data, int partition, Origin origin) throws IOException {
        read(data, partition).write(Step.RESTORED, origin.described());
    }

    /**
     * Whether a partition's store was restored, and no group has run on it.
     *
     * @throws IOException if the note cannot be read
     */
    public static boolean isRestored(Path data, int partition) throws IOException {
        return read(data, partition).step == Step.RESTORED;
    }

    Step step() {
        return step;
    }

    /** Why; empty unless something is being repaired. */
    String reason() {
        return reason;
    }

    /** Notes the step; it is on the disk when this returns. */
    void write(Step next, String why) throws IOException {
        String line = why.replace('\n', ' ').replace('\r', ' ');
        if (next == step && line.equals(reason)) {
            return;
        }
        Durable.createDirectories(directory);
        Durable.write(
                file,
                String.format(Locale.ROOT, "step=%s%nreason=%s%n", next, line).replace("\r\n", "\n"));
        step = next;
        reason = line;
    }
}
