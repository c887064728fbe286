package io.weir.logstore.copy;

import io.weir.logstore.ReadView;
import io.weir.logstore.StoreException;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.TableDigests;
import io.weir.logstore.layout.Checksum;
import io.weir.logstore.layout.DigestsLayout;
import io.weir.logstore.layout.MetaLayout;
import io.weir.logstore.layout.Scratch;
import io.weir.logstore.layout.Table;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes what a view shows as a row stream, see {@link ChunkLayout}. One use, one thread; holds one chunk in memory.
 *
 * <p>Why rows, and not LMDB's own copy of its file: every checksum is verified on the way, no second file is needed on the
 * sender's disk, free pages stay behind, and the receiver need not have the same LMDB.
 */
public final class CopyWriter {
    private final ChunkSink sink;
    private final byte[] memory = new byte[ChunkLayout.MAX_CHUNK_BYTES];
    private final UnsafeBuffer chunk = new UnsafeBuffer(memory);
    private final Checksum checksum = new Checksum();
    private final Scratch scratch = new Scratch();
    private int used = ChunkLayout.BODY_OFFSET;
    private int sequence;
    private boolean wanted = true;

    private CopyWriter(ChunkSink sink) {
        this.sink = sink;
    }

    /**
     * Writes the whole stream, unless the sink ends it.
     *
     * @param identity whose view it is
     * @return whether the sink took all of it
     * @throws StoreException.Corrupted if a row is damaged: then the stream has no end, and no receiver accepts it
     */
    public static boolean write(StoreIdentity identity, ReadView view, ChunkSink sink) {
        CopyWriter writer = new CopyWriter(sink);
        writer.begin(new CopyHead(identity, view.state(), view.digestMark()));
        if (writer.wanted) {
            view.visitRows(writer::row);
        }
        if (writer.wanted) {
            writer.end(view.tableDigests());
        }
        return writer.wanted;
    }

    /** The chunk with which a copy begins. */
    static byte[] head(CopyHead head) {
        AtomicReference<byte[]> chunk = new AtomicReference<>();
        new CopyWriter(begin -> chunk.compareAndSet(null, begin)).begin(head);
        return Objects.requireNonNull(chunk.get());
    }

    private void begin(CopyHead head) {
        UnsafeBuffer key = MetaLayout.identityKey(scratch);
        UnsafeBuffer value = new UnsafeBuffer(new byte[MetaLayout.identityBytes(head.identity())]);
        MetaLayout.putIdentity(checksum, key, value, head.identity());
        put(Table.META, key, value);
        key = MetaLayout.stateKey(scratch);
        value = new UnsafeBuffer(new byte[MetaLayout.STATE_BYTES]);
        MetaLayout.putState(checksum, key, value, head.state());
        put(Table.META, key, value);
        key = DigestsLayout.markKey(scratch);
        value = new UnsafeBuffer(new byte[DigestsLayout.MARK_BYTES]);
        DigestsLayout.putMark(checksum, key, value, head.mark());
        put(Table.META, key, value);
        emit(ChunkLayout.BEGIN);
    }

    private boolean row(Table table, DirectBuffer key, DirectBuffer value) {
        put(table, key, value);
        return wanted;
    }

    private void put(Table table, DirectBuffer key, DirectBuffer value) {
        int headBytes = ChunkLayout.ROW_KEY_OFFSET + key.capacity();
        if (used + headBytes + value.capacity() > memory.length && used > ChunkLayout.BODY_OFFSET) {
            emit(ChunkLayout.ROWS);
        }
        ChunkLayout.putRowHead(chunk, used, table.number(), key.capacity(), value.capacity());
        key.getBytes(0, memory, used + ChunkLayout.ROW_KEY_OFFSET, key.capacity());
        used += headBytes;
        int from = 0;
        while (wanted && from < value.capacity()) {
            if (used == memory.length) {
                emit(ChunkLayout.ROWS);
            }
            int bytes = Math.min(memory.length - used, value.capacity() - from);
            value.getBytes(from, memory, used, bytes);
            used += bytes;
            from += bytes;
        }
    }

    /** The digests that were kept while the rows were written, not what the rows add up to: that is the receiver's part. */
    private void end(TableDigests digests) {
        if (used > ChunkLayout.BODY_OFFSET) {
            emit(ChunkLayout.ROWS);
        }
        UnsafeBuffer key = DigestsLayout.tablesKey(scratch);
        UnsafeBuffer value = new UnsafeBuffer(new byte[DigestsLayout.TABLES_BYTES]);
        DigestsLayout.putTables(checksum, key, value, digests);
        put(Table.META, key, value);
        emit(ChunkLayout.END);
    }

    private void emit(byte kind) {
        if (wanted) {
            byte[] finished = Arrays.copyOf(memory, used);
            ChunkLayout.seal(new UnsafeBuffer(finished), kind, sequence++);
            wanted = sink.chunk(finished);
        }
        used = ChunkLayout.BODY_OFFSET;
    }
}
