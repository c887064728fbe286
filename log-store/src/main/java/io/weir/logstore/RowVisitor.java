package io.weir.logstore;

import io.weir.logstore.layout.Table;
import org.agrona.DirectBuffer;

/** Receives rows as they are stored. */
@FunctionalInterface
public interface RowVisitor {
    /**
     * One row, its checksum verified. The buffers hold exactly the key and the value, belong to the store and are valid
     * inside this call only.
     *
     * @return whether to go on with the next row
     */
    boolean onRow(Table table, DirectBuffer key, DirectBuffer value);
}
