package io.weir.logstore.layout;

import org.agrona.DirectBuffer;

/**
 * Whether a row, of any table, is what was written: its checksums, and whatever else of it could make a reader go astray. Not
 * thread-safe.
 */
public final class RowCheck {
    private final Checksum checksum = new Checksum();
    private final RunBlock block = new RunBlock();

    /**
     * Checks a row.
     *
     * @throws io.weir.logstore.StoreException.Corrupted if it is damaged
     */
    public void verify(Table table, DirectBuffer key, DirectBuffer value) {
        switch (table) {
            case EVENTS -> EventsLayout.verify(checksum, key, value);
            case RUNS, HEADS -> RunsLayout.get(checksum, table, key, value, block);
            case META, STREAMS, NAMES, SESSIONS, ANSWERS, EXPIRY, TRANSACTIONS, STAGED, LOCKS ->
                checksum.verify(table, key, value);
        }
    }
}
