package io.weir.cli.demo;

import io.weir.cli.demo.DemoInput.Write;
import io.weir.client.NewEvent;
import io.weir.protocol.Limits;
import io.weir.protocol.StreamName;
import java.util.ArrayList;
import java.util.List;

/**
 * What goes into one transaction: a whole unit, or a piece of one that exceeds the limits.
 *
 * @param bytes at least what it takes of {@link Limits#MAX_TRANSACTION_BYTES}
 */
record Part(List<Write> writes, long bytes) {
    /** Of one encoded event beyond its texts and payload: identity, field tags, lengths, and what {@link Sent} marks it with. */
    private static final int EVENT_OVERHEAD_BYTES = 64 + 128;

    /** Cuts a unit into pieces within the limits of a transaction: one, but for giants. */
    static List<Part> split(List<Write> unit) {
        List<Part> parts = new ArrayList<>();
        List<Write> piece = new ArrayList<>();
        long bytes = 0;
        for (Write write : unit) {
            long more = bytes(write);
            boolean isFull = bytes + more > Limits.MAX_TRANSACTION_BYTES
                    || piece.size() == Limits.MAX_STREAMS_PER_TRANSACTION
                    || piece.size() == Limits.MAX_EVENTS_PER_TRANSACTION;
            if (isFull && !piece.isEmpty()) {
                parts.add(new Part(piece, bytes));
                piece = new ArrayList<>();
                bytes = 0;
            }
            piece.add(write);
            bytes += more;
        }
        parts.add(new Part(piece, bytes));
        return parts;
    }

    private static long bytes(Write write) {
        NewEvent event = write.event();
        return EVENT_OVERHEAD_BYTES
                + StreamName.of(write.stream()).utf8().size()
                + event.type().length() * 3L
                + event.contentType().length() * 3L
                + event.payload().length;
    }
}
