package io.weir.jepsen.history;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * A history as it is kept: EDN in Jepsen's shape without a header, or ndjson with one; compressed if its name ends with
 * {@code .gz}.
 *
 * @param header what the lines do not tell
 * @param history the lines
 */
public record HistoryFile(Header header, History history) {
    private static final String GZIP = ".gz";
    private static final String EDN = ".edn";
    private static final String NDJSON = ".ndjson";

    /**
     * Reads a file; which format it has is told by what stands in it.
     *
     * @throws MalformedHistoryException if it is no history; the message names the row
     * @throws IOException if it cannot be read
     */
    public static HistoryFile read(Path file) throws IOException {
        try (InputStream bytes = Files.newInputStream(file)) {
            return read(bytes, name(file).endsWith(GZIP));
        }
    }

    /** Reads bytes to their end; does not close. */
    static HistoryFile read(InputStream bytes, boolean isCompressed) throws IOException {
        InputStream source = new BufferedInputStream(bytes);
        return HistoryReader.readFile(new InputStreamReader(
                isCompressed ? new LateGzip(source) : source,
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT)));
    }

    /**
     * Writes the file anew, as its name says: {@code .edn} or {@code .ndjson}, perhaps with {@code .gz} behind.
     *
     * @throws IllegalArgumentException if the name says something else
     */
    public void write(Path file) throws IOException {
        String name = name(file);
        boolean isCompressed = name.endsWith(GZIP);
        String format = isCompressed ? name.substring(0, name.length() - GZIP.length()) : name;
        if (!format.endsWith(EDN) && !format.endsWith(NDJSON)) {
            throw new IllegalArgumentException(file + " ends neither with " + EDN + " nor with " + NDJSON);
        }
        try (OutputStream bytes = Files.newOutputStream(file);
                OutputStream sink = isCompressed ? new GZIPOutputStream(bytes) : bytes;
                Writer text = new OutputStreamWriter(sink, StandardCharsets.UTF_8)) {
            if (format.endsWith(EDN)) {
                HistoryWriter.write(history, text);
            } else {
                HistoryWriter.writeJson(header, history, text);
            }
        }
    }

    private static String name(Path file) {
        Path name = file.getFileName();
        return name == null ? "" : name.toString();
    }

    /** Looks at the bytes when they are read, so that damage at the beginning is found where other damage is. */
    private static final class LateGzip extends InputStream {
        private final InputStream source;
        private @org.jspecify.annotations.Nullable InputStream plain;

        LateGzip(InputStream source) {
            this.source = source;
        }

        private InputStream plain() throws IOException {
            if (plain == null) {
                plain = new GZIPInputStream(source);
            }
            return plain;
        }

        @Override
        public int read() throws IOException {
            return plain().read();
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            return plain().read(buffer, offset, length);
        }
    }
}
