package io.weir.consensus.backup;

import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The text of {@code backup.json}: JSON in one fixed form, so that any program can read it, and this one need not be able to
 * read any JSON. What is not exactly as this writes it is damaged.
 *
 * <pre>
 * {
 *   "format": 3,
 *   "backup": "6a1c...",
 *   "weir": "0.1.0",
 *   "cluster": "shop",
 *   "begun": "2026-11-21T21:00:00Z",
 *   "ended": "2026-11-21T21:00:07Z",
 *   "partitions": [
 *     {"partition": 0, "file": "partition-0.copy", "bytes": 71, "sha256": "e3b0...", "term": 3, "index": 17,
 *      "events": 5, "streams": 2, "logTimeMs": 1795298400000, "digest": "00ff..."}
 *   ],
 *   "crc32c": "1b2c3d4e"
 * }
 * </pre>
 *
 * Each partition stands in one line. The checksum is over all that stands before its line.
 */
final class ManifestFormat {
    /** The only format that is read. Formats 1 and 2 had copies of versions 1 and 2 beside the same manifest. */
    static final int FORMAT = 3;

    private static final Pattern FORMAT_LINE = Pattern.compile("\\{\n  \"format\": ([0-9]{1,9}),\n");
    private static final String END = "  \"crc32c\": \"";

    private static final Pattern WHOLE = Pattern.compile("""
            \\{
              "format": 3,
              "backup": "(?<id>[0-9a-f-]{36})",
              "weir": "(?<weir>[^"\\\\\n]{1,64})",
              "cluster": "(?<cluster>[A-Za-z0-9._-]{1,64})",
              "begun": "(?<begun>[^"\n]{1,40})",
              "ended": "(?<ended>[^"\n]{1,40})",
              "partitions": \\[
            (?<parts>(    [^\n]+\n){1,64}) {2}],
              "crc32c": "[0-9a-f]{8}"
            }
            """);

    private static final Pattern PART = Pattern.compile("    \\{\"partition\": (?<partition>[0-9]{1,2}),"
            + " \"file\": \"[a-z0-9.-]+\", \"bytes\": (?<bytes>[0-9]{1,18}), \"sha256\": \"(?<sha>[0-9a-f]{64})\","
            + " \"term\": (?<term>-?[0-9]{1,18}), \"index\": (?<index>-?[0-9]{1,18}),"
            + " \"events\": (?<events>[0-9]{1,18}), \"streams\": (?<streams>[0-9]{1,18}),"
            + " \"logTimeMs\": (?<time>-?[0-9]{1,18}), \"digest\": \"(?<digest>[0-9a-f]{32})\"},?");

    private ManifestFormat() {}

    static String encode(BackupManifest manifest) {
        StringBuilder text = new StringBuilder();
        text.append("{\n  \"format\": ").append(FORMAT).append(",\n");
        field(text, "backup", manifest.id());
        field(text, "weir", manifest.weirVersion());
        field(text, "cluster", manifest.clusterId());
        field(text, "begun", manifest.begun());
        field(text, "ended", manifest.ended());
        text.append("  \"partitions\": [\n");
        for (BackupPart part : manifest.parts()) {
            text.append(line(part)).append(part.partition() < manifest.partitions() - 1 ? ",\n" : "\n");
        }
        text.append("  ],\n");
        String checksum = crc(text.toString());
        return text.append(END).append(checksum).append("\"\n}\n").toString();
    }

    private static void field(StringBuilder text, String name, Object value) {
        text.append("  \"").append(name).append("\": \"").append(value).append("\",\n");
    }

    private static String line(BackupPart part) {
        PartitionState state = part.state();
        return String.format(
                Locale.ROOT,
                "    {\"partition\": %d, \"file\": \"%s\", \"bytes\": %d, \"sha256\": \"%s\", \"term\": %d, \"index\": %d,"
                        + " \"events\": %d, \"streams\": %d, \"logTimeMs\": %d, \"digest\": \"%s\"}",
                part.partition(),
                part.file(),
                part.bytes(),
                part.sha256(),
                state.appliedTerm(),
                state.appliedIndex(),
                part.events(),
                part.streams(),
                state.logTimeMs(),
                BackupPart.hex(state.digest()));
    }

    /**
     * Reads what {@link #encode} writes.
     *
     * @throws StoreException.Incompatible if it has another format
     * @throws StoreException.Corrupted if it is anything else
     */
    static BackupManifest decode(String text) {
        Matcher format = FORMAT_LINE.matcher(text);
        if (format.lookingAt() && Integer.parseInt(format.group(1)) != FORMAT) {
            throw new StoreException.Incompatible(
                    "it has format " + format.group(1) + "; this version of Weir reads format " + FORMAT);
        }
        int end = text.lastIndexOf(END);
        if (end < 0 || !text.startsWith(crc(text.substring(0, end)), end + END.length())) {
            throw new StoreException.Corrupted("its checksum is wrong or missing");
        }
        BackupManifest manifest = parse(text);
        if (manifest == null || !encode(manifest).equals(text)) {
            throw new StoreException.Corrupted("it is not as Weir writes it");
        }
        return manifest;
    }

    private static @Nullable BackupManifest parse(String text) {
        Matcher whole = WHOLE.matcher(text);
        if (!whole.matches()) {
            return null;
        }
        List<BackupPart> parts = new ArrayList<>();
        for (String line : whole.group("parts").split("\n", -1)) {
            Matcher part = PART.matcher(line);
            if (part.matches()) {
                parts.add(part(part));
            }
        }
        try {
            return new BackupManifest(
                    UUID.fromString(whole.group("id")),
                    whole.group("weir"),
                    whole.group("cluster"),
                    Instant.parse(whole.group("begun")),
                    Instant.parse(whole.group("ended")),
                    parts);
        } catch (IllegalArgumentException | DateTimeParseException e) {
            return null; // the caller says so
        }
    }

    private static BackupPart part(Matcher part) {
        PartitionState state = new PartitionState(
                Long.parseLong(part.group("term")),
                Long.parseLong(part.group("index")),
                Long.parseLong(part.group("events")),
                Long.parseLong(part.group("streams")),
                Long.parseLong(part.group("time")),
                BackupPart.digest(part.group("digest")));
        return new BackupPart(
                Integer.parseInt(part.group("partition")),
                Long.parseLong(part.group("bytes")),
                part.group("sha"),
                state);
    }

    private static String crc(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return String.format(Locale.ROOT, "%08x", crc.getValue());
    }
}
