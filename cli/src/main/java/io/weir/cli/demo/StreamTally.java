package io.weir.cli.demo;

import io.weir.client.NewEvent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many events each stream has and a hash over their content in their order: two tallies are equal if and only if the
 * streams are, so that whole stores are compared without keeping their events. Not for several threads.
 */
final class StreamTally {
    private static final class Entry {
        private long events;
        private byte[] hash = new byte[0];
    }

    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final MessageDigest sha256 = sha256();
    private long events;

    /** Counts an event: the parts are all that matters of it. */
    void add(String stream, byte[]... parts) {
        Entry entry = entries.computeIfAbsent(stream, name -> new Entry());
        sha256.update(entry.hash);
        for (byte[] part : parts) {
            sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, part.length));
            sha256.update(part);
        }
        entry.hash = sha256.digest();
        entry.events++;
        events++;
    }

    /** Counts an event of which everything matters. */
    void addWhole(String stream, NewEvent event) {
        byte[] identity = ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(event.id().getMostSignificantBits())
                .putLong(event.id().getLeastSignificantBits())
                .array();
        add(
                stream,
                identity,
                utf8(event.type()),
                utf8(event.contentType()),
                utf8(new TreeMap<>(event.properties()).toString()),
                utf8(event.tags().toString()),
                event.payload());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Events of one stream so far, which is the revision that its next event gets. */
    long events(String stream) {
        Entry entry = entries.get(stream);
        return entry == null ? 0 : entry.events;
    }

    /** Events of all streams. */
    long events() {
        return events;
    }

    int streams() {
        return entries.size();
    }

    /** Events of this tally that another lacks, by count. */
    long missingIn(StreamTally other) {
        long missing = 0;
        for (Map.Entry<String, Entry> entry : entries.entrySet()) {
            missing += Math.max(0, entry.getValue().events - other.events(entry.getKey()));
        }
        return missing;
    }

    /** What another tally has different from this one, a line for each stream. */
    List<String> differencesTo(StreamTally found) {
        List<String> differences = new ArrayList<>();
        entries.forEach((stream, entry) -> {
            Entry other = found.entries.getOrDefault(stream, new Entry());
            if (entry.events != other.events) {
                differences.add(
                        "stream \"" + stream + "\": " + entry.events + " events expected, found " + other.events);
            } else if (!MessageDigest.isEqual(entry.hash, other.hash)) {
                differences.add(
                        "stream \"" + stream + "\": its " + entry.events + " events differ in content or order");
            }
        });
        found.entries.forEach((stream, entry) -> {
            if (!entries.containsKey(stream)) {
                differences.add("stream \"" + stream + "\": not expected, found " + entry.events + " events");
            }
        });
        return differences;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
