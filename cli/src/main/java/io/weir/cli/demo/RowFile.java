package io.weir.cli.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weir.cli.Utf8;
import io.weir.cli.demo.RowInput.Row;
import io.weir.cli.shell.CliFailure;
import io.weir.protocol.InvalidNameException;
import io.weir.protocol.Limits;
import io.weir.protocol.StreamName;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The reader of rows: NDJSON (an object a line) or CSV (RFC 4180, a header first), UTF-8. The first malformed row ends it,
 * with its line: nothing is guessed and nothing skipped but empty lines.
 */
final class RowFile {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** Room for the type and the identity of an event beside its payload. */
    private static final int MAX_ROW_BYTES = Limits.MAX_EVENT_BYTES - 256;

    private final String streamKey;
    private final @Nullable String transactionKey;

    /** Reads rows by the names of two of their columns; without a transaction key each row is a transaction. */
    RowFile(String streamKey, @Nullable String transactionKey) {
        this.streamKey = streamKey;
        this.transactionKey = transactionKey;
    }

    /** The rows of a file of objects, a line each. */
    List<Row> ndjson(byte[] file) {
        List<String> lines = lines(file);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty()) {
                continue;
            }
            try {
                JsonNode json = JSON.readTree(line);
                if (!json.isObject()) {
                    throw malformed(i, "not a JSON object");
                }
                rows.add(row(i, json, line.getBytes(StandardCharsets.UTF_8)));
            } catch (JsonProcessingException e) {
                throw malformed(i, e.getOriginalMessage());
            }
        }
        return rows;
    }

    /** The rows of a file of comma-separated fields, each stored as an object with the names of the header. */
    List<Row> csv(byte[] file) {
        List<String> lines = lines(file);
        CsvLines csv = new CsvLines(lines);
        List<String> header = csv.next();
        if (header == null) {
            throw malformed(0, "there is no header");
        }
        for (String key : transactionKey == null ? List.of(streamKey) : List.of(streamKey, transactionKey)) {
            if (!header.contains(key)) {
                throw malformed(0, "the header has no column \"" + key + "\": " + header);
            }
        }
        if (header.stream().distinct().count() != header.size()) {
            throw malformed(0, "two columns of the header have the same name: " + header);
        }
        List<Row> rows = new ArrayList<>();
        for (List<String> fields = csv.next(); fields != null; fields = csv.next()) {
            if (fields.size() != header.size()) {
                throw malformed(csv.line(), fields.size() + " fields; the header has " + header.size());
            }
            ObjectNode json = JSON.createObjectNode();
            for (int i = 0; i < fields.size(); i++) {
                json.put(header.get(i), fields.get(i));
            }
            rows.add(row(csv.line(), json, json.toString().getBytes(StandardCharsets.UTF_8)));
        }
        return rows;
    }

    private Row row(int line, JsonNode json, byte[] bytes) {
        String stream = scalar(line, json, streamKey);
        try {
            StreamName.of(stream);
        } catch (InvalidNameException e) {
            throw malformed(line, "\"" + streamKey + "\": " + e.getMessage());
        }
        if (bytes.length > MAX_ROW_BYTES) {
            throw malformed(line, "the row has " + bytes.length + " bytes; the limit is " + MAX_ROW_BYTES);
        }
        return new Row(stream, transactionKey == null ? null : scalar(line, json, transactionKey), bytes);
    }

    private static String scalar(int line, JsonNode json, String key) {
        JsonNode value = json.path(key);
        if (!value.isValueNode() || value.isNull()) {
            throw malformed(line, "\"" + key + "\" must be a text, a number or a boolean");
        }
        return value.asText();
    }

    /** Lines without their ends; a file of another encoding is refused rather than read as something else. */
    private static List<String> lines(byte[] file) {
        List<String> lines = new ArrayList<>();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int from = hasByteOrderMark(file) ? 3 : 0;
        for (byte b : Arrays.copyOfRange(file, from, file.length)) {
            if (b == '\n') {
                lines.add(text(lines.size(), line.toByteArray()));
                line.reset();
            } else {
                line.write(b);
            }
        }
        if (line.size() > 0) {
            lines.add(text(lines.size(), line.toByteArray()));
        }
        return lines;
    }

    private static boolean hasByteOrderMark(byte[] file) {
        return file.length >= 3 && file[0] == (byte) 0xef && file[1] == (byte) 0xbb && file[2] == (byte) 0xbf;
    }

    private static String text(int line, byte[] bytes) {
        String text = Utf8.textOrNull(bytes);
        if (text == null) {
            throw malformed(line, "not UTF-8");
        }
        return text;
    }

    /** A row that cannot be meant; lines count from 0 here and from 1 for people. */
    static CliFailure malformed(int line, String why) {
        return CliFailure.usage(
                "line " + (line + 1) + ": " + why, "Nothing was started; correct the line, or leave it out.");
    }
}
