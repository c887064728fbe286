package io.weir.logstore.lmdb;

import io.weir.logstore.Run;
import io.weir.logstore.StreamHead;
import io.weir.logstore.StreamKey;
import io.weir.logstore.layout.Checksum;
import io.weir.logstore.layout.RunBlock;
import io.weir.logstore.layout.RunsLayout;
import io.weir.logstore.layout.StreamsLayout;
import io.weir.logstore.layout.Table;
import io.weir.logstore.support.TableSums;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Cursor;
import org.lmdbjava.PutFlags;

/**
 * The rows of the streams to which a batch appends. Runs are gathered until their log entry ends: a stream to which one entry
 * appends many times has its row read and written once.
 */
final class StreamRows {
    private static final PutFlags[] APPEND = {PutFlags.MDB_APPEND};
    private static final PutFlags[] UPSERT = {};

    private final Environment environment;
    private final TableReader rows;
    private final TableSums sums;
    private final RunBlock block = new RunBlock();
    private final Map<StreamKey, Gathered> gathered = new LinkedHashMap<>();

    /** Runs of a stream that have no row yet, one behind the other; at least one. */
    private record Gathered(long streamId, List<Run> runs) {
        Run last() {
            return runs.get(runs.size() - 1);
        }
    }

    StreamRows(Environment environment, TableReader rows, TableSums sums) {
        this.environment = environment;
        this.rows = rows;
        this.sums = sums;
    }

    /** Takes a run that follows all others of its stream; the stream is new if it begins with revision 0. */
    void add(StreamKey stream, long streamId, Run run) {
        gathered.computeIfAbsent(stream, key -> new Gathered(streamId, new ArrayList<>()))
                .runs()
                .add(run);
    }

    /** The end of a stream of which runs are gathered, or null: then it is where the tables say. */
    @Nullable
    StreamHead head(StreamKey stream) {
        Gathered known = gathered.get(stream);
        return known == null
                ? null
                : new StreamHead(
                        known.streamId(),
                        known.last().lastRevision(),
                        known.last().lastPosition());
    }

    /** The entry has ended: writes what is gathered. */
    void write() {
        if (!gathered.isEmpty()) {
            rows.withCursor(Table.HEADS, heads -> {
                gathered.forEach((stream, added) -> write(heads, stream, added));
                return true;
            });
            gathered.clear();
        }
    }

    private void write(Cursor<UnsafeBuffer> heads, StreamKey stream, Gathered added) {
        List<Run> runs = added.runs();
        boolean isNew = runs.get(0).firstRevision() == 0;
        if (isNew) {
            writeStream(stream, added.streamId());
            block.begin(runs.get(0));
        } else {
            rows.seekHead(heads, stream, added.streamId());
            RunsLayout.getEnd(rows.checksum(), Table.HEADS, heads.key(), heads.val(), block);
            requireEnd(heads.key(), runs.get(0));
            sums.remove(Table.HEADS, heads.val());
        }
        for (Run run : isNew ? runs.subList(1, runs.size()) : runs) {
            if (!block.append(run.firstPosition(), run.count())) {
                writeFull(stream, added.streamId());
                block.begin(run);
            }
        }
        UnsafeBuffer key = RunsLayout.headKey(rows.scratch(), stream.slot(), added.streamId());
        int bytes = RunsLayout.valueBytes(block);
        // An old row is under the cursor, and need not be looked for again.
        UnsafeBuffer value = isNew ? heads.reserve(key, bytes) : heads.reserve(key, bytes, PutFlags.MDB_CURRENT);
        RunsLayout.put(rows.checksum(), Table.HEADS, key, value, block);
        sums.add(Table.HEADS, value);
    }

    /** The stream's two rows come with its first run, so that a stream without events is never on disk. */
    private void writeStream(StreamKey stream, long streamId) {
        UnsafeBuffer key = StreamsLayout.streamKey(rows.scratch(), stream);
        UnsafeBuffer value = reserve(Table.STREAMS, key, StreamsLayout.STREAM_VALUE_BYTES, UPSERT);
        StreamsLayout.putStream(rows.checksum(), key, value, streamId);
        sums.add(Table.STREAMS, value);
        key = StreamsLayout.nameKey(rows.scratch(), streamId);
        value = reserve(Table.NAMES, key, StreamsLayout.nameBytes(stream), APPEND);
        StreamsLayout.putName(rows.checksum(), key, value, stream);
        sums.add(Table.NAMES, value);
    }

    /** What the append was judged by may have been remembered. A row that is older than that must not be built upon. */
    private void requireEnd(UnsafeBuffer key, Run next) {
        if (block.lastRevision() + 1 != next.firstRevision() || block.lastPosition() >= next.firstPosition()) {
            throw Checksum.corrupted(
                    Table.HEADS,
                    key,
                    "ends with revision " + block.lastRevision() + " at position " + block.lastPosition()
                            + ", but what comes next is " + next);
        }
    }

    private void writeFull(StreamKey stream, long streamId) {
        UnsafeBuffer key = RunsLayout.key(rows.scratch(), stream.slot(), streamId, block.firstRevision());
        UnsafeBuffer value = reserve(Table.RUNS, key, RunsLayout.valueBytes(block), UPSERT);
        RunsLayout.put(rows.checksum(), Table.RUNS, key, value, block);
        sums.add(Table.RUNS, value);
    }

    private UnsafeBuffer reserve(Table table, UnsafeBuffer key, int bytes, PutFlags[] flags) {
        return environment.reserve(rows.txn(), table, key, bytes, flags);
    }
}
