package io.weir.cli.stream;

import com.fasterxml.jackson.databind.JsonNode;
import io.weir.cli.Utf8;
import io.weir.cli.shell.CliFailure;
import io.weir.cli.shell.Json;
import io.weir.cli.shell.JsonInput;
import io.weir.client.NewEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that describe an event, and how an event is made of them and its payload. */
public final class EventOptions {
    private static final String JSON = "application/json";
    private static final String FORM = "Write each event as in: {\"data\":{\"total\":12}}";
    private static final JsonInput INPUT = new JsonInput(FORM);

    /** The fields of {@link EventView#json(io.weir.client.RecordedEvent)}. */
    private static final Set<String> PRINTED = Set.of(
            "stream",
            "revision",
            "partition",
            "position",
            "recordedAt",
            "id",
            "type",
            "contentType",
            "properties",
            "tags",
            "data",
            "dataBase64");

    @Option(
            names = "--type",
            paramLabel = "T",
            defaultValue = "Event",
            description = "What happened. Default: ${DEFAULT-VALUE}.")
    private String type = "";

    @Option(
            names = "--content-type",
            paramLabel = "C",
            description = "Media type of the payload. Default: application/json if it is JSON, else text/plain if it is"
                    + " UTF-8, else application/octet-stream.")
    private @Nullable String contentType;

    @Option(names = "--property", paramLabel = "K=V", description = "Metadata; may be given more than once.")
    private Map<String, String> properties = new LinkedHashMap<>();

    @Option(
            names = "--tag",
            paramLabel = "T",
            description = "A word to find the event by; may be given more than once.")
    private List<String> tags = new ArrayList<>();

    /** Where no options are given. */
    public static EventOptions defaults() {
        EventOptions options = new EventOptions();
        options.type = "Event";
        return options;
    }

    /** An event with this payload; everything else from the options. */
    NewEvent of(byte[] payload) {
        String media = contentType == null ? guessed(payload) : contentType;
        return new NewEvent(UUID.randomUUID(), type, media, properties, tags, payload);
    }

    /**
     * An event as {@code read -o ndjson} prints it: id, type, contentType, properties, tags, and data or dataBase64. What is
     * absent comes from the options; where it was read, as in stream and revision, is passed over; all else is refused.
     *
     * @param where for messages, as {@code line 3}
     */
    NewEvent ofJson(byte[] line, String where) {
        JsonNode node = Json.parseOrNull(line);
        if (node == null) {
            throw CliFailure.usage(where + " is no JSON object, or one that has a field twice", FORM);
        }
        return ofJson(node, where);
    }

    /** As {@link #ofJson(byte[], String)}, of what was parsed before. */
    public NewEvent ofJson(JsonNode node, String where) {
        INPUT.requireFields(where, node, PRINTED);
        byte[] payload = payload(node, where);
        Map<String, String> allProperties = new LinkedHashMap<>(properties);
        if (node.has("properties")) {
            INPUT.requireObject(where + ".properties", node.get("properties"));
        }
        node.path("properties")
                .properties()
                .forEach(field -> allProperties.put(
                        field.getKey(), INPUT.text(where + ".properties." + field.getKey(), field.getValue())));
        List<String> allTags = new ArrayList<>(tags);
        List<JsonNode> moreTags = INPUT.array(where + ".tags", node.get("tags"));
        for (int i = 0; i < moreTags.size(); i++) {
            allTags.add(INPUT.text(where + ".tags[" + i + "]", moreTags.get(i)));
        }
        String media = textOr(contentType, node, "contentType", where);
        return new NewEvent(
                id(node, where),
                Objects.requireNonNull(textOr(type, node, "type", where)),
                media == null ? guessed(payload) : media,
                allProperties,
                allTags,
                payload);
    }

    private static @Nullable String textOr(@Nullable String absent, JsonNode node, String field, String where) {
        return node.has(field) ? INPUT.text(where + "." + field, node.get(field)) : absent;
    }

    private static UUID id(JsonNode node, String where) {
        String id = textOr(null, node, "id", where);
        try {
            return id == null ? UUID.randomUUID() : UUID.fromString(id);
        } catch (IllegalArgumentException e) {
            throw CliFailure.usage(
                    where + ": the id " + node.get("id") + " is no UUID", "Leave it out for a random one.");
        }
    }

    private static byte[] payload(JsonNode node, String where) {
        JsonNode data = node.get("data");
        String base64 = textOr(null, node, "dataBase64", where);
        if (data != null && base64 != null) {
            throw CliFailure.usage(where + " has both data and dataBase64", FORM);
        }
        if (data != null) {
            return (data.isTextual() ? data.asText() : Json.line(data)).getBytes(StandardCharsets.UTF_8);
        }
        try {
            return base64 == null ? new byte[0] : Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw CliFailure.usage(where + ": dataBase64 is not base64", "Write text into \"data\" instead.");
        }
    }

    private static String guessed(byte[] payload) {
        if (Json.parseOrNull(payload) != null) {
            return JSON;
        }
        return Utf8.textOrNull(payload) == null ? "application/octet-stream" : "text/plain";
    }

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
