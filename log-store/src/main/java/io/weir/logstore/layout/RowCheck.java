package io.weir.logstore.layout;

import org.agrona.DirectBuffer;

/** Whether all bytes of a row, of any table, are what was written; not what its fields say. */
public final class RowCheck {
    private RowCheck() {}

    /**
     * Checks a row.
     *
     * @throws io.weir.logstore.StoreException.Corrupted if a checksum is wrong
     */
    public static void verify(Checksum checksum, Table table, DirectBuffer key, DirectBuffer value) {
        if (table == Table.EVENTS) {
            EventsLayout.verify(checksum, key, value);
        } else {
            checksum.verify(table, key, value);
        }
    }
}
