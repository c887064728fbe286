package io.weir.logstore.lmdb;

import io.weir.logstore.Run;
import io.weir.logstore.StreamHead;
import io.weir.logstore.StreamKey;
import io.weir.logstore.layout.Checksum;
import io.weir.logstore.layout.RunBlock;
import io.weir.logstore.layout.RunsLayout;
import io.weir.logstore.layout.Table;
import org.jspecify.annotations.Nullable;

/** Where the events of one stream are, in one snapshot: its runs, by revision. Remembers the block that it looked at last. */
final class StreamRuns {
    private final TableReader rows;
    private final StreamKey stream;
    private final StreamHead head;
    private final RunBlock last = new RunBlock();
    private final RunBlock full = new RunBlock();
    private RunBlock current = last;
    private @Nullable Run run;

    StreamRuns(TableReader rows, StreamKey stream, long streamId) {
        this.rows = rows;
        this.stream = stream;
        rows.lastBlock(stream, streamId, last);
        this.head = new StreamHead(streamId, last.lastRevision(), last.lastPosition());
    }

    /** The stream's end. */
    StreamHead head() {
        return head;
    }

    /** The run of a revision, which the stream must have; it holds that revision. */
    Run of(long revision) {
        Run next = run == null ? null : current.after(run);
        if (next == null || revision != next.firstRevision()) {
            next = search(revision);
        }
        run = next;
        return next;
    }

    private Run search(long revision) {
        current = last;
        Run found = last.runOf(revision);
        if (found == null && rows.fullBlock(stream.slot(), head.streamId(), revision, full)) {
            current = full;
            found = full.runOf(revision);
        }
        if (found == null) {
            throw Checksum.corrupted(
                    Table.RUNS,
                    RunsLayout.key(rows.scratch(), stream.slot(), head.streamId(), revision),
                    "no run holds this revision of " + stream);
        }
        return found;
    }
}
