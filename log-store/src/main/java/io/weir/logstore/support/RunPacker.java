package io.weir.logstore.support;

import io.weir.logstore.Run;
import io.weir.logstore.layout.RunBlock;
import org.jspecify.annotations.Nullable;

/**
 * Packs the runs of streams into the blocks that a store on disk would have of them. Runs come in the order of streams and
 * revisions. Not thread-safe.
 */
public final class RunPacker {
    private final BlockVisitor onFull;
    private final BlockVisitor onLast;
    private final RunBlock block = new RunBlock();
    private @Nullable Long streamId;
    private int slot;

    /** Takes a block of a stream, valid during the call; false if it had enough. */
    @FunctionalInterface
    private interface BlockVisitor {
        boolean onBlock(int slot, long streamId, RunBlock block);
    }

    private RunPacker(BlockVisitor onFull, BlockVisitor onLast) {
        this.onFull = onFull;
        this.onLast = onLast;
    }

    /** Makes the rows of table {@code runs}. */
    public static RunPacker ofFull(RowEncoder rows) {
        return new RunPacker(rows::runs, (slot, streamId, last) -> true);
    }

    /** Makes the rows of table {@code heads}. */
    public static RunPacker ofLast(RowEncoder rows) {
        return new RunPacker((slot, streamId, full) -> true, rows::head);
    }

    /** Adds the next run; false if the rows' visitor had enough. */
    public boolean add(int ofSlot, long ofStream, Run run) {
        boolean more = true;
        if (streamId == null || streamId != ofStream) {
            more = end();
            slot = ofSlot;
            streamId = ofStream;
            block.begin(run);
        } else if (!block.append(run.firstPosition(), run.count())) {
            more = onFull.onBlock(slot, ofStream, block);
            block.begin(run);
        }
        return more;
    }

    /** After the last run; false likewise. */
    public boolean end() {
        return streamId == null || onLast.onBlock(slot, streamId, block);
    }
}
