package io.weir.consensus.repair;

import java.util.UUID;

/**
 * Which of the directories that a node has had in its time: a node that starts with an emptied disk has the same name, and
 * has forgotten its votes. Written {@code <generation>-<uuid>}.
 *
 * @param generation from 1; a node that learns that it was somebody else takes a higher one than it has heard of
 * @param id drawn when the directory was created
 */
public record Incarnation(int generation, UUID id) {
    public Incarnation {
        if (generation < 1) {
            throw new IllegalArgumentException("generation " + generation + " is not positive");
        }
    }

    /** Of a directory that has just been created. */
    public static Incarnation first() {
        return new Incarnation(1, UUID.randomUUID());
    }

    /**
     * Reads what {@link #toString} writes.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static Incarnation parse(String text) {
        int dash = text.indexOf('-');
        if (dash < 1) {
            throw new IllegalArgumentException("\"" + text + "\" is not an incarnation");
        }
        Incarnation parsed =
                new Incarnation(Integer.parseInt(text.substring(0, dash)), UUID.fromString(text.substring(dash + 1)));
        if (!parsed.toString().equals(text)) {
            throw new IllegalArgumentException("\"" + text + "\" is not an incarnation");
        }
        return parsed;
    }

    /** The same directory, later than another incarnation of this node. */
    public Incarnation after(Incarnation other) {
        return new Incarnation(Math.max(generation, Math.addExact(other.generation, 1)), id);
    }

    @Override
    public String toString() {
        return generation + "-" + id;
    }
}
