package io.weir.cli.inspect;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weir.cli.shell.Json;
import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.layout.CheckpointLayout;
import io.weir.logstore.layout.EventsLayout;
import io.weir.logstore.layout.Table;
import io.weir.logstore.pages.Damage;
import io.weir.logstore.pages.StoreInspection;
import io.weir.logstore.pages.Verification;
import java.util.HexFormat;
import org.agrona.DirectBuffer;

/** What the inspection of a store shows, as JSON. */
final class StoreJson {
    private StoreJson() {}

    static ObjectNode checkpoint(StoreInspection inspection) {
        CheckpointLayout.Saved saved = inspection.saved();
        PartitionState state = saved.state();
        return Json.object()
                .put("directory", inspection.environment().store().toString())
                .put("environment", saved.environment().toString())
                .put("term", state.appliedTerm())
                .put("index", state.appliedIndex())
                .put("nextPosition", state.nextPosition())
                .put("streams", state.nextStreamId())
                .put("logTimeMs", state.logTimeMs())
                .put("digest", state.digest().toString())
                .put("transaction", saved.metas().transaction())
                .put("lastPage", saved.metas().lastPage())
                .put("pageBytes", saved.metas().pageBytes())
                .put("fileBytes", saved.fileBytes());
    }

    static void putTables(ObjectNode store, StoreInspection.Summary summary) {
        StoreIdentity identity = summary.identity();
        if (identity != null) {
            store.put("cluster", identity.clusterId()).put("partition", identity.partition());
        }
        ArrayNode tables = store.putArray("tables");
        for (Table table : Table.values()) {
            StoreInspection.TableNote note = summary.tables().get(table);
            if (note != null) {
                tables.addObject()
                        .put("table", table.tableName())
                        .put("rows", note.rows())
                        .put("depth", note.depth())
                        .put("pages", note.pages());
            }
        }
    }

    static void putVerification(ObjectNode store, Verification found) {
        ObjectNode node = store.putObject("verification")
                .put("sound", found.isSound())
                .put("complete", found.complete())
                .put("pagesRead", found.pagesChecked())
                .put("lostPages", found.lostPages());
        Damage damage = found.damage();
        if (damage != null) {
            node.putObject("damage")
                    .put("page", damage.page() == Damage.NO_PAGE ? null : damage.page())
                    .put("where", damage.table())
                    .put("key", damage.key())
                    .put("what", damage.what());
        }
    }

    /** A row: as it is stored, or its events. */
    static ObjectNode row(Table table, DirectBuffer key, DirectBuffer value) {
        ObjectNode row = Json.object().put("key", hex(key));
        if (table == Table.EVENTS) {
            long firstPosition = EventsLayout.firstPosition(key);
            row.put("firstPosition", firstPosition).put("stampMs", EventsLayout.stampMs(value));
            ArrayNode events = row.putArray("events");
            for (int i = 0; i < EventsLayout.count(value); i++) {
                events.addObject()
                        .put("position", firstPosition + i)
                        .put("streamId", EventsLayout.streamId(value, i))
                        .put("revision", EventsLayout.revision(value, i))
                        .put("event", hex(value, EventsLayout.offset(value, i), EventsLayout.length(value, i)));
            }
            return row;
        }
        return row.put("value", hex(value));
    }

    private static String hex(DirectBuffer buffer) {
        return hex(buffer, 0, buffer.capacity());
    }

    private static String hex(DirectBuffer buffer, int from, int length) {
        byte[] bytes = new byte[length];
        buffer.getBytes(from, bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
