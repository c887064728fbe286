package io.weir.consensus.guard;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Ratis' vote file {@code raft-meta}: the replica's term, and whom it has voted for in that term. Java properties, with a
 * comment that holds the time:
 *
 * <pre>
 *   #
 *   #Sat Nov 21 18:00:00 UTC 2026
 *   term=7
 *   votedFor=n2
 * </pre>
 *
 * @param term not negative
 * @param votedFor a member's id; empty if it has not voted in this term
 * @param crc CRC32C of the file's bytes
 */
public record VoteFile(long term, String votedFor, int crc) {
    /** The file's name in a group's directory {@code current}. */
    public static final String NAME = "raft-meta";

    /** Terms count elections. Nobody has had so many, and one more must always be possible. */
    private static final long MAX_TERM = 1L << 60;

    private static final int MAX_BYTES = 64 << 10;
    private static final String TERM = "term";
    private static final String VOTED_FOR = "votedFor";

    /**
     * Reads a file.
     *
     * @return null if its bytes are not what Ratis writes
     * @throws IOException if it cannot be read, or is not there
     */
    public static @Nullable VoteFile read(Path file) throws IOException {
        return Files.size(file) > MAX_BYTES ? null : parse(Files.readAllBytes(file));
    }

    /**
     * Stricter than Ratis, which takes the first thing that it can understand: every line must be one that Ratis writes, and
     * whole. A line that lost its end would be read as another vote.
     */
    static @Nullable VoteFile parse(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (!text.endsWith("\n")) {
            return null;
        }
        Map<String, String> values = new HashMap<>();
        for (String line : text.split("\n", -1)) {
            if (!line.isEmpty() && line.charAt(0) != '#') {
                int equals = line.indexOf('=');
                String value = equals < 0 ? null : unescape(line);
                if (value == null || values.put(line.substring(0, equals), value) != null) {
                    return null;
                }
            }
        }
        String votedFor = values.get(VOTED_FOR);
        long term = number(values.get(TERM));
        return values.size() != 2 || votedFor == null || term < 0
                ? null
                : new VoteFile(term, votedFor, Durable.crc(bytes));
    }

    /** The value of one line, if the line is what {@link Properties} writes for it. */
    private static @Nullable String unescape(String line) {
        try {
            Properties properties = new Properties();
            properties.load(new StringReader(line));
            String value = properties.getProperty(line.substring(0, line.indexOf('=')));
            return value != null && store(properties).endsWith("\n" + line + "\n") ? value : null;
        } catch (IOException | IllegalArgumentException e) {
            return null; // an escape that is none
        }
    }

    private static long number(@Nullable String text) {
        if (text == null || !text.matches("0|[1-9][0-9]{0,18}")) {
            return -1;
        }
        try {
            long number = Long.parseLong(text);
            return number <= MAX_TERM ? number : -1;
        } catch (NumberFormatException e) {
            return -1; // nineteen digits that are too many
        }
    }

    /** Writes that a replica is in a term and has voted for nobody; on the disk when it returns. */
    public static VoteFile write(Path file, long term) throws IOException {
        Properties properties = new Properties();
        properties.setProperty(TERM, Long.toString(term));
        properties.setProperty(VOTED_FOR, "");
        byte[] bytes = store(properties).getBytes(StandardCharsets.UTF_8);
        Durable.replace(file, ByteBuffer.wrap(bytes));
        return new VoteFile(term, "", Durable.crc(bytes));
    }

    private static String store(Properties properties) throws IOException {
        StringWriter text = new StringWriter();
        properties.store(text, "");
        return text.toString().replace(System.lineSeparator(), "\n");
    }
}
