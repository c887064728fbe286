package io.weir.logstore.copy;

import io.weir.logstore.DigestMark;
import io.weir.logstore.PartitionState;
import io.weir.logstore.RowVisitor;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.TableDigests;
import io.weir.logstore.layout.Table;
import org.agrona.DirectBuffer;

/** Receives what a copy holds, as {@link CopyReader} finds it. What it throws goes to whoever brought the chunk. */
public interface CopyTarget {
    /** Comes first: whose store it is, its running values, and what it knows of the marks. */
    void begin(StoreIdentity identity, PartitionState state, DigestMark mark);

    /**
     * A row as {@link RowVisitor} sees it: checksum and order are right. Comes for every row, in order.
     *
     * @param key valid inside this call only, as is {@code value}
     */
    void row(Table table, DirectBuffer key, DirectBuffer value);

    /** Comes last: every row was there, and they add up to what the sender has kept of them. */
    void end(TableDigests digests);
}
