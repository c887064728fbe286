package io.weir.consensus.guard;

import io.weir.consensus.guard.LogFiles.Unfit;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The segments of one log, put in a row: what must go from its beginning and its end so that the rest has no gap, if that may
 * go. Three things of Ratis leave a broken row without any damage: a write that a power cut stops in the middle, a purge,
 * which deletes the newest segment first, and a truncation, which deletes, then cuts, then renames. All else is damage.
 */
final class SegmentChain {
    private final List<SegmentScan> row;
    private final List<Repair> repairs = new ArrayList<>();
    private final StoreMark store;
    private final long floor;

    /**
     * @param scans in the order of the names
     * @param store what must not be in the log any more
     * @param flushed the last entry that must not be missing from log and store
     */
    SegmentChain(List<SegmentScan> scans, StoreMark store, long flushed) {
        this.row = new ArrayList<>(scans);
        this.store = store;
        this.floor = Math.max(store.index(), flushed);
    }

    /**
     * Mends the row.
     *
     * @throws Unfit if entries that must not be missing are lost
     */
    void mend() throws Unfit {
        // Ratis deletes an open segment without entries when it opens the log.
        row.removeIf(scan -> scan.name().isOpen() && scan.entries() == 0 && !scan.isBroken());
        dropPrefix();
        cutTail();
    }

    /** In the order in which they must be made. */
    List<Repair> repairs() {
        return repairs;
    }

    /** What is left: without a gap. */
    List<SegmentScan> row() {
        return row;
    }

    /** Up to the last break that lies wholly in what the store holds. */
    private void dropPrefix() {
        for (int i = row.size() - 1; i >= 0; i--) {
            SegmentScan scan = row.get(i);
            boolean isStored = !scan.name().isOpen() && scan.name().last() <= store.index();
            if (isStored && scan.isBroken()) {
                drop(i + 1, scan.problem(), true);
                return;
            }
            if (isStored
                    && i + 1 < row.size()
                    && isGap(i + 1)
                    && row.get(i + 1).name().first() <= store.index() + 1) {
                drop(i + 1, gap(i + 1), false);
                return;
            }
        }
    }

    private void drop(int count, String reason, boolean isDamage) {
        List<SegmentScan> dropped = row.subList(0, count);
        repairs.add(new Repair.DropPrefix(paths(dropped), reason, isDamage));
        dropped.clear();
    }

    /** All of it: the store holds more than the log. */
    void dropAll(String reason) {
        List<Path> all = paths(row);
        repairs.removeIf(repair -> repair instanceof Repair.CutTail cut && all.contains(cut.file()));
        drop(row.size(), reason, false);
    }

    private void cutTail() throws Unfit {
        for (int i = 0; i < row.size(); i++) {
            SegmentScan scan = row.get(i);
            if (i > 0 && isGap(i)) {
                cutRest(i);
                return;
            }
            if (scan.isBroken()) {
                cutSegment(i);
                return;
            }
        }
    }

    /** The segments behind a gap: a truncation had begun to delete them. */
    private void cutRest(int from) throws Unfit {
        long missing = row.get(from - 1).statedLast() + 1;
        boolean isOverlap = row.get(from).name().first() < missing;
        if (isOverlap || row.get(from - 1).name().isOpen() || missing <= floor) {
            throw new Unfit(gap(from) + "; " + expected());
        }
        List<SegmentScan> rest = row.subList(from, row.size());
        repairs.add(new Repair.DropRest(paths(rest), gap(from)));
        rest.clear();
    }

    private void cutSegment(int at) throws Unfit {
        SegmentScan scan = row.get(at);
        boolean isLast = at == row.size() - 1;
        boolean isTorn = scan.name().isOpen() || (scan.damage() == null && scan.entries() > 0);
        if (!isLast || !isTorn || scan.soundLast() < floor) {
            throw new Unfit(scan.problem() + "; " + expected());
        }
        Path file = scan.name().path();
        Path keep = scan.name().isOpen()
                ? file
                : SegmentName.closed(Durable.directoryOf(file), scan.name().first(), scan.soundLast());
        repairs.add(new Repair.CutTail(file, keep, scan.soundBytes(), scan.problem()));
        if (scan.entries() == 0) {
            row.remove(at);
        }
    }

    private boolean isGap(int at) {
        SegmentScan before = row.get(at - 1);
        return before.name().isOpen()
                || before.statedLast() + 1 != row.get(at).name().first();
    }

    private String gap(int at) {
        SegmentName before = row.get(at - 1).name();
        return row.get(at).name().file() + " does not follow " + before.file();
    }

    private String expected() {
        return "entries up to " + floor + " were flushed";
    }

    private static List<Path> paths(List<SegmentScan> scans) {
        return scans.stream().map(scan -> scan.name().path()).toList();
    }
}
