package io.weir.logstore.memory;

import io.weir.logstore.RowVisitor;
import io.weir.logstore.StreamHead;
import io.weir.logstore.StreamKey;
import io.weir.logstore.TableDigests;
import io.weir.logstore.support.RowEncoder;
import io.weir.logstore.support.TableSums;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** One walk over all tables that shows each object as the row that the store on disk would keep of it. */
final class MemoryRows {
    private final Tables tables;
    private final RowEncoder rows;

    MemoryRows(Tables tables, RowVisitor visitor) {
        this.tables = tables;
        this.rows = new RowEncoder(visitor);
    }

    /** The digests of all rows, summed up anew. */
    static TableDigests digests(Tables tables) {
        TableSums sums = new TableSums();
        new MemoryRows(tables, sums).visit();
        return sums.digests();
    }

    /** In the order of tables; false if the visitor had enough before the end. */
    boolean visit() {
        return events() && runs() && streams() && names() && sessions() && answers() && expiries();
    }

    private boolean events() {
        return all(tables.byPosition, row -> {
            MemoryEvent event = row.getValue();
            return rows.event(row.getKey(), idOf(event.stream()), event.revision(), event.stampMs(), event.bytes());
        });
    }

    private long idOf(StreamKey stream) {
        StreamHead head = tables.streams.get(stream);
        if (head == null) {
            throw new IllegalStateException("stream " + stream + " has events, but no head");
        }
        return head.streamId();
    }

    private boolean runs() {
        return all(
                tables.runs,
                row -> rows.run(
                        row.getKey().slot(),
                        row.getKey().first().streamId(),
                        row.getKey().first().revision(),
                        row.getValue().firstPosition(),
                        row.getValue().count()));
    }

    private boolean streams() {
        return all(
                tables.streams, row -> rows.stream(row.getKey(), row.getValue().streamId()));
    }

    private boolean names() {
        TreeMap<Long, StreamKey> byId = new TreeMap<>();
        tables.streams.forEach((stream, head) -> byId.put(head.streamId(), stream));
        return all(byId, row -> rows.name(row.getKey(), row.getValue()));
    }

    private boolean sessions() {
        return all(tables.sessions, row -> rows.session(row.getKey(), row.getValue()));
    }

    private boolean answers() {
        return all(
                tables.answers,
                row -> rows.answer(row.getKey().session(), row.getKey().sequence(), row.getValue()));
    }

    private boolean expiries() {
        return all(tables.expiries, row -> rows.expiry(row.getKey()));
    }

    private static <K, V> boolean all(Map<K, V> table, Predicate<Map.Entry<K, V>> visit) {
        for (Map.Entry<K, V> row : table.entrySet()) {
            if (!visit.test(row)) {
                return false;
            }
        }
        return true;
    }
}
