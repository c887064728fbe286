package io.weir.consensus.repair;

import io.weir.consensus.guard.Durable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who this node is, and who the other members were when they were heard of first: the file {@code weir.incarnations}. A node
 * that loses its disk loses the file, and learns from the others that it has been somebody before.
 *
 * <pre>
 *   self=2-5e6f...      this node's incarnation
 *   settled=true        it has forgotten nothing, or has left and joined every group
 *   restored from=9b0c...   the backup with which the cluster began, if it did; no member has such a name
 *   n1=1-77aa...        what is known of member n1
 * </pre>
 *
 * Every change is on the disk when the call returns. Any thread.
 */
public final class Incarnations {
    static final String FILE = "weir.incarnations";

    private static final String RESTORED_FROM = "restored from";

    private final Path file;
    private final Map<String, Incarnation> known = new TreeMap<>();
    private Incarnation self;
    private Origin origin = Origin.NONE;
    private boolean settled;

    private Incarnations(Path file, Incarnation self) {
        this.file = file;
        this.self = self;
    }

    /**
     * Reads the file, or draws a new incarnation and writes it.
     *
     * @param data the node's directory
     * @param isLone whether there is nobody to learn from: an only member is always settled
     * @throws IOException if the file cannot be read or written, or is damaged
     */
    public static Incarnations open(Path data, boolean isLone) throws IOException {
        Path file = data.resolve(FILE);
        Incarnations opened = new Incarnations(file, Incarnation.first());
        if (Files.exists(file)) {
            opened.read();
        } else {
            opened.settled = isLone;
            opened.write();
        }
        return opened;
    }

    /**
     * Writes the file of a directory that has been restored.
     *
     * @throws IOException if it cannot be written
     */
    public static void restored(Path data, Origin origin, boolean isLone) throws IOException {
        Incarnations restored = new Incarnations(data.resolve(FILE), Incarnation.first());
        restored.origin = origin;
        restored.settled = isLone;
        restored.write();
    }

    private void read() throws IOException {
        boolean hasSelf = false;
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
            int equals = line.indexOf('=');
            String name = line.substring(0, Math.max(equals, 0));
            String value = line.substring(equals + 1);
            try {
                if (name.equals("settled")) {
                    settled = value.equals("true");
                } else if (name.equals("self")) {
                    self = Incarnation.parse(value);
                    hasSelf = true;
                } else if (name.equals(RESTORED_FROM)) {
                    origin = Origin.parse(value);
                } else {
                    known.put(name, Incarnation.parse(value));
                }
            } catch (IllegalArgumentException e) {
                throw new IOException(file + " is damaged in \"" + line + "\"; delete it, and this node joins anew", e);
            }
        }
        if (!hasSelf) {
            throw new IOException(file + " is damaged: it does not say who this node is; delete it, and it joins anew");
        }
    }

    private void write() throws IOException {
        StringBuilder text = new StringBuilder();
        text.append("self=").append(self).append('\n');
        text.append("settled=").append(settled).append('\n');
        if (origin.isBackup()) {
            text.append(RESTORED_FROM).append('=').append(origin).append('\n');
        }
        known.forEach((member, incarnation) ->
                text.append(member).append('=').append(incarnation).append('\n'));
        Durable.write(file, text.toString());
    }

    synchronized Incarnation self() {
        return self;
    }

    /** With what the cluster of this node began. */
    synchronized Origin origin() {
        return origin;
    }

    synchronized boolean isSettled() {
        return settled;
    }

    /** What is known of a member, null for nothing. */
    synchronized @Nullable Incarnation known(String member) {
        return known.get(member);
    }

    /** This node has forgotten nothing, or nothing that counts any more. */
    synchronized void settle() throws IOException {
        if (!settled) {
            settled = true;
            write();
        }
    }

    /**
     * This node has been somebody else, and is somebody new from now on.
     *
     * @param of the origin of the cluster in which it was
     */
    synchronized void unsettle(Incarnation before, Origin of) throws IOException {
        self = self.after(before);
        origin = of;
        settled = false;
        write();
    }

    /**
     * A member has said who it is. One of another origin, of which nothing is known, is not noted: it is about to be emptied or
     * restored, and would be taken for one that has lost its disk.
     *
     * @param isSettled whether a later incarnation replaces what is known
     * @return what is known of it from now on
     */
    synchronized Incarnation heard(String member, Incarnation incarnation, Origin of, boolean isSettled)
            throws IOException {
        Incarnation before = known.get(member);
        if (!of.equals(origin)) {
            return before == null ? incarnation : before;
        }
        if (before != null && (!isSettled || incarnation.generation() <= before.generation())) {
            return before;
        }
        known.put(member, incarnation);
        write();
        return incarnation;
    }
}
