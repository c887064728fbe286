package io.weir.jepsen;

import io.weir.jepsen.rig.Harm;
import io.weir.jepsen.rig.NodeFiles;
import io.weir.logstore.StoreException;
import io.weir.logstore.pages.Effort;
import io.weir.logstore.pages.StoreCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;

/** One square of the matrix of damages: a file of one replica, what happens to it, and what must come of that. */
record Square(Target target, Harm harm) {
    /** An open segment with this holds several entries in several pages: it does not look as if nothing was in it yet. */
    private static final long MANY_BYTES = 64 << 10;

    /** What a replica moves aside, and so what it has distrusted. */
    enum Remedy {
        NOTHING("nothing was missing"),
        LOG_PART("the damaged segments are moved aside"),
        LOG("left its group, forgot, joined"),
        STORE("another store, log and vote kept");

        private final String title;

        Remedy(String title) {
            this.title = title;
        }

        @Override
        public String toString() {
            return title;
        }

        /** By the words of a node's status. */
        static Remedy of(String what, int partition) {
            return switch (what.replace(" of partition " + partition, "")) {
                case "store" -> STORE;
                case "Raft log" -> LOG;
                case "part of the Raft log" -> LOG_PART;
                default -> NOTHING; // of another partition
            };
        }
    }

    /** A kind of file that a replica cannot do without. */
    enum Target {
        CLOSED_SEGMENT("closed segment of the Raft log"),
        OPEN_SEGMENT("open segment of the Raft log"),
        PAGES("LMDB data file"),
        CHECKPOINT("`checkpoint`"),
        CURRENT("`CURRENT`"),
        VOTE("vote file"),
        CELL("cell (note of what was flushed)");

        private final String title;

        Target(String title) {
            this.title = title;
        }

        /** Whether a replica has such a file, and something in it that will be missed. */
        boolean isIn(NodeFiles files, int partition) {
            return switch (this) {
                case CLOSED_SEGMENT -> !files.closedSegments(partition).isEmpty();
                // Behind a copy of the store there is no log at first: with the store it would lose all it has.
                case OPEN_SEGMENT, PAGES, CHECKPOINT, CURRENT -> files.openSegmentBytes(partition) > MANY_BYTES;
                case VOTE, CELL -> true;
            };
        }

        private Path in(NodeFiles files, int partition, Random random) {
            return switch (this) {
                case CLOSED_SEGMENT -> {
                    List<Path> closed = files.closedSegments(partition);
                    yield closed.get(random.nextInt(closed.size()));
                }
                case OPEN_SEGMENT -> files.openSegment(partition);
                case PAGES -> files.pages(partition);
                case CHECKPOINT -> files.checkpoint(partition);
                case CURRENT -> files.current(partition);
                case VOTE -> files.vote(partition);
                case CELL -> files.cell(partition);
            };
        }
    }

    /** All squares, by target. */
    static List<Square> all() {
        List<Square> all = new ArrayList<>();
        for (Target target : Target.values()) {
            for (Harm harm : Harm.values()) {
                all.add(new Square(target, harm));
            }
        }
        return all;
    }

    /** Which remedies are right for a replica whose closed segments are in its checkpoint; nothing else is. */
    Set<Remedy> remedies() {
        return switch (target) {
            // A checkpoint has what is in it. That a segment is gone is what a purge looks like.
            case CLOSED_SEGMENT -> harm == Harm.DELETE ? EnumSet.of(Remedy.NOTHING) : EnumSet.of(Remedy.LOG_PART);
            // So it is with all of it, if the checkpoint has all that was noted.
            case OPEN_SEGMENT -> harm == Harm.DELETE ? EnumSet.of(Remedy.LOG, Remedy.NOTHING) : EnumSet.of(Remedy.LOG);
            case PAGES, CHECKPOINT, CURRENT -> EnumSet.of(Remedy.STORE);
            // A flip may leave it readable: then there is a new term, and no vote.
            case VOTE -> harm == Harm.FLIP ? EnumSet.of(Remedy.LOG, Remedy.NOTHING) : EnumSet.of(Remedy.LOG);
            // There are two of it, in a page each.
            case CELL ->
                switch (harm) {
                    case ZERO_PAGE, TRUNCATE -> EnumSet.of(Remedy.NOTHING);
                    case FLIP, DELETE -> EnumSet.of(Remedy.LOG);
                };
        };
    }

    /**
     * Does the damage. A page of LMDB's file that is in no tree, or a gap in one that is, holds nothing: there it goes on until
     * something is hit.
     */
    void on(NodeFiles files, int partition, Random random) throws IOException {
        Path file = target.in(files, partition, random);
        do {
            harm.to(file, random);
        } while (target == Target.PAGES && Files.exists(file) && isSound(files.store(partition)));
    }

    private static boolean isSound(Path store) {
        try {
            StoreCheck.full(store, Effort.full());
            return true;
        } catch (StoreException.Corrupted e) {
            return false;
        }
    }

    /** For a row of a table. */
    String row() {
        return target.title + " | " + harm.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    @Override
    public String toString() {
        return row().replace(" | ", ", ");
    }
}
