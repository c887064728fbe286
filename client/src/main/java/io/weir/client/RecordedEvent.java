package io.weir.client;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * An event as it was recorded.
 *
 * @param stream name of its stream
 * @param revision its place in the stream, dense from 0
 * @param partition its partition
 * @param position its place in the partition, dense from 0
 * @param recordedAt log time of the append, with a precision of milliseconds
 * @param id as given by the writer; so are the components after it
 * @param payload the content; the caller owns the array
 */
public record RecordedEvent(
        String stream,
        long revision,
        int partition,
        long position,
        Instant recordedAt,
        UUID id,
        String type,
        String contentType,
        Map<String, String> properties,
        List<String> tags,
        byte[] payload) {
    /** The payload as UTF-8 text. */
    public String text() {
        return new String(payload, java.nio.charset.StandardCharsets.UTF_8);
    }
}
