package io.weir.cli.stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weir.cli.Utf8;
import io.weir.cli.shell.Column;
import io.weir.cli.shell.Json;
import io.weir.client.RecordedEvent;
import io.weir.client.StreamInfo;
import java.util.List;

/** How events and streams look, as rows and as JSON. */
final class EventView {
    /** Of one stream. */
    static final List<Column<RecordedEvent>> STREAM_COLUMNS = List.of(
            Column.number("REVISION", RecordedEvent::revision),
            Column.text("RECORDED AT", event -> event.recordedAt().toString()),
            Column.text("TYPE", RecordedEvent::type),
            Column.text("DATA", EventView::shortData));

    /** Of a partition. */
    static final List<Column<RecordedEvent>> PARTITION_COLUMNS = List.of(
            Column.number("POSITION", RecordedEvent::position),
            Column.text("STREAM", RecordedEvent::stream),
            Column.number("REVISION", RecordedEvent::revision),
            Column.text("TYPE", RecordedEvent::type),
            Column.text("DATA", EventView::shortData));

    static final List<Column<StreamInfo>> INFO_COLUMNS = List.of(
            Column.text("STREAM", StreamInfo::name),
            Column.number("LAST REVISION", StreamInfo::lastRevision),
            Column.number("PARTITION", StreamInfo::partition),
            Column.text("LAST RECORDED AT", info -> info.lastRecordedAt().toString()));

    private EventView() {}

    static ObjectNode json(RecordedEvent event) {
        ObjectNode node = Json.object()
                .put("stream", event.stream())
                .put("revision", event.revision())
                .put("partition", event.partition())
                .put("position", event.position())
                .put("recordedAt", event.recordedAt().toString())
                .put("id", event.id().toString())
                .put("type", event.type())
                .put("contentType", event.contentType());
        ObjectNode properties = node.putObject("properties");
        event.properties().entrySet().stream()
                .sorted(java.util.Map.Entry.comparingByKey())
                .forEach(property -> properties.put(property.getKey(), property.getValue()));
        event.tags().forEach(node.putArray("tags")::add);
        putPayload(node, event.payload(), event.contentType());
        return node;
    }

    /** JSON as itself, text as text, all else in base64: whoever appends that line again appends the same event. */
    private static void putPayload(ObjectNode node, byte[] payload, String contentType) {
        JsonNode json = contentType.contains("json") ? Json.parseOrNull(payload) : null;
        String text = Utf8.textOrNull(payload);
        if (json != null && !json.isTextual()) {
            node.set("data", json);
        } else if (text != null) {
            node.put("data", text);
        } else {
            node.put("dataBase64", EventOptions.base64(payload));
        }
    }

    static ObjectNode json(StreamInfo info) {
        return Json.object()
                .put("stream", info.name())
                .put("lastRevision", info.lastRevision())
                .put("slot", info.slot())
                .put("partition", info.partition())
                .put("lastPosition", info.lastPosition())
                .put("lastRecordedAt", info.lastRecordedAt().toString());
    }

    private static String shortData(RecordedEvent event) {
        String text = Utf8.textOrNull(event.payload());
        return text == null ? event.payload().length + " bytes" : text;
    }
}
