package io.weir.logstore.memory;

import io.weir.logstore.Lock;
import io.weir.logstore.RowEvent;
import io.weir.logstore.RowVisitor;
import io.weir.logstore.StreamHead;
import io.weir.logstore.StreamKey;
import io.weir.logstore.TableDigests;
import io.weir.logstore.support.RowEncoder;
import io.weir.logstore.support.RunPacker;
import io.weir.logstore.support.TableSums;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
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
        return events()
                && runs()
                && streams()
                && names()
                && sessions()
                && answers()
                && expiries()
                && heads()
                && transactions()
                && staged()
                && locks();
    }

    private boolean events() {
        return all(tables.rowEnds, row -> {
            List<RowEvent> events = new ArrayList<>();
            for (MemoryEvent event :
                    tables.byPosition.subMap(row.getKey(), row.getValue()).values()) {
                events.add(new RowEvent(
                        idOf(event.stream()), event.revision(), event.stampMs(), ByteBuffer.wrap(event.bytes())));
            }
            return rows.events(row.getKey(), events);
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
        return packed(RunPacker.ofFull(rows));
    }

    private boolean heads() {
        return packed(RunPacker.ofLast(rows));
    }

    private boolean packed(RunPacker packer) {
        return all(
                        tables.runs,
                        row -> packer.add(
                                row.getKey().slot(), row.getKey().first().streamId(), row.getValue()))
                && packer.end();
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

    private boolean transactions() {
        return all(tables.transactions, row -> rows.transaction(row.getKey(), row.getValue()));
    }

    private boolean staged() {
        return all(tables.staged, row -> rows.staged(row.getKey(), row.getValue()));
    }

    private boolean locks() {
        return all(
                tables.locks,
                row -> rows.lock(new Lock(row.getKey().stream(), row.getKey().holder(), row.getValue())));
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
