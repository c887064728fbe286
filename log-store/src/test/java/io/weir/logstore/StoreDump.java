package io.weir.logstore;

import static io.weir.logstore.StoreFixtures.into;

import io.weir.logstore.layout.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/** Everything that a view shows, as text: two stores hold the same if their dumps are equal. */
public final class StoreDump {
    private static final int ALL = Integer.MAX_VALUE;

    private StoreDump() {}

    /** The state, all events both ways by position and by stream, all streams, and the given sessions. */
    public static List<String> of(ReadView view, Collection<SessionId> sessions, long maxSequence) {
        List<String> lines = new ArrayList<>();
        lines.add(view.state().toString());
        view.readPartition(0, true, into(lines, ALL));
        view.readPartition(-1, false, into(lines, ALL));
        view.listStreams(null, (key, head) -> {
            lines.add(key + " " + head + " " + view.lastStampMs(head));
            view.readStream(key, 0, true, into(lines, ALL));
            view.readStream(key, -1, false, into(lines, ALL));
            return lines.add(String.valueOf(view.head(key)));
        });
        lines.add(Histories.transactions(view));
        for (SessionId id : sessions) {
            lines.add(id + " " + view.session(id));
            for (long sequence = 0; sequence <= maxSequence; sequence++) {
                byte @Nullable [] answer = view.answer(id, sequence);
                lines.add(sequence + ": " + Arrays.toString(answer));
            }
        }
        return lines;
    }

    /** Every row that a view visits, in order, as {@code table key value} in hexadecimal digits. */
    public static List<String> rows(ReadView view) {
        List<String> lines = new ArrayList<>();
        view.visitRows((table, key, value) -> lines.add(row(table, key, value)));
        return lines;
    }

    /** A row as {@link #rows} shows it. */
    public static String row(Table table, DirectBuffer key, DirectBuffer value) {
        return table + " " + hex(key) + " " + hex(value);
    }

    private static String hex(DirectBuffer buffer) {
        byte[] bytes = new byte[buffer.capacity()];
        buffer.getBytes(0, bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** All expiry notes, in order; takes them out of a batch that is then abandoned. */
    public static List<Expiry> expiries(LogStore store) {
        List<Expiry> notes = new ArrayList<>();
        try (WriteBatch batch = store.beginWrite()) {
            for (Expiry note = batch.firstExpiry(); note != null; note = batch.firstExpiry()) {
                notes.add(note);
                batch.removeExpiry(note);
            }
        }
        return notes;
    }
}
