package io.weir.cli.stream;

import com.fasterxml.jackson.databind.JsonNode;
import io.weir.cli.Utf8;
import io.weir.cli.shell.CliFailure;
import io.weir.cli.shell.Json;
import io.weir.client.NewEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that describe an event, and how an event is made of them and its payload. */
public final class EventOptions {
    private static final String JSON = "application/json";

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
     * An event as {@code read -o ndjson} prints it: id, type, contentType, properties, tags, and data or dataBase64; what is
     * absent comes from the options, what else is there is passed over.
     *
     * @param where for messages, as {@code line 3}
     */
    NewEvent ofJson(byte[] line, String where) {
        JsonNode node = Json.parseOrNull(line);
        if (node == null) {
            throw notAnObject(where);
        }
        return ofJson(node, where);
    }

    /** As {@link #ofJson(byte[], String)}, of what was parsed before. */
    public NewEvent ofJson(JsonNode node, String where) {
        if (!node.isObject()) {
            throw notAnObject(where);
        }
        byte[] payload = payload(node, where);
        Map<String, String> allProperties = new LinkedHashMap<>(properties);
        node.path("properties")
                .properties()
                .forEach(field ->
                        allProperties.put(field.getKey(), field.getValue().asText()));
        List<String> allTags = new ArrayList<>(tags);
        node.path("tags").forEach(tag -> allTags.add(tag.asText()));
        String media = node.path("contentType").asText(contentType == null ? guessed(payload) : contentType);
        return new NewEvent(id(node, where), node.path("type").asText(type), media, allProperties, allTags, payload);
    }

    private static CliFailure notAnObject(String where) {
        return CliFailure.usage(where + " is no JSON object", "Write each event as in: {\"data\":{\"total\":12}}");
    }

    private static UUID id(JsonNode node, String where) {
        if (!node.has("id")) {
            return UUID.randomUUID();
        }
        try {
            return UUID.fromString(node.get("id").asText());
        } catch (IllegalArgumentException e) {
            throw CliFailure.usage(
                    where + ": the id " + node.get("id") + " is no UUID", "Leave it out for a random one.");
        }
    }

    private static byte[] payload(JsonNode node, String where) {
        JsonNode data = node.get("data");
        if (data != null) {
            return (data.isTextual() ? data.asText() : Json.line(data)).getBytes(StandardCharsets.UTF_8);
        }
        try {
            JsonNode base64 = node.get("dataBase64");
            return base64 == null ? new byte[0] : base64.binaryValue();
        } catch (IOException e) {
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
