package io.weir.client;

import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * An event to append. The arrays are not copied: do not change them before the append has completed.
 *
 * @param id the event's identity, for its readers; Weir does not look at it
 * @param type what happened, for example {@code OrderPlaced}
 * @param contentType media type of the payload, for example {@code application/json}
 * @param properties metadata by name
 * @param tags words to find the event by
 * @param payload the content, opaque to Weir
 */
public record NewEvent(
        UUID id, String type, String contentType, Map<String, String> properties, List<String> tags, byte[] payload) {
    public NewEvent {
        properties = Map.copyOf(properties);
        tags = List.copyOf(tags);
    }

    /** An event with a JSON payload, a random id, no properties and no tags. */
    public static NewEvent json(String type, String json) {
        return of(type, "application/json", json.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    /** An event with a random id, no properties and no tags. */
    public static NewEvent of(String type, String contentType, byte[] payload) {
        return new NewEvent(UUID.randomUUID(), type, contentType, Map.of(), List.of(), payload);
    }

    /** The same event with these properties. */
    public NewEvent withProperties(Map<String, String> newProperties) {
        return new NewEvent(id, type, contentType, newProperties, tags, payload);
    }

    /** The same event with these tags. */
    public NewEvent withTags(List<String> newTags) {
        return new NewEvent(id, type, contentType, properties, newTags, payload);
    }
}
