package io.weir.logstore.copy;

import io.weir.logstore.DigestMark;
import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreException;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.TableDigests;
import io.weir.logstore.layout.Table;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What the first chunk of a copy says. The rows that follow know neither the cluster nor Raft: with another head in front, the
 * same rows are a store of another cluster.
 *
 * @param identity whose store it is
 * @param state its running values
 * @param mark what it knows of the marks at which replicas compare
 */
public record CopyHead(StoreIdentity identity, PartitionState state, DigestMark mark) {
    /**
     * Reads a first chunk, from the buffer's position to its limit, which stay.
     *
     * @throws StoreException.Corrupted if it is none, or damaged
     * @throws StoreException.Incompatible if it has another version, or its rows another format
     */
    public static CopyHead parse(ByteBuffer chunk) {
        Head head = new Head();
        new CopyReader(head).accept(chunk);
        CopyHead found = head.found;
        if (found == null) {
            throw new StoreException.Corrupted("the copy does not begin with its head");
        }
        return found;
    }

    /** The first chunk that says so. */
    public byte[] toChunk() {
        return CopyWriter.head(this);
    }

    private static final class Head implements CopyTarget {
        private @Nullable CopyHead found;

        @Override
        public void begin(StoreIdentity identity, PartitionState state, DigestMark mark) {
            found = new CopyHead(identity, state, mark);
        }

        @Override
        public void row(Table table, DirectBuffer key, DirectBuffer value) {
            throw new IllegalStateException("a row without a head");
        }

        @Override
        public void end(TableDigests digests) {
            throw new IllegalStateException("an end without a head");
        }
    }
}
